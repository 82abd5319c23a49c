#include "unit.h"

#include "tui/term_colour.h"
#include "tui/term_glyph.h"

#define DEFAULT                                                                                                        \
    {                                                                                                                  \
        .kind = COLOUR_DEFAULT                                                                                         \
    }
#define INDEX(number)                                                                                                  \
    {                                                                                                                  \
        .kind = COLOUR_INDEX, .red = (number)                                                                          \
    }
#define RGB(r, g, b)                                                                                                   \
    {                                                                                                                  \
        .kind = COLOUR_RGB, .red = (r), .green = (g), .blue = (b)                                                      \
    }

static const struct term_colour_depth eight = {8, 8}, sixteen = {16, 16}, many = {256, 256}, direct = {1 << 24, 8},
                                      direct_indexed = {1 << 24, 256};

static const struct {
    const struct term_colour_depth *depth;
    struct colour colour;
    int foreground;
    int background;
    bool bold, dim;
} cases[] = {
    {&eight, DEFAULT, -1, -1, false, false},
    {&eight, INDEX(1), 1, 1, false, false},
    {&eight, INDEX(9), 1, 1, true, false},
    {&eight, INDEX(8), -1, 0, false, true}, /* bold black may be black */
    {&eight, INDEX(196), 1, 1, true, false},
    {&eight, RGB(0, 0, 0), 0, 0, false, false},
    {&sixteen, INDEX(9), 9, 9, false, false},
    {&sixteen, INDEX(15), 15, 15, false, false},
    {&sixteen, INDEX(231), 15, 15, false, false},
    {&sixteen, RGB(250, 5, 5), 9, 9, false, false},
    {&many, INDEX(200), 200, 200, false, false},
    {&many, RGB(255, 0, 0), 196, 196, false, false},
    {&many, RGB(8, 8, 8), 232, 232, false, false},
    {&many, RGB(128, 128, 128), 244, 244, false, false},
    {&many, RGB(95, 135, 175), 67, 67, false, false},
    {&many, RGB(255, 255, 255), 231, 231, false, false},
    {&direct, INDEX(3), 3, 3, false, false},
    {&direct, INDEX(9), 0xff0000, 0xff0000, false, false},
    {&direct, INDEX(67), 0x5f87af, 0x5f87af, false, false},
    {&direct, RGB(1, 2, 3), 0x010203, 0x010203, false, false},
    {&direct, RGB(0, 0, 5), 0, 0, false, false}, /* 5 would be magenta */
    {&direct_indexed, INDEX(67), 67, 67, false, false},
};

static void colours_become_what_the_terminal_has(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool bold, dim;
        int foreground = term_colour_foreground(*cases[i].depth, cases[i].colour, &bold, &dim);
        int background = term_colour_background(*cases[i].depth, cases[i].colour);
        if (foreground != cases[i].foreground || background != cases[i].background)
            fail_msg("%zu: %#x on %#x", i, (unsigned)foreground, (unsigned)background);
        assert_int_equal(bold, cases[i].bold);
        assert_int_equal(dim, cases[i].dim);
    }
}

static void palette_entries_are_their_own_nearest(void **state)
{
    (void)state;
    for (int i = 16; i < 256; i++) {
        uint32_t rgb = term_colour_palette((uint8_t)i);
        struct colour colour = RGB((uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8 & 255), (uint8_t)(rgb & 255));
        int number = term_colour_background(many, colour);
        assert_int_equal(term_colour_palette((uint8_t)number), rgb);
    }
}

static void characters_have_likenesses(void **state)
{
    (void)state;
    assert_int_equal(term_glyph(TERM_GLYPHS_UNICODE, 0x25b6), 0x25b6);
    assert_int_equal(term_glyph(TERM_GLYPHS_CONSOLE, 0x25b6), 0x25ba);
    assert_int_equal(term_glyph(TERM_GLYPHS_CONSOLE, 0x2500), 0x2500);
    assert_int_equal(term_glyph(TERM_GLYPHS_ASCII, 0x2500), '-');
    assert_int_equal(term_glyph(TERM_GLYPHS_ASCII, 0x25cf), '*');
    assert_int_equal(term_glyph(TERM_GLYPHS_ASCII, 0x4e16), '?');
    assert_int_equal(term_glyph(TERM_GLYPHS_ASCII, 'x'), 'x');
    for (uint32_t codepoint = 0x80; codepoint < 0x3000; codepoint++)
        assert_true(term_glyph(TERM_GLYPHS_ASCII, codepoint) < 0x7f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_become_what_the_terminal_has),
        cmocka_unit_test(palette_entries_are_their_own_nearest),
        cmocka_unit_test(characters_have_likenesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
