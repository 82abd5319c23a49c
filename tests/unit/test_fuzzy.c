#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "tui/fuzzy.h"

/* `better` before `worse` for the pattern; NULL: does not match at all. */
static const struct {
    const char *pattern, *better, *worse;
} orders[] = {
    {"", "anything", NULL},
    {"so", "step-over", "session"},         /* beginnings of words */
    {"step", "step-over", "one-step"},      /* the text's own beginning */
    {"theme", "theme", "theme-names"},      /* the whole */
    {"over", "step-over", "o-v-e-r"},       /* next to each other */
    {"sess", "tui/session.c", "s_e_s_s.c"}, /* a word of a path */
    {"HTTP", "HTTPServer", "http_server"},  /* capitals are meant */
    {"fB", "fooBar", "foobar"},
    {"bp list", "list breakpoints", "list"}, /* words in any order */
    {"x", "max", "step"},
    {"steps", "steps", "step"},
};

static void better_matches_score_higher(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++) {
        int better = fuzzy_score(orders[i].pattern, orders[i].better);
        int worse = orders[i].worse ? fuzzy_score(orders[i].pattern, orders[i].worse) : 0;
        if (better <= worse)
            fail_msg("'%s': %s has %d, %s has %d", orders[i].pattern, orders[i].better, better, orders[i].worse, worse);
    }
}

static void what_lacks_a_letter_does_not_match(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"ba", "ab"}, {"aa", "a"}, {"Ab", "ab"},
                                           {"a b", "a"}, {"é", "e"},  {"x", ""}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_int_equal(fuzzy_score(pairs[i][0], pairs[i][1]), 0);
}

static void long_texts_and_patterns_are_bounded(void **state)
{
    (void)state;
    char text[5000], pattern[500];
    memset(text, 'a', sizeof text - 1);
    memcpy(text + sizeof text - 9, "/main.py", 9);
    memset(pattern, 'a', sizeof pattern - 1);
    pattern[sizeof pattern - 1] = '\0';
    assert_true(fuzzy_score("main", text) > 0);
    assert_true(fuzzy_score(pattern, text) > 0);
    bool marks[sizeof text];
    fuzzy_marks("main", text, marks, strlen(text));
    assert_true(marks[sizeof text - 8]);
    fuzzy_marks(pattern, text, marks, strlen(text));
}

static void marks_show_what_matched(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text, *marks;
    } cases[] = {
        {"so", "step-over", "^....^..."},
        {"step", "one-step", "....^^^^"},
        {"fB", "fooBar", "^..^.."},
        {"zz", "step", "...."},
        {"", "step", "...."},
        {"st ov", "step-over", "^^...^^.."},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool marks[64];
        char shown[64] = "";
        size_t length = strlen(cases[i].text);
        fuzzy_marks(cases[i].pattern, cases[i].text, marks, length);
        for (size_t at = 0; at < length; at++)
            strcat(shown, marks[at] ? "^" : ".");
        assert_string_equal(shown, cases[i].marks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(better_matches_score_higher),
        cmocka_unit_test(what_lacks_a_letter_does_not_match),
        cmocka_unit_test(long_texts_and_patterns_are_bounded),
        cmocka_unit_test(marks_show_what_matched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
