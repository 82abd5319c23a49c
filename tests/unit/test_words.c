#include "unit.h"

#include <string.h>

#include "tui/words.h"

/* The words of LINE with a bar after each; "error: …" when there are none. */
static void check(const char *line, const char *wanted)
{
    char error[100] = "", text[400] = "";
    char **words = words_split(line, error, sizeof error);
    for (size_t i = 0; words && words[i]; i++)
        strcat(strcat(text, words[i]), "|");
    if (!words)
        strcat(strcat(text, "error: "), error);
    assert_string_equal(text, wanted);
    words_free(words);
}

static void words_are_split_as_a_shell_does(void **state)
{
    (void)state;
    check("", "");
    check("   ", "");
    check("a", "a|");
    check("  a  b\tc ", "a|b|c|");
    check("'a b' c", "a b|c|");
    check("\"a b\" 'c'", "a b|c|");
    check("--name=\"a b\"c", "--name=a bc|");
    check("'' x \"\"", "|x||");
    check("a\\ b \\'", "a b|'|");
    check("\"\\\"\\\\\\n\"", "\"\\\\n|");
    check("'\\n'", "\\n|");
    check("# $HOME * ~", "#|$HOME|*|~|");
    check("ä 'ö ü'", "ä|ö ü|");
}

static void what_has_no_end_is_refused(void **state)
{
    (void)state;
    check("a 'b", "error: a quote is not closed");
    check("\"", "error: a quote is not closed");
    check("a\\", "error: nothing follows the backslash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_a_shell_does),
        cmocka_unit_test(what_has_no_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
