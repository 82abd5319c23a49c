#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/lineedit.h"
#include "tui/width.h"

/* Press the named keys, separated by spaces, in a line that starts as TEXT. */
static struct lineedit *typed(const char *text, const char *keys)
{
    struct lineedit *edit = lineedit_create(text);
    char copy[256];
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *save = NULL, *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        struct key key;
        if (!key_parse(name, &key))
            fail_msg("%s is no key", name);
        lineedit_key(edit, &key);
    }
    return edit;
}

static void keys_edit_as_in_readline(void **state)
{
    (void)state;
    static const struct {
        const char *text, *keys, *expected; /* | is the cursor */
    } cases[] = {
        {"", "a b Space c", "ab c|"},
        {"ab", "Left x", "ax|b"},
        {"ab", "Home x End y", "xaby|"},
        {"ab", "Ctrl-a Ctrl-f x", "ax|b"},
        {"ab", "Backspace", "a|"},
        {"ab", "Ctrl-a Backspace", "|ab"},
        {"ab", "Ctrl-a Delete", "|b"},
        {"ab", "Ctrl-b Ctrl-d", "a|"},
        {"one two three", "Alt-b x", "one two x|three"},
        {"one two three", "Ctrl-Left Ctrl-Left x", "one x|two three"},
        {"one.two", "Ctrl-a Alt-f x", "onex|.two"},
        {"one two", "Ctrl-w", "one |"},
        {"one.two", "Ctrl-w", "|"},
        {"one.two", "Alt-Backspace", "one.|"},
        {"one two", "Ctrl-a Alt-d", "| two"},
        {"one two", "Alt-b Ctrl-k", "one |"},
        {"one two", "Alt-b Ctrl-u", "|two"},
        {"one two", "Alt-b Ctrl-u End Ctrl-y", "twoone |"},
        {"one two", "Ctrl-w Ctrl-w Ctrl-y", "one two|"}, /* kills in a row are one */
        {"one two", "Ctrl-w Left Ctrl-k Ctrl-y", "one |"},
        {"ab", "Ctrl-t", "ba|"},
        {"abc", "Left Ctrl-t", "acb|"},
        {"日本", "Left x", "日x|本"},
        {"日本", "Backspace", "日|"},
        {"e\u0301f", "Home Delete", "|f"}, /* a combining mark goes with its letter */
        {"e\u0301f", "Left Left", "|e\u0301f"},
        {"größe wert", "Alt-b Alt-b x", "x|größe wert"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lineedit *edit = typed(cases[i].text, cases[i].keys);
        char shown[128];
        snprintf(shown, sizeof shown, "%.*s|%s", (int)lineedit_cursor(edit), lineedit_text(edit),
                 lineedit_text(edit) + lineedit_cursor(edit));
        if (strcmp(shown, cases[i].expected) != 0)
            fail_msg("\"%s\" and %s give \"%s\", not \"%s\"", cases[i].text, cases[i].keys, shown, cases[i].expected);
        lineedit_destroy(edit);
    }
}

static void other_keys_are_not_used(void **state)
{
    (void)state;
    static const char *const names[] = {"Enter", "Tab", "Esc", "Up", "Down", "F10", "Ctrl-x", "Ctrl-l", "Alt-x"};
    struct lineedit *edit = lineedit_create("ab");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct key key;
        assert_true(key_parse(names[i], &key));
        assert_int_equal(lineedit_key(edit, &key), LINEEDIT_UNUSED);
    }
    assert_string_equal(lineedit_text(edit), "ab");
    lineedit_destroy(edit);
}

static void pasted_text_comes_in_whole(void **state)
{
    (void)state;
    struct lineedit *edit = lineedit_create("f()");
    struct key left, paste = {.kind = KEY_KIND_PASTE, .text = "a\r\nb\n", .length = 5};
    assert_true(key_parse("Left", &left));
    lineedit_key(edit, &left);
    assert_int_equal(lineedit_key(edit, &paste), LINEEDIT_CHANGED);
    assert_string_equal(lineedit_text(edit), "f(a\nb)");
    lineedit_destroy(edit);
}

static void completion_replaces_up_to_the_cursor(void **state)
{
    (void)state;
    struct lineedit *edit = lineedit_create("x = na");
    lineedit_replace(edit, 4, "name");
    assert_string_equal(lineedit_text(edit), "x = name");
    lineedit_replace(edit, 100, "no");
    assert_string_equal(lineedit_text(edit), "x = name");
    lineedit_destroy(edit);
}

static void the_cursor_is_always_in_sight(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 10);
    struct canvas canvas = canvas_whole(grid);
    struct lineedit *edit = lineedit_create("日本語日本語日本語");
    struct style style = {0};
    for (int i = 0; i < 12; i++) {
        int column = lineedit_draw(edit, canvas, 0, 2, 8, style);
        assert_true(column >= 2 && column < 10);
        struct key key;
        assert_true(key_parse(i < 10 ? "Left" : "End", &key));
        lineedit_key(edit, &key);
    }
    lineedit_destroy(edit);
    grid_destroy(grid);
}

static void lines_are_moved_between(void **state)
{
    (void)state;
    struct lineedit *edit = lineedit_create("one long line\nb\n\346\227\245\346\234\254 third");
    assert_false(lineedit_vertical(edit, false));
    assert_true(lineedit_vertical(edit, true));
    assert_int_equal(lineedit_cursor(edit), strlen("one long line\nb"));
    assert_true(lineedit_vertical(edit, true));
    assert_int_equal(lineedit_cursor(edit), 1);
    assert_false(lineedit_vertical(edit, true));
    assert_true(lineedit_vertical(edit, false));
    assert_true(lineedit_vertical(edit, false));
    assert_int_equal(lineedit_cursor(edit), strlen("one long line\nb\n")); /* not within a wide character */
    struct key key;
    key_parse("Ctrl-e", &key);
    lineedit_key(edit, &key);
    assert_int_equal(lineedit_cursor(edit), strlen(lineedit_text(edit)));
    key_parse("Ctrl-u", &key);
    lineedit_key(edit, &key);
    assert_string_equal(lineedit_text(edit), "one long line\nb\n");
    lineedit_vertical(edit, true);
    key_parse("Ctrl-k", &key);
    lineedit_key(edit, &key);
    assert_string_equal(lineedit_text(edit), "one long line\n\n");
    lineedit_destroy(edit);
}

static void pastes_come_in_parts_and_are_cut(void **state)
{
    (void)state;
    struct lineedit *edit = lineedit_create("");
    char *part = malloc(KEY_PASTE_PART + 1);
    memset(part, '\n', KEY_PASTE_PART);
    struct key key = {.kind = KEY_KIND_PASTE, .text = part, .length = KEY_PASTE_PART};
    assert_int_equal(lineedit_key(edit, &key), LINEEDIT_CHANGED);
    assert_int_equal(strlen(lineedit_text(edit)), KEY_PASTE_PART); /* the next part goes on there */
    memset(part, 'x', KEY_PASTE_PART);
    enum lineedit_result result = LINEEDIT_CHANGED;
    for (int i = 0; i < 100 && result == LINEEDIT_CHANGED; i++)
        result = lineedit_key(edit, &key);
    assert_int_equal(result, LINEEDIT_CUT);
    assert_int_equal(strlen(lineedit_text(edit)), (size_t)4 << 20);
    free(part);
    lineedit_destroy(edit);
}

int main(void)
{
    width_set_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_moved_between),       cmocka_unit_test(pastes_come_in_parts_and_are_cut),
        cmocka_unit_test(keys_edit_as_in_readline),      cmocka_unit_test(other_keys_are_not_used),
        cmocka_unit_test(pasted_text_comes_in_whole),    cmocka_unit_test(completion_replaces_up_to_the_cursor),
        cmocka_unit_test(the_cursor_is_always_in_sight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
