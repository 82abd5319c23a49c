#include "unit.h"

#include <string.h>

#include "tui/key.h"

static const struct {
    const char *name;      /* as a user writes it */
    const char *canonical; /* as we write it; NULL: no key */
} names[] = {
    {"n", "n"},
    {"N", "N"},
    {"/", "/"},
    {"?", "?"},
    {"-", "-"},
    {"é", "é"},
    {"Space", "Space"},
    {"space", "Space"},
    {"Ctrl-x", "Ctrl-x"},
    {"ctrl-X", "Ctrl-x"},
    {"Control-x", "Ctrl-x"},
    {"Ctrl--", "Ctrl--"},
    {"Ctrl-]", "Ctrl-]"},
    {"Ctrl-Space", "Ctrl-Space"},
    {"Shift-F11", "Shift-F11"},
    {"shift-f11", "Shift-F11"},
    {"Ctrl-Alt-Left", "Ctrl-Alt-Left"},
    {"Alt-Ctrl-Left", "Ctrl-Alt-Left"},
    {"Alt-x", "Alt-x"},
    {"Meta-x", "Alt-x"},
    {"Shift-a", "A"},
    {"PgUp", "PgUp"},
    {"PageUp", "PgUp"},
    {"esc", "Esc"},
    {"Escape", "Esc"},
    {"Return", "Enter"},
    {"Del", "Delete"},
    {"F12", "F12"},
    {"Ctrl-i", "Tab"},
    {"Ctrl-m", "Enter"},
    {"Ctrl-[", "Esc"},
    {"", NULL},
    {"Ctrl-", NULL},
    {"F13", NULL},
    {"nn", NULL},
    {" ", NULL},
    {"Hyper-x", NULL},
    {"\xff", NULL},
    {"\x1b", NULL},
};

static void names_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct key key, again;
        char buffer[32];
        bool known = key_parse(names[i].name, &key);
        if (known != (names[i].canonical != NULL))
            fail_msg("'%s' is %sa key", names[i].name, known ? "" : "not ");
        if (!known)
            continue;
        key_format(&key, buffer, sizeof buffer);
        assert_string_equal(buffer, names[i].canonical);
        assert_true(key_parse(buffer, &again));
        assert_true(key_equal(&key, &again));
    }
}

static void formatting_never_overflows(void **state)
{
    (void)state;
    struct key key;
    char buffer[6] = "zzzzz";
    assert_true(key_parse("Ctrl-Alt-Shift-PgDn", &key));
    key_format(&key, buffer, 5);
    assert_string_equal(buffer, "Ctrl");
    assert_int_equal(buffer[5], '\0');
}

static void shift_matters_for_named_keys_only(void **state)
{
    (void)state;
    struct key plain = {.kind = KEY_KIND_CHAR, .codepoint = 'A'};
    struct key shifted = {.kind = KEY_KIND_CHAR, .codepoint = 'A', .modifiers = KEY_SHIFT};
    struct key alt = {.kind = KEY_KIND_CHAR, .codepoint = 'A', .modifiers = KEY_ALT};
    assert_true(key_equal(&plain, &shifted));
    assert_false(key_equal(&plain, &alt));
    struct key tab = {.kind = KEY_KIND_NAMED, .name = KEY_NAME_TAB};
    struct key back_tab = {.kind = KEY_KIND_NAMED, .name = KEY_NAME_TAB, .modifiers = KEY_SHIFT};
    assert_false(key_equal(&tab, &back_tab));
    assert_false(key_equal(&tab, &plain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_written),
        cmocka_unit_test(formatting_never_overflows),
        cmocka_unit_test(shift_matters_for_named_keys_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
