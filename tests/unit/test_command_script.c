#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/command_script.h"

static void aliases_are_put_in(void **state)
{
    (void)state;
    static const struct {
        const char *line, *expanded; /* NULL: an error, which says ERROR */
        const char *error;
    } cases[] = {
        {"n", "n"},
        {"twice 3", "p 3 + 3"},
        {"  twice  x  ", "p x + x"},
        {"twice", NULL, "more arguments"},
        {"twice 1 2", NULL, "fewer arguments"},
        {"all a b  c", "print(a b  c)"},
        {"all", "print()"},
        {"plain", "where"},
        {"plain x", NULL, "fewer arguments"},
        {"outer 1", "p 1 + 1"},
        {"loop", NULL, "leads back"},
        {"grow x", NULL, "leads back"},
        {"percent", "p 5 % 3, '%d'"},
        {"twice.x", "twice.x"},
    };
    struct script *script = script_create(NULL);
    script_alias(script, "twice", "p %1 + %1");
    script_alias(script, "all", "print(%*)");
    script_alias(script, "plain", "where");
    script_alias(script, "outer", "twice %1");
    script_alias(script, "loop", "loop");
    script_alias(script, "grow", "grow %1");
    script_alias(script, "percent", "p 5 % 3, '%d'");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[160] = "";
        char *text = script_expand(script, cases[i].line, error, sizeof error);
        if (!text != !cases[i].expanded || (text && strcmp(text, cases[i].expanded) != 0))
            fail_msg("\"%s\" became %s (%s)", cases[i].line, text ? text : "nothing", error);
        if (!text && !strstr(error, cases[i].error))
            fail_msg("\"%s\": %s", cases[i].line, error);
        free(text);
    }
    script_destroy(script);
}

static void an_alias_that_doubles_itself_ends(void **state)
{
    (void)state;
    struct script *script = script_create(NULL);
    char error[160] = "", name[16], body[64];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "a%d", i);
        snprintf(body, sizeof body, "a%d %%* %%*", i + 1);
        script_alias(script, name, body);
    }
    assert_null(script_expand(script, "a0 xxxxxxxx", error, sizeof error));
    assert_non_null(strstr(error, "too long"));
    script_destroy(script);
}

static void lines_are_split_outside_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *line, *first, *rest;
    } cases[] = {
        {"n", "n", NULL},
        {"n;;p x", "n", "p x"},
        {"p ';;' ;; c", "p ';;' ", " c"},
        {"p \"a\\\";;\";;c", "p \"a\\\";;\"", "c"},
        {"x = 1; y = 2", "x = 1; y = 2", NULL},
        {";;", "", ""},
        {"p 'open ;; c", "p 'open ;; c", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *rest;
        size_t length = script_split(cases[i].line, &rest);
        if (length != strlen(cases[i].first) || strncmp(cases[i].line, cases[i].first, length) != 0)
            fail_msg("\"%s\": %zu", cases[i].line, length);
        if (!rest != !cases[i].rest || (rest && strcmp(rest, cases[i].rest) != 0))
            fail_msg("\"%s\": %s", cases[i].line, rest ? rest : "nothing");
    }
}

static void aliases_are_kept_over_runs(void **state)
{
    (void)state;
    char file[] = "/tmp/pytui-aliases-XXXXXX";
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    struct script *script = script_create(file);
    const char *body;
    script_alias(script, "pi", "p %1.__dict__ ;; w");
    script_alias(script, "gone", "n");
    assert_true(script_alias(script, "gone", NULL));
    assert_false(script_alias(script, "gone", NULL));
    script_destroy(script);
    script = script_create(file);
    assert_string_equal(script_alias_at(script, 0, &body), "pi");
    assert_string_equal(body, "p %1.__dict__ ;; w");
    assert_null(script_alias_at(script, 1, &body));
    script_destroy(script);
    unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aliases_are_put_in),
        cmocka_unit_test(an_alias_that_doubles_itself_ends),
        cmocka_unit_test(lines_are_split_outside_quotes),
        cmocka_unit_test(aliases_are_kept_over_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
