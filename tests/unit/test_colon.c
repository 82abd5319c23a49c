#include "unit.h"

#include <string.h>

#include "tui/colon.h"
#include "tui/command.h"
#include "tui/location.h"
#include "tui/pysyntax.h"

static bool is_name(const char *name, void *data)
{
    (void)data;
    return strcmp(name, "cond") == 0 || strcmp(name, "p") == 0 || strcmp(name, "n") == 0;
}

static void lines_are_commands_or_python(void **state)
{
    (void)state;
    static const struct {
        const char *line, *command, *text; /* command NULL: Python; "error" and "" for those */
    } cases[] = {
        {"", "", ""},
        {"   ", "", ""},
        {"n", "step-over", ""},
        {" next ", "step-over", ""},
        {"step-into", "step-into", ""},
        {"step-o", "step-over", ""},
        {"b 12", "break", "12"},
        {"b a.py:12, x > 3", "break", "a.py:12, x > 3"},
        {"p x + 1", "print", "x + 1"},
        {"p -x", "print", "-x"},
        {"p *args", "print", "*args"},
        {"u", "frame-up", ""},
        {"u 3", "frame-up", "3"},
        {"set x = 5", "set", "x = 5"},
        {"w", "where", ""},
        {"?", "help", ""},
        {"run-to 5", "run-to", "5"},
        {"thr", "threads", ""},
        {"n = 5", NULL, "n = 5"},
        {"n += 5", NULL, "n += 5"},
        {"n == 5", NULL, "n == 5"},
        {"c and d", NULL, "c and d"},
        {"u = 3", NULL, "u = 3"},
        {"p = 5", NULL, "p = 5"},
        {"p", NULL, "p"}, /* a variable */
        {"n", "step-over", ""},
        {"c.x", NULL, "c.x"},
        {"s[0]", NULL, "s[0]"},
        {"print(x)", NULL, "print(x)"},
        {"total", NULL, "total"},
        {"cond", NULL, "cond"}, /* a variable wins over a shortened command */
        {"condi 1 x > 2", "condition", "1 x > 2"},
        {"fi", NULL, "fi"}, /* too short to be a shortened command */
        {"del x", NULL, "del x"},
        {"for i in x: pass", NULL, "for i in x: pass"},
        {"!n", NULL, "n"},
        {"! continue", NULL, "continue"},
        {"!", "", ""},
        {"x.step-over", NULL, "x.step-over"},
        {"undefined_name", NULL, "undefined_name"},
        {"next please", "error", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct colon meaning;
        colon_parse(cases[i].line, is_name, NULL, &meaning);
        const char *kind = meaning.kind == COLON_EMPTY     ? ""
                           : meaning.kind == COLON_ERROR   ? "error"
                           : meaning.kind == COLON_COMMAND ? meaning.command->name
                                                           : NULL;
        bool same = kind && cases[i].command ? strcmp(kind, cases[i].command) == 0 : kind == cases[i].command;
        if (!same)
            fail_msg("\"%s\" is %s", cases[i].line, kind ? kind : "Python");
        if (cases[i].text && *cases[i].text)
            assert_string_equal(meaning.text, cases[i].text);
    }
}

static void an_error_says_how_to_go_on(void **state)
{
    (void)state;
    struct colon meaning;
    colon_parse("next please", NULL, NULL, &meaning);
    assert_non_null(strstr(meaning.error, "step-over takes no argument"));
    assert_non_null(strstr(meaning.error, "!next"));
}

static void places_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *function, *condition;
        int line, column; /* 0 with neither path nor function: an error */
    } cases[] = {
        {"12", "/here/a.py", NULL, NULL, 12},
        {"12, x > 3", "/here/a.py", NULL, "x > 3", 12},
        {"/dev/null:7", "/dev/null", NULL, NULL, 7},
        {"/dev/../dev/./null:7 , if f(a, b)", "/dev/null", NULL, "f(a, b)", 7},
        {"/dev/null:7:12", "/dev/null", NULL, NULL, 7, 12},
        {"7:12, x", "/here/a.py", NULL, "x", 7, 12},
        {"7:0", NULL, NULL, NULL, 0},
        {"work", NULL, "work", NULL, 0},
        {"Class.method", NULL, "Class.method", NULL, 0},
        {"module:Class.method, x", NULL, "module:Class.method", "x", 0},
        {"größe", NULL, "größe", NULL, 0},
        {"", NULL, NULL, NULL, 0},
        {"0", NULL, NULL, NULL, 0},
        {"99999999999", NULL, NULL, NULL, 0},
        {"/no/such/file.py:3", NULL, NULL, NULL, 0},
        {"/dev/null:0", NULL, NULL, NULL, 0},
        {"a b", NULL, NULL, NULL, 0},
        {"3x", NULL, NULL, NULL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct location place;
        char error[256] = "";
        bool ok = location_parse(cases[i].text, "/here/a.py", &place, error, sizeof error);
        if (ok != (cases[i].path || cases[i].function))
            fail_msg("\"%s\": %s", cases[i].text, ok ? "accepted" : error);
        if (!ok) {
            assert_true(strlen(error) > 0);
            continue;
        }
        assert_int_equal(place.line, cases[i].line);
        assert_int_equal(place.column, cases[i].column);
        assert_string_equal(place.path ? place.path : "", cases[i].path ? cases[i].path : "");
        assert_string_equal(place.function ? place.function : "", cases[i].function ? cases[i].function : "");
        assert_string_equal(place.condition ? place.condition : "", cases[i].condition ? cases[i].condition : "");
        location_finish(&place);
    }
    struct location place;
    char error[256];
    assert_false(location_parse("12", NULL, &place, error, sizeof error));
}

static void statements_that_go_on_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool incomplete;
    } cases[] = {
        {"x = 1", false},
        {"f(", true},
        {"f(1,\n2)", false},
        {"x = [1,", true},
        {"'''abc", true},
        {"'''abc\n'''", false},
        {"'abc", false}, /* wrong: the interpreter says so */
        {"x = '('", false},
        {"x = 1  # (", false},
        {"if x:", true},
        {"if x:\n    y", true},
        {"if x:\n    y\n", false},
        {"if x:  # why", true},
        {"for i in x: print(i)", false},
        {"x = {1: 2}", false},
        {"x = {1:", true},
        {"a = 1 + \\", true},
        {"a = 1 + \\\n2", false},
        {"@property", true},
        {"a @ b", false},
        {")", false},
        {"x[1:\n2]", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (pysyntax_incomplete(cases[i].text) != cases[i].incomplete)
            fail_msg("\"%s\"", cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_commands_or_python),
        cmocka_unit_test(an_error_says_how_to_go_on),
        cmocka_unit_test(places_are_parsed),
        cmocka_unit_test(statements_that_go_on_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
