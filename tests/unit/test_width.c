#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/width.h"

static const struct {
    const char *text;
    const char *mark; /* NULL: drawn as it is */
    int columns;
    size_t bytes;
    uint32_t base;
} glyphs[] = {
    {"a", NULL, 1, 1, 'a'},
    {"é", NULL, 1, 2, 0xe9},
    {"世", NULL, 2, 3, 0x4e16},
    {"👍", NULL, 2, 4, 0x1f44d},
    {"e\u0301x", NULL, 1, 3, 'e'},
    {"\u0301", NULL, 1, 2, 0x25cc},  /* nothing to combine with */
    {"❤\ufe0f", NULL, 1, 6, 0x2764}, /* the emoji selector is dropped */
    {"\u00a0", NULL, 1, 2, 0xa0},
    {"\x1b[31m", "^[", 2, 1, 0},
    {"\r", "^M", 2, 1, 0},
    {"\x7f", "^?", 2, 1, 0},
    {"\xc2\x9b", "\\x9b", 4, 2, 0}, /* CSI in 8 bits */
    {"\u202e", "\\u202e", 6, 3, 0}, /* right-to-left override */
    {"\u2066", "\\u2066", 6, 3, 0},
    {"\u200b", "\\u200b", 6, 3, 0},
    {"\u200d", "\\u200d", 6, 3, 0},
    {"\ufeff", "\\ufeff", 6, 3, 0},
    {"\u00ad", "\\xad", 4, 2, 0},
    {"\U000e0041", "\\U000e0041", 10, 4, 0}, /* a tag */
    {"\ufe0f", "\\ufe0f", 6, 3, 0},
    {"\uffff", "\\uffff", 6, 3, 0},
    {"\xff", "\\xff", 4, 1, 0},
    {"\xc3", "\\xc3", 4, 1, 0},             /* cut off */
    {"\xc0\x80", "\\xc0", 4, 1, 0},         /* overlong */
    {"\xed\xa0\x80", "\\xed", 4, 1, 0},     /* a surrogate */
    {"\xf4\x90\x80\x80", "\\xf4", 4, 1, 0}, /* above U+10FFFF */
};

static void glyphs_have_their_width_or_a_mark(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(glyphs); i++) {
        struct width_glyph glyph;
        width_glyph_next(glyphs[i].text, strlen(glyphs[i].text), 0, &glyph);
        assert_string_equal(glyph.mark, glyphs[i].mark != NULL ? glyphs[i].mark : "");
        if (glyph.columns != glyphs[i].columns || glyph.bytes != glyphs[i].bytes)
            fail_msg("glyph %zu: %d columns, %zu bytes", i, glyph.columns, glyph.bytes);
        if (glyphs[i].mark == NULL)
            assert_int_equal(glyph.codepoints[0], glyphs[i].base);
    }
}

static void more_combining_marks_than_a_cell_holds_are_dropped(void **state)
{
    (void)state;
    const char text[] = "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306z";
    struct width_glyph glyph;
    width_glyph_next(text, strlen(text), 0, &glyph);
    assert_int_equal(glyph.columns, 1);
    assert_int_equal(glyph.bytes, strlen(text) - 1);
    assert_int_equal(glyph.codepoints[4], 0x303);
    assert_int_equal(glyph.codepoints[5], 0);
}

static void tabs_reach_the_next_multiple_of_eight(void **state)
{
    (void)state;
    static const int from[] = {0, 1, 7, 8, 9}, wide[] = {8, 7, 1, 8, 7};
    for (size_t i = 0; i < COUNT(from); i++) {
        struct width_glyph glyph;
        width_glyph_next("\t", 1, from[i], &glyph);
        assert_int_equal(glyph.columns, wide[i]);
    }
}

static void encoding_is_the_inverse_of_decoding(void **state)
{
    (void)state;
    static const uint32_t codepoints[] = {0, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    for (size_t i = 0; i < COUNT(codepoints); i++) {
        char buffer[WIDTH_UTF8_MAX];
        uint32_t again;
        size_t length = width_encode(codepoints[i], buffer);
        assert_int_equal(width_decode(buffer, length, &again), length);
        assert_int_equal(again, codepoints[i]);
    }
    char buffer[WIDTH_UTF8_MAX];
    assert_int_equal(width_encode(0xd800, buffer), 3);
    assert_memory_equal(buffer, "\xef\xbf\xbd", 3);
}

static void what_is_printed_for_a_person_gives_no_orders_to_the_terminal(void **state)
{
    (void)state;
    char *printed;
    size_t length;
    FILE *stream = open_memstream(&printed, &length);
    width_print(stream,
                "no \x1b]0;title\a\n\xc2\x9b e\u0301\u0301\u0301\u0301\u0301\u0301 m\xc3\xbcll\xff \xe2\x80\xae.py");
    fclose(stream);
    assert_string_equal(printed, "no ^[]0;title^G^J\\x9b e\u0301\u0301\u0301\u0301 m\xc3\xbcll\\xff \\u202e.py");
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glyphs_have_their_width_or_a_mark),
        cmocka_unit_test(more_combining_marks_than_a_cell_holds_are_dropped),
        cmocka_unit_test(tabs_reach_the_next_multiple_of_eight),
        cmocka_unit_test(encoding_is_the_inverse_of_decoding),
        cmocka_unit_test(what_is_printed_for_a_person_gives_no_orders_to_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
