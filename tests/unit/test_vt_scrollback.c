#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/vt_scrollback.h"
#include "tui/width.h"
#include "vt_random.h"

static struct cell cell_of(uint32_t codepoint, uint8_t width, uint16_t attributes)
{
    return (struct cell){{codepoint}, width, {.attributes = attributes}};
}

static void push_text(struct vt_scrollback *scrollback, const char *text)
{
    vt_scrollback_push_ascii(scrollback, text, strlen(text));
}

static void assert_line(struct vt_scrollback *scrollback, size_t index, const char *text)
{
    size_t count;
    const struct cell *cells = vt_scrollback_line(scrollback, index, &count);
    assert_non_null(cells);
    assert_int_equal(count, strlen(text));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cells[i].codepoints[0], text[i] == ' ' ? 0 : text[i]);
}

static void test_lines(void **state)
{
    (void)state;
    struct vt_scrollback *scrollback = vt_scrollback_create(3, 1 << 20);
    size_t count;
    assert_null(vt_scrollback_line(scrollback, 0, &count));
    push_text(scrollback, "one");
    push_text(scrollback, "two  ");
    push_text(scrollback, "");
    assert_line(scrollback, 2, "one");
    assert_line(scrollback, 1, "two");
    assert_line(scrollback, 0, "");
    push_text(scrollback, "a  b");
    assert_int_equal(vt_scrollback_lines(scrollback), 3);
    assert_line(scrollback, 2, "two");
    assert_line(scrollback, 0, "a  b");
    vt_scrollback_clear(scrollback);
    assert_int_equal(vt_scrollback_lines(scrollback), 0);
    assert_int_equal(vt_scrollback_bytes(scrollback), 0);
    vt_scrollback_destroy(scrollback);
    vt_scrollback_destroy(NULL);
}

static void test_none(void **state)
{
    (void)state;
    struct vt_scrollback *scrollback = vt_scrollback_create(0, 0);
    struct cell cells[4];
    push_text(scrollback, "x");
    assert_int_equal(vt_scrollback_lines(scrollback), 0);
    assert_false(vt_scrollback_pop(scrollback, cells, 4));
    vt_scrollback_destroy(scrollback);
}

/* Wide and combining characters, blanks with and without a style, and colours come back as they went. */
static void test_cells(void **state)
{
    (void)state;
    struct vt_scrollback *scrollback = vt_scrollback_create(10, 1 << 20);
    struct cell cells[8] = {
        cell_of('a', 1, STYLE_BOLD),  cell_of(0x4e16, 2, 0), cell_of(0, 0, 0), cell_of('e', 1, 0), cell_of(0, 1, 0),
        cell_of(0, 1, STYLE_REVERSE), cell_of(0, 1, 0),      cell_of(0, 1, 0),
    };
    cells[3].codepoints[1] = 0x301;
    cells[3].codepoints[2] = 0x302;
    cells[3].style.foreground = (struct colour){COLOUR_RGB, 1, 2, 3};
    cells[1].style.background = cells[2].style.background = (struct colour){COLOUR_INDEX, 200};
    vt_scrollback_push(scrollback, cells, 8);
    size_t count;
    const struct cell *line = vt_scrollback_line(scrollback, 0, &count);
    assert_int_equal(count, 6); /* the last two are blank */
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(line[i].codepoints, cells[i].codepoints, sizeof cells[i].codepoints);
        assert_int_equal(line[i].width, cells[i].width);
        assert_true(style_equal(line[i].style, cells[i].style));
    }
    vt_scrollback_destroy(scrollback);
}

static void test_pop(void **state)
{
    (void)state;
    struct vt_scrollback *scrollback = vt_scrollback_create(10, 1 << 20);
    struct cell wide[4] = {cell_of('a', 1, 0), cell_of(0x4e16, 2, 0), cell_of(0, 0, 0), cell_of('b', 1, 0)};
    struct cell out[6];
    push_text(scrollback, "old");
    vt_scrollback_push(scrollback, wide, 4);
    vt_scrollback_push(scrollback, wide, 4);
    assert_true(vt_scrollback_pop(scrollback, out, 6));
    assert_int_equal(out[1].width, 2);
    assert_int_equal(out[3].codepoints[0], 'b');
    assert_int_equal(out[4].codepoints[0], 0);
    assert_int_equal(out[5].width, 1);
    assert_true(vt_scrollback_pop(scrollback, out, 2)); /* the wide one would be cut */
    assert_int_equal(out[1].codepoints[0], 0);
    assert_int_equal(out[1].width, 1);
    push_text(scrollback, "new");
    assert_line(scrollback, 0, "new");
    assert_line(scrollback, 1, "old");
    vt_scrollback_destroy(scrollback);
}

/* Against a plain array of lines, with a ring so small that it wraps all the time. */
static void test_random(void **state)
{
    (void)state;
    enum { KEPT = 4000 };
    static char lines[KEPT][64];
    for (int seed = 0; seed < 20; seed++) {
        struct random random = random_seed(seed);
        size_t max_lines = 1 + (size_t)random_below(&random, 600), top = 0;
        struct vt_scrollback *scrollback = vt_scrollback_create(max_lines, 16384);
        struct cell cells[80];
        for (int i = 0; i < 3000 && top < KEPT; i++) {
            if (top > 0 && random_below(&random, 4) == 0) {
                bool popped = vt_scrollback_pop(scrollback, cells, 80);
                assert_true(popped || vt_scrollback_lines(scrollback) == 0);
                if (popped)
                    top--;
            } else {
                snprintf(lines[top], sizeof lines[top], "%d %.*s.", i, random_below(&random, 50),
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ");
                push_text(scrollback, lines[top++]);
            }
            assert_true(vt_scrollback_lines(scrollback) <= max_lines);
            assert_true(vt_scrollback_bytes(scrollback) <= 16384);
        }
        assert_true(vt_scrollback_lines(scrollback) > 0);
        for (size_t i = 0; i < vt_scrollback_lines(scrollback); i++)
            assert_line(scrollback, i, lines[top - 1 - i]);
        vt_scrollback_destroy(scrollback);
    }
}

static void test_too_long(void **state)
{
    (void)state;
    static char text[40000];
    struct vt_scrollback *scrollback = vt_scrollback_create(100, 16384);
    memset(text, 'x', sizeof text);
    push_text(scrollback, "kept");
    vt_scrollback_push_ascii(scrollback, text, sizeof text);
    assert_line(scrollback, 0, "kept");
    vt_scrollback_push_ascii(scrollback, text, 16000);
    assert_int_equal(vt_scrollback_lines(scrollback), 2);
    vt_scrollback_push_ascii(scrollback, text, 16000);
    assert_int_equal(vt_scrollback_lines(scrollback), 1);
    vt_scrollback_destroy(scrollback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_none),   cmocka_unit_test(test_cells),
        cmocka_unit_test(test_pop),   cmocka_unit_test(test_random), cmocka_unit_test(test_too_long),
    };
    width_set_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
