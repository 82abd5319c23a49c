/* Bounded text: what does not fit is cut at a character, and what was opened is closed. */
#include "unit.h"

#include "backend-ext/text.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

static void test_fits(void **state)
{
    (void)state;
    char buffer[64];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), 5);
    text_puts(&text, "ab");
    text_printf(&text, "%d", 123);
    assert_string_equal(buffer, "ab123");
    assert_false(text.full);
    assert_int_equal(text_room(&text), 0);
}

static void test_cut_by_columns(void **state)
{
    (void)state;
    char buffer[64];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), 3);
    text_puts(&text, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    text_puts(&text, "more");
    assert_string_equal(buffer, "\xc3\xa9\xc3\xa9\xc3\xa9" ELLIPSIS);
    assert_true(text.full);
}

/* However small the buffer, nothing is written outside, and no character is split. */
static void test_cut_by_bytes(void **state)
{
    (void)state;
    for (size_t size = 16; size < 40; size++) {
        char buffer[48];
        memset(buffer, '!', sizeof(buffer));
        struct text text;
        text_init(&text, buffer, size, 1000);
        text_open(&text, "[", "]");
        text_open(&text, "{", "})");
        for (int i = 0; i < 20; i++) {
            text_puts(&text, "\xf0\x9f\x98\x80");
        }
        text_close(&text, "})");
        text_close(&text, "]");
        assert_int_equal(strlen(buffer), text.length);
        assert_true(text.length < size);
        assert_int_equal(buffer[size], '!');
        assert_string_equal(buffer + text.length - 6, ELLIPSIS "})]");
    }
}

static void test_closed_when_full(void **state)
{
    (void)state;
    char buffer[64];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), 8);
    text_open(&text, "[", "]");
    text_puts(&text, "1, ");
    text_open(&text, "(", ",)");
    text_puts(&text, "23456");
    text_close(&text, ",)");
    text_puts(&text, ", 7");
    text_close(&text, "]");
    assert_string_equal(buffer, "[1, (" ELLIPSIS ",)]");
}

static void test_nothing_after_full(void **state)
{
    (void)state;
    char buffer[64];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), 2);
    text_puts(&text, "abc");
    size_t length = text.length;
    text_puts(&text, "d");
    text_open(&text, "(", ")");
    assert_int_equal(text.length, length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_cut_by_columns),
        cmocka_unit_test(test_cut_by_bytes),
        cmocka_unit_test(test_closed_when_full),
        cmocka_unit_test(test_nothing_after_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
