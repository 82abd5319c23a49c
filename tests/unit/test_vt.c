#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/vt.h"
#include "tui/width.h"
#include "vt_random.h"

#define ESC "\x1b"

struct program {
    char written[4096];
    size_t length;
    char title[256];
    int bells;
};

static void on_write(void *data, const char *bytes, size_t length)
{
    struct program *program = data;
    if (program->length + length >= sizeof program->written)
        program->length = 0;
    length = length >= sizeof program->written ? sizeof program->written - 1 : length;
    memcpy(program->written + program->length, bytes, length);
    program->length += length;
    program->written[program->length] = '\0';
}

static void on_title(void *data, const char *title)
{
    struct program *program = data;
    snprintf(program->title, sizeof program->title, "%s", title);
}

static void on_bell(void *data)
{
    struct program *program = data;
    program->bells++;
}

static struct vt *create(struct program *program, int rows, int columns)
{
    *program = (struct program){.length = 0};
    return vt_create(rows, columns, 100, &(struct vt_callbacks){on_write, on_title, on_bell, program});
}

static void feed(struct vt *vt, const char *text)
{
    vt_feed(vt, text, strlen(text));
}

static void assert_row(const struct vt *vt, int row, const char *text)
{
    char *line = vt_line_text(vt, row);
    assert_string_equal(line, text);
    free(line);
}

static void assert_cursor(const struct vt *vt, int row, int column)
{
    int at_row, at_column;
    assert_true(vt_cursor(vt, &at_row, &at_column));
    assert_int_equal(at_row, row);
    assert_int_equal(at_column, column);
}

static void test_text(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 3, 10);
    assert_true(vt_take_damage(vt) || true);
    assert_false(vt_take_damage(vt));
    feed(vt, "one\r\ntwo\r\nthree\r\nfour");
    assert_true(vt_take_damage(vt));
    assert_false(vt_take_damage(vt));
    assert_row(vt, 0, "two");
    assert_row(vt, 2, "four");
    assert_int_equal(vt_scrollback(vt), 1);
    assert_row(vt, -1, "one");
    assert_row(vt, -2, "");
    assert_cursor(vt, 2, 4);
    feed(vt, ESC "[?25l");
    int row, column;
    assert_false(vt_cursor(vt, &row, &column));
    vt_destroy(vt);
    vt_destroy(NULL);
}

static void test_cells(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 3, 10);
    struct cell cell;
    feed(vt, ESC "[1;31;48;5;200mA" ESC "[0;38;2;1;2;3;7mB" ESC "[0m世e\u0301");
    vt_cell(vt, 0, 0, &cell);
    assert_int_equal(cell.codepoints[0], 'A');
    assert_int_equal(cell.style.attributes, STYLE_BOLD);
    assert_int_equal(cell.style.foreground.kind, COLOUR_INDEX);
    assert_int_equal(cell.style.foreground.red, 1);
    assert_int_equal(cell.style.background.red, 200);
    vt_cell(vt, 0, 1, &cell);
    assert_int_equal(cell.style.attributes, STYLE_REVERSE);
    assert_int_equal(cell.style.foreground.kind, COLOUR_RGB);
    assert_int_equal(cell.style.foreground.blue, 3);
    vt_cell(vt, 0, 2, &cell);
    assert_int_equal(cell.codepoints[0], 0x4e16);
    assert_int_equal(cell.width, 2);
    assert_int_equal(cell.style.foreground.kind, COLOUR_DEFAULT);
    vt_cell(vt, 0, 3, &cell);
    assert_int_equal(cell.width, 0);
    vt_cell(vt, 0, 4, &cell);
    assert_int_equal(cell.codepoints[0], 'e');
    assert_int_equal(cell.codepoints[1], 0x301);
    /* A narrow character over half of a wide one leaves no half behind. */
    feed(vt, "\rxyz");
    vt_cell(vt, 0, 2, &cell);
    assert_int_equal(cell.width, 1);
    vt_cell(vt, 0, 3, &cell);
    assert_int_equal(cell.width, 1);
    assert_int_equal(cell.codepoints[0], 0);
    vt_cell(vt, 99, 99, &cell);
    assert_int_equal(cell.codepoints[0], 0);
    vt_destroy(vt);
}

static void test_alternate(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 5, 20);
    feed(vt, "shell$ vim" ESC "[?1049h" ESC "[2J" ESC "[3;3Hediting");
    assert_true(vt_alternate(vt));
    assert_row(vt, 2, "  editing");
    vt_resize(vt, 4, 30);
    feed(vt, ESC "[?1049l");
    assert_false(vt_alternate(vt));
    assert_row(vt, 0, "shell$ vim");
    assert_cursor(vt, 0, 10); /* saved before, though the size changed in between */
    feed(vt, ESC "[?1049h" ESC "c");
    assert_false(vt_alternate(vt));
    vt_destroy(vt);
}

static void test_resize(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 4, 10);
    feed(vt, "1\r\n2\r\n3\r\n4");
    vt_resize(vt, 2, 10);
    assert_int_equal(vt_scrollback(vt), 2);
    assert_row(vt, -1, "2");
    assert_row(vt, 1, "4");
    assert_cursor(vt, 1, 1);
    vt_resize(vt, 4, 12);
    assert_row(vt, 0, "1");
    assert_int_equal(vt_scrollback(vt), 0);
    vt_resize(vt, 0, 0);
    assert_int_equal(vt_rows(vt), 1);
    assert_int_equal(vt_columns(vt), 2);
    vt_resize(vt, -5, 1 << 30);
    assert_int_equal(vt_rows(vt), 1);
    feed(vt, "世界");
    vt_destroy(vt);
}

/* Pen and cursor survive what a resize injects, in the middle of a sequence too. */
static void test_resize_within_sequence(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 4, 20);
    feed(vt, ESC "[1;38;2;9;8;7mab\xe4\xb8");
    vt_resize(vt, 5, 22);
    feed(vt, "\x96" ESC "[3");
    vt_resize(vt, 6, 25);
    feed(vt, "1mc" ESC "]0;ti");
    vt_resize(vt, 5, 25);
    feed(vt, "tle\a");
    assert_row(vt, 0, "ab世c");
    assert_string_equal(program.title, "title");
    struct cell cell;
    vt_cell(vt, 0, 4, &cell);
    assert_int_equal(cell.style.attributes, STYLE_BOLD);
    assert_int_equal(cell.style.foreground.kind, COLOUR_INDEX);
    vt_destroy(vt);
}

static void test_events(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 5, 20);
    feed(vt, "\a" ESC "]2;my title\a\a");
    assert_int_equal(program.bells, 2);
    assert_string_equal(program.title, "my title");
    feed(vt, "abc" ESC "[6n");
    assert_string_equal(program.written, ESC "[1;4R");
    program.length = 0;
    feed(vt, ESC "]52;c;?\a" ESC "]10;?\a");
    assert_int_equal(program.length, 0);
    for (int i = 0; i < 20; i++)
        feed(vt, "x\r\n");
    assert_int_equal(vt_scrollback(vt), 16);
    feed(vt, ESC "[3J");
    assert_int_equal(vt_scrollback(vt), 0);
    vt_destroy(vt);
}

#define CHARACTER(c, m)                                                                                                \
    {                                                                                                                  \
        .kind = KEY_KIND_CHAR, .codepoint = (c), .modifiers = (m)                                                      \
    }
#define NAMED(n, m)                                                                                                    \
    {                                                                                                                  \
        .kind = KEY_KIND_NAMED, .name = (n), .modifiers = (m)                                                          \
    }

static const struct {
    struct key key;
    const char *bytes, *in_application_mode; /* NULL: the same */
} keys[] = {
    {CHARACTER('a', 0), "a", NULL},
    {CHARACTER(0xe9, 0), "é", NULL},
    {CHARACTER('c', KEY_CTRL), "\003", NULL},
    {CHARACTER('i', KEY_CTRL), "\t", NULL},
    {CHARACTER('m', KEY_CTRL), "\r", NULL},
    {CHARACTER('[', KEY_CTRL), ESC, NULL},
    {CHARACTER('_', KEY_CTRL), "\037", NULL},
    {CHARACTER('x', KEY_ALT), ESC "x", NULL},
    {CHARACTER(0xe9, KEY_ALT), ESC "é", NULL},
    {CHARACTER('x', KEY_ALT | KEY_CTRL), ESC "\030", NULL},
    {CHARACTER('1', KEY_CTRL), "1", NULL},
    {NAMED(KEY_NAME_ENTER, 0), "\r", NULL},
    {NAMED(KEY_NAME_ENTER, KEY_SHIFT), "\r", NULL},
    {NAMED(KEY_NAME_ENTER, KEY_ALT), ESC "\r", NULL},
    {NAMED(KEY_NAME_TAB, 0), "\t", NULL},
    {NAMED(KEY_NAME_TAB, KEY_SHIFT), ESC "[Z", NULL},
    {NAMED(KEY_NAME_TAB, KEY_CTRL), "\t", NULL},
    {NAMED(KEY_NAME_ESC, 0), ESC, NULL},
    {NAMED(KEY_NAME_BACKSPACE, 0), "\177", NULL},
    {NAMED(KEY_NAME_BACKSPACE, KEY_ALT), ESC "\177", NULL},
    {NAMED(KEY_NAME_BACKSPACE, KEY_CTRL), "\b", NULL},
    {NAMED(KEY_NAME_UP, 0), ESC "[A", ESC "OA"},
    {NAMED(KEY_NAME_HOME, 0), ESC "[H", ESC "OH"},
    {NAMED(KEY_NAME_RIGHT, KEY_CTRL), ESC "[1;5C", NULL},
    {NAMED(KEY_NAME_LEFT, KEY_ALT | KEY_SHIFT), ESC "[1;4D", NULL},
    {NAMED(KEY_NAME_PAGE_UP, 0), ESC "[5~", NULL},
    {NAMED(KEY_NAME_DELETE, KEY_SHIFT), ESC "[3;2~", NULL},
    {NAMED(KEY_NAME_F1, 0), ESC "OP", NULL},
    {NAMED(KEY_NAME_F1, KEY_SHIFT), ESC "[1;2P", NULL},
    {NAMED(KEY_NAME_F5, 0), ESC "[15~", NULL},
    {NAMED(KEY_NAME_F11, KEY_SHIFT), ESC "[23;2~", NULL},
    {NAMED(KEY_NAME_F12, KEY_CTRL), ESC "[24;5~", NULL},
    {{.kind = KEY_KIND_RESIZE}, "", NULL},
};

static void test_keys(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 5, 20);
    for (int application = 0; application < 2; application++) {
        feed(vt, application ? ESC "[?1h" : ESC "[?1l");
        for (size_t i = 0; i < COUNT(keys); i++) {
            program.length = 0;
            program.written[0] = '\0';
            vt_key(vt, &keys[i].key);
            bool other = application && keys[i].in_application_mode != NULL;
            assert_string_equal(program.written, other ? keys[i].in_application_mode : keys[i].bytes);
        }
    }
    vt_key(vt, &(struct key)CHARACTER(' ', KEY_CTRL));
    assert_int_equal(program.written[program.length - 1], '\0');
    program.length = 0;
    feed(vt, ESC "[20h");
    vt_key(vt, &(struct key)NAMED(KEY_NAME_ENTER, 0));
    assert_string_equal(program.written, "\r\n");
    vt_destroy(vt);
}

static void test_paste(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 5, 20);
    const char *text = "a\nb\r\nc\té" ESC "[201~x\003";
    vt_paste(vt, text, strlen(text));
    assert_string_equal(program.written, "a\rb\rc\té[201~x");
    program.length = 0;
    feed(vt, ESC "[?2004h");
    vt_key(vt, &(struct key){.kind = KEY_KIND_PASTE, .text = "hi", .length = 2});
    assert_string_equal(program.written, ESC "[200~hi" ESC "[201~");
    vt_destroy(vt);
}

static void test_mouse(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 5, 20);
    struct key press = {.kind = KEY_KIND_MOUSE, .mouse = KEY_MOUSE_PRESS, .button = 1};
    struct key release = {.kind = KEY_KIND_MOUSE, .mouse = KEY_MOUSE_RELEASE, .button = 1};
    struct key drag = {.kind = KEY_KIND_MOUSE, .mouse = KEY_MOUSE_DRAG, .button = 1};
    struct key wheel = {.kind = KEY_KIND_MOUSE, .mouse = KEY_MOUSE_WHEEL_DOWN};
    assert_false(vt_wants_mouse(vt));
    vt_mouse(vt, &press, 1, 2);
    vt_mouse(vt, &release, 1, 2);
    assert_int_equal(program.length, 0);
    feed(vt, ESC "[?1000;1006h"); /* as ncurses asks */
    assert_true(vt_wants_mouse(vt));
    vt_mouse(vt, &press, 1, 2);
    assert_string_equal(program.written, ESC "[<0;3;2M");
    program.length = 0;
    vt_mouse(vt, &drag, 1, 3);
    assert_int_equal(program.length, 0);
    vt_mouse(vt, &release, 1, 3);
    assert_string_equal(program.written, ESC "[<0;4;2m");
    program.length = 0;
    vt_mouse(vt, &wheel, 1, 3);
    assert_string_equal(program.written, ESC "[<65;4;2M");
    program.length = 0;
    feed(vt, ESC "[?1002h");
    vt_mouse(vt, &press, 1, 2);
    program.length = 0;
    vt_mouse(vt, &drag, 2, 2);
    assert_string_equal(program.written, ESC "[<32;3;3M");
    vt_mouse(vt, &drag, 99, 2);
    feed(vt, ESC "[?1002l");
    assert_false(vt_wants_mouse(vt));
    vt_destroy(vt);
}

/* Every call takes a little, and at least something. */
static void test_steps(void **state)
{
    (void)state;
    struct program program;
    struct vt *vt = create(&program, 40, 120);
    static char heavy[8192];
    for (size_t i = 0; i < sizeof heavy; i++)
        heavy[i] = (ESC "#8")[i % 3];
    size_t calls = 0;
    for (size_t at = 0; at < sizeof heavy; calls++) {
        size_t taken = vt_feed_some(vt, heavy + at, sizeof heavy - at);
        assert_true(taken >= 1 && taken <= sizeof heavy - at);
        at += taken;
    }
    assert_true(calls > 100);
    vt_destroy(vt);
}

static int terminals = 25; /* more with an argument */

/* Random output, keys and sizes: nothing to compare, it must only live (under sanitizers). */
static void test_torture(void **state)
{
    (void)state;
    for (int seed = 0; seed < terminals; seed++) {
        struct random random = random_seed(seed);
        struct program program;
        struct vt *vt = create(&program, 1 + random_below(&random, 40), 1 + random_below(&random, 120));
        for (int i = 0; i < 400; i++) {
            char text[2048];
            size_t length = 0;
            int what = random_below(&random, 20);
            if (what == 0) {
                vt_resize(vt, random_below(&random, 41), random_below(&random, 121));
            } else if (what == 1) {
                vt_key(vt, &keys[random_below(&random, COUNT(keys))].key);
                struct key mouse = {.kind = KEY_KIND_MOUSE, .mouse = (enum key_mouse)random_below(&random, 5)};
                vt_mouse(vt, &mouse, random_below(&random, 50), random_below(&random, 130));
            } else {
                while (length < (size_t)random_below(&random, 1900))
                    length += random_output(&random, text + length);
                size_t piece = 1 + (size_t)random_below(&random, 2000);
                for (size_t at = 0; at < length; at += piece)
                    vt_feed(vt, text + at, length - at < piece ? length - at : piece);
            }
            struct cell cell;
            for (int row = -3; row < vt_rows(vt); row++)
                for (int column = 0; column < vt_columns(vt); column += 1 + random_below(&random, 30)) {
                    vt_cell(vt, row, column, &cell);
                    assert_true(cell.width <= 2 && (cell.width < 2 || column + 1 < vt_columns(vt)));
                }
            free(vt_line_text(vt, random_below(&random, 60) - 30));
        }
        vt_destroy(vt);
    }
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_alternate),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_resize_within_sequence),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_paste),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_torture),
    };
    if (count > 1)
        terminals = atoi(arguments[1]);
    width_set_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
