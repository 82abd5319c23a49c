#include "unit.h"

#include <string.h>

#include "tui/canvas.h"
#include "tui/width.h"

static const struct style plain;
static const struct style bold = {.attributes = STYLE_BOLD};
static const struct style on_blue = {.background = {.kind = COLOUR_INDEX, .red = 4}};

/* A row as text: blanks as spaces; the right half of a wide character adds nothing. */
static const char *row_text(const struct grid *grid, int row)
{
    static char text[512];
    size_t length = 0;
    for (int column = 0; column < grid_columns(grid); column++) {
        const struct cell *cell = grid_cell(grid, row, column);
        if (cell->width == 0) {
            assert_true(column > 0 && grid_cell(grid, row, column - 1)->width == 2);
            continue;
        }
        if (cell->width == 2)
            assert_int_equal(grid_cell(grid, row, column + 1)->width, 0);
        if (cell->codepoints[0] == 0)
            text[length++] = ' ';
        for (int i = 0; i < STYLE_CELL_CODEPOINTS && cell->codepoints[i] != 0; i++)
            length += width_encode(cell->codepoints[i], text + length);
    }
    text[length] = '\0';
    return text;
}

static void text_is_clipped_on_all_sides(void **state)
{
    (void)state;
    struct grid *grid = grid_create(3, 10);
    struct canvas part = canvas_part(canvas_whole(grid), 1, 2, 1, 5);
    assert_int_equal(canvas_text(part, 0, 0, plain, "0123456789", 10), 10);
    assert_string_equal(row_text(grid, 1), "  01234   ");
    assert_int_equal(canvas_text(part, 0, -2, plain, "abcdefghij", 10), 10);
    assert_string_equal(row_text(grid, 1), "  cdefg   ");
    canvas_text(part, -1, 0, plain, "xxxxx", 5);
    canvas_text(part, 1, 0, plain, "xxxxx", 5);
    canvas_text(part, 0, 5, plain, "xxxxx", 5);
    canvas_text(part, 0, -5, plain, "xxxxx", 5);
    assert_string_equal(row_text(grid, 0), "          ");
    assert_string_equal(row_text(grid, 1), "  cdefg   ");
    assert_string_equal(row_text(grid, 2), "          ");
    grid_destroy(grid);
}

static void parts_are_clipped_to_their_canvas(void **state)
{
    (void)state;
    struct grid *grid = grid_create(4, 4);
    static const int cases[][4] = {
        {-1, -1, 2, 2},
        {3, 3, 9, 9},
        {4, 4, 1, 1},
        {-9, 0, 3, 3},
        {0, 0, -1, -1},
        {2, 2, 2147483647, 2147483647},
        {-2147483647, -2147483647, 2147483647, 2147483647},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct canvas part = canvas_part(canvas_whole(grid), cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
        assert_true(part.rows >= 0 && part.columns >= 0);
        assert_true(part.row >= 0 && part.row + part.rows <= 4);
        assert_true(part.column >= 0 && part.column + part.columns <= 4);
        canvas_clear(part, bold);
        canvas_text(part, 0, 0, plain, "世世世世世", 15);
        canvas_label(part, 0, 0, 9, plain, "a long label");
    }
    grid_destroy(grid);
}

static void wide_characters_are_never_halved(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 6);
    struct canvas canvas = canvas_whole(grid);
    canvas_text(canvas, 0, 0, plain, "世界人", 9);
    assert_string_equal(row_text(grid, 0), "世界人");
    canvas_text(canvas, 0, 1, plain, "x", 1);
    assert_string_equal(row_text(grid, 0), " x界人");
    canvas_text(canvas, 0, 2, plain, "y", 1);
    assert_string_equal(row_text(grid, 0), " xy 人");
    canvas_text(canvas, 0, 3, plain, "世", 3);
    assert_string_equal(row_text(grid, 0), " xy世 ");
    /* The other half may lie outside the part that is drawn into. */
    canvas_text(canvas_part(canvas, 0, 4, 1, 2), 0, 0, plain, "z", 1);
    assert_string_equal(row_text(grid, 0), " xy z ");
    canvas_text(canvas, 0, 5, plain, "世", 3);
    assert_string_equal(row_text(grid, 0), " xy z ");
    canvas_text(canvas, 0, -1, plain, "世a", 4);
    assert_string_equal(row_text(grid, 0), " ay z ");
    canvas_text(canvas, 0, 0, plain, "世", 3);
    canvas_fill(canvas, 0, 1, 1, 1, plain);
    assert_string_equal(row_text(grid, 0), "  y z ");
    grid_destroy(grid);
}

static void hostile_text_becomes_marks(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 40);
    struct canvas canvas = canvas_whole(grid);
    const char text[] = "a\x1b[2J\u202eb\xff\n";
    int columns = canvas_text(canvas, 0, 0, plain, text, strlen(text));
    assert_int_equal(columns, canvas_width(text, strlen(text)));
    assert_memory_equal(row_text(grid, 0), "a^[[2J\\u202eb\\xff^J   ", 22);
    assert_true(grid_cell(grid, 0, 1)->style.attributes & STYLE_REVERSE);
    assert_false(grid_cell(grid, 0, 0)->style.attributes & STYLE_REVERSE);
    grid_destroy(grid);
}

static void tabs_count_from_the_start_of_the_text(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 24);
    struct canvas canvas = canvas_whole(grid);
    canvas_text(canvas, 0, 0, plain, "################", 16);
    assert_int_equal(canvas_text(canvas, 0, 2, bold, "a\tb\t", 4), 16);
    assert_memory_equal(row_text(grid, 0), "##a       b       ", 18);
    assert_true(grid_cell(grid, 0, 5)->style.attributes & STYLE_BOLD);
    grid_destroy(grid);
}

static void labels_end_in_an_ellipsis_when_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        const char *drawn;
        int columns;
    } cases[] = {
        {"short", 8, "short   ", 5},  {"exact", 5, "exact   ", 5},  {"too long", 5, "too …   ", 5},
        {"世界人", 6, "世界人  ", 6}, {"世界人", 5, "世界…   ", 5}, {"世界人", 4, "世…     ", 3},
        {"ab", 1, "…       ", 1},     {"ab", 0, "        ", 0},     {"ab", -3, "        ", 0},
        {"", 4, "        ", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct grid *grid = grid_create(1, 8);
        int columns = canvas_label(canvas_whole(grid), 0, 0, cases[i].width, plain, cases[i].text);
        assert_string_equal(row_text(grid, 0), cases[i].drawn);
        assert_int_equal(columns, cases[i].columns);
        grid_destroy(grid);
    }
}

static void long_formats_are_drawn_whole(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 12);
    struct canvas canvas = canvas_whole(grid);
    assert_int_equal(canvas_printf(canvas, 0, 0, plain, "%d of %d", 3, 14), 7);
    assert_string_equal(row_text(grid, 0), "3 of 14     ");
    assert_int_equal(canvas_printf(canvas, 0, -2000, plain, "%02000d end", 0), 2004);
    assert_string_equal(row_text(grid, 0), " end 14     ");
    grid_destroy(grid);
}

static void cells_of_a_program_are_made_safe(void **state)
{
    (void)state;
    static const struct {
        struct cell cell;
        const char *drawn;
    } cases[] = {
        {{.codepoints = {'a'}, .width = 1}, "a..."},
        {{.codepoints = {0}, .width = 1}, " ..."},
        {{.codepoints = {0x4e16}, .width = 2}, "世.."},
        {{.codepoints = {'e', 0x301}, .width = 1}, "e\u0301..."},
        {{.codepoints = {'e', 0x202e, 0x301}, .width = 1}, "e\u0301..."},
        {{.codepoints = {0x1b}, .width = 1}, "\ufffd..."},
        {{.codepoints = {0x9b}, .width = 1}, "\ufffd..."},
        {{.codepoints = {0x202e}, .width = 1}, "\ufffd..."},
        {{.codepoints = {0x4e16}, .width = 1}, "\ufffd..."}, /* the two disagree about its width */
        {{.codepoints = {'a'}, .width = 2}, "a .."},
        {{.codepoints = {'a', 0x301, 0x302, 0x303, 0x304, 0x305}, .width = 1}, "a\u0301\u0302\u0303\u0304..."},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct grid *grid = grid_create(1, 4);
        canvas_text(canvas_whole(grid), 0, 0, plain, "....", 4);
        canvas_cell(canvas_whole(grid), 0, 0, &cases[i].cell);
        assert_string_equal(row_text(grid, 0), cases[i].drawn);
        grid_destroy(grid);
    }
}

static void restyling_keeps_what_the_style_leaves_open(void **state)
{
    (void)state;
    struct grid *grid = grid_create(1, 3);
    struct style red = {.foreground = {.kind = COLOUR_INDEX, .red = 1}, .attributes = STYLE_BOLD};
    canvas_text(canvas_whole(grid), 0, 0, red, "abc", 3);
    canvas_restyle(canvas_whole(grid), 0, 1, 1, 9, on_blue);
    struct style expected = red;
    expected.background = on_blue.background;
    assert_true(style_equal(grid_cell(grid, 0, 0)->style, red));
    assert_true(style_equal(grid_cell(grid, 0, 1)->style, expected));
    assert_true(style_equal(grid_cell(grid, 0, 2)->style, expected));
    grid_destroy(grid);
}

static void offsets_find_the_character_at_a_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
        size_t offset;
    } cases[] = {
        {"abc", 0, 0},  {"abc", 2, 2},      {"abc", 3, 3},  {"abc", 9, 3},  {"世界", 1, 0},
        {"世界", 2, 3}, {"e\u0301x", 1, 3}, {"a\tb", 5, 1}, {"a\tb", 8, 2}, {"", 4, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(canvas_offset(cases[i].text, strlen(cases[i].text), cases[i].column), cases[i].offset);
}

static void grids_of_no_size_can_be_drawn_into(void **state)
{
    (void)state;
    struct grid *grid = grid_create(0, 0);
    canvas_text(canvas_whole(grid), 0, 0, plain, "abc", 3);
    canvas_clear(canvas_whole(grid), bold);
    grid_resize(grid, 1, 1);
    canvas_text(canvas_whole(grid), 0, 0, plain, "世", 3);
    assert_string_equal(row_text(grid, 0), " ");
    grid_resize(grid, -1, 5);
    canvas_label(canvas_whole(grid), 0, 0, 5, plain, "abc");
    grid_destroy(grid);
    grid_destroy(NULL);
}

static void default_colours_are_those_of_the_base(void **state)
{
    (void)state;
    struct grid *grid = grid_create(2, 8);
    struct canvas canvas = canvas_whole(grid);
    struct style base = {.foreground = {COLOUR_INDEX, 1}, .background = {COLOUR_INDEX, 2}};
    struct style bar = {.background = {COLOUR_INDEX, 3}, .attributes = STYLE_BOLD};
    struct cell letter = {.codepoints = {'x'}, .width = 1};
    canvas_base(canvas, base);
    canvas_clear(canvas, (struct style){0});
    canvas_label(canvas, 0, 0, 4, bar, "ab");
    canvas_cell(canvas, 1, 0, &letter);
    assert_true(style_equal(grid_cell(grid, 0, 0)->style, style_over(base, bar)));
    assert_true(style_equal(grid_cell(grid, 0, 7)->style, base));
    assert_true(style_equal(grid_cell(grid, 1, 0)->style, (struct style){0}));
    grid_destroy(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped_on_all_sides),
        cmocka_unit_test(parts_are_clipped_to_their_canvas),
        cmocka_unit_test(wide_characters_are_never_halved),
        cmocka_unit_test(hostile_text_becomes_marks),
        cmocka_unit_test(tabs_count_from_the_start_of_the_text),
        cmocka_unit_test(labels_end_in_an_ellipsis_when_cut),
        cmocka_unit_test(long_formats_are_drawn_whole),
        cmocka_unit_test(cells_of_a_program_are_made_safe),
        cmocka_unit_test(restyling_keeps_what_the_style_leaves_open),
        cmocka_unit_test(offsets_find_the_character_at_a_column),
        cmocka_unit_test(grids_of_no_size_can_be_drawn_into),
        cmocka_unit_test(default_colours_are_those_of_the_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
