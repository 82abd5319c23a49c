#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/vt_internal.h"
#include "tui/width.h"
#include "vt_random.h"

/* Two terminals get the same bytes, one of them without the fast-forward; nothing may differ. */

static size_t answered;

static void ignore_write(void *data, const char *bytes, size_t length)
{
    (void)data;
    (void)bytes;
    answered += length;
}

struct pair {
    struct vt *fast, *plain;
    size_t forwarded; /* bytes that took the short way */
};

static struct vt *create(int rows, int columns, int lines, bool fast)
{
    struct vt *vt = vt_create(rows, columns, lines, &(struct vt_callbacks){.write = ignore_write});
    vt->fast = fast;
    return vt;
}

static void feed(struct pair *pair, struct random *random, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t piece = random == NULL ? length : 1 + (size_t)random_below(random, 20000);
        piece = piece > length - at ? length - at : piece;
        for (size_t done = 0; done < piece;) {
            size_t forwarded = vt_fast_forward(pair->fast, bytes + at + done, piece - done);
            pair->forwarded += forwarded;
            done += forwarded > 0 ? forwarded : vt_feed_some(pair->fast, bytes + at + done, piece - done);
        }
        at += piece;
    }
    vt_feed(pair->plain, bytes, length);
}

static void compare_row(const struct pair *pair, int row)
{
    for (int column = 0; column < vt_columns(pair->fast); column++) {
        struct cell a, b;
        vt_cell(pair->fast, row, column, &a);
        vt_cell(pair->plain, row, column, &b);
        if (memcmp(a.codepoints, b.codepoints, sizeof a.codepoints) != 0 || a.width != b.width ||
            !style_equal(a.style, b.style))
            fail_msg("row %d column %d: U+%04x and U+%04x", row, column, a.codepoints[0], b.codepoints[0]);
    }
}

static void compare(const struct pair *pair)
{
    int row[2], column[2];
    bool visible = vt_cursor(pair->fast, &row[0], &column[0]);
    assert_int_equal(visible, vt_cursor(pair->plain, &row[1], &column[1]));
    assert_int_equal(row[0], row[1]);
    assert_int_equal(column[0], column[1]);
    assert_int_equal(vt_alternate(pair->fast), vt_alternate(pair->plain));
    assert_int_equal(vt_scrollback(pair->fast), vt_scrollback(pair->plain));
    for (int i = -vt_scrollback(pair->fast); i < vt_rows(pair->fast); i++)
        compare_row(pair, i);
}

/* Lines as programs print them: short, empty, around the width, long, with tabs and trailing blanks. */
static size_t random_flood(struct random *random, int columns, char *out, size_t size)
{
    size_t length = 0;
    int style = random_below(random, 5), lines = 1 + random_below(random, 400);
    bool odd = random_below(random, 6) == 0;
    for (int i = 0; i < lines; i++) {
        int width = style == 0   ? 1
                    : style == 1 ? random_below(random, 8)
                    : style == 2 ? columns - 1 + random_below(random, 3)
                    : style == 3 ? random_below(random, 5 * columns)
                                 : random_below(random, 60);
        if (length + (size_t)width + 8 > size)
            break;
        for (int j = 0; j < width; j++) {
            int what = random_below(random, 40);
            out[length++] = (char)(what == 0 ? '\t' : what < 5 ? ' ' : '!' + random_below(random, 94));
        }
        if (odd && random_below(random, 100) == 0)
            length += (size_t)sprintf(out + length, "%s", random_below(random, 2) != 0 ? "é" : "\x1b[1m");
        if (!odd || random_below(random, 50) != 0)
            out[length++] = '\r';
        out[length++] = '\n';
    }
    return length;
}

static int seeds = 30; /* more with an argument */

static void test_random(void **state)
{
    static char flood[1 << 16];
    (void)state;
    size_t forwarded = 0;
    for (int seed = 0; seed < seeds; seed++) {
        struct random random = random_seed(seed);
        int rows = 1 + random_below(&random, 30), columns = 2 + random_below(&random, 100);
        int lines = random_below(&random, 3) == 0 ? random_below(&random, 40) : 1000;
        struct pair pair = {create(rows, columns, lines, true), create(rows, columns, lines, false), 0};
        for (int i = 0; i < 40; i++) {
            char text[128];
            int what = random_below(&random, 10);
            if (what < 5) {
                feed(&pair, &random, flood, random_flood(&random, vt_columns(pair.fast), flood, sizeof flood));
            } else if (what < 9) {
                /* Whole sequences: an unfinished one would swallow what follows. */
                feed(&pair, NULL, text, random_output(&random, text));
                if (random_below(&random, 4) == 0)
                    feed(&pair, NULL,
                         "\x18\x1b\\\x1b"
                         "c",
                         5);
            } else {
                rows = 1 + random_below(&random, 40);
                columns = 2 + random_below(&random, 120);
                vt_resize(pair.fast, rows, columns);
                vt_resize(pair.plain, rows, columns);
            }
            if (i % 8 == 7)
                compare(&pair);
        }
        compare(&pair);
        forwarded += pair.forwarded;
        vt_destroy(pair.fast);
        vt_destroy(pair.plain);
    }
    assert_true(forwarded > 200000); /* else nothing was tested */
}

/* Things that a shortcut could easily get wrong, each after a flood and each before one. */
static const char *const cases[] = {
    "plain",
    "a\u0301", /* combining with what was printed last */
    "\u0301",
    "\x1b[3b",
    "\x1b[31m",
    "\x1b[44m",
    "\x1b[7m",
    "\x1b[8m",
    "\x1b[3g",
    "\x1bH",
    "\x1b[?5h",
    "\x1b[4h",
    "\x1b[20h",
    "\x1b[?7l",
    "\x1b[2;4r",
    "\x1b[?6h",
    "\x1b(0",
    "\x0e",
    "\x1b[1\"q",
    "\x1b[?1049h",
    "\x1b[?69h\x1b[3;9s",
    "\x1b[A",
    "\x1b[5C",
    "\x1b[H",
    "\x1b[2J",
    "\x1b[3J",
    "\x1b\x37",
    "\x1b\x38",
    "\x1b]0;x",
    "\xe4\xb8",
    "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
};

static void test_cases(void **state)
{
    (void)state;
    char flood[4096];
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int style = 0; style < 3; style++) {
            struct pair pair = {create(8, 20, 500, true), create(8, 20, 500, false), 0};
            size_t length = 0;
            for (int line = 0; line < 150; line++)
                length += (size_t)sprintf(flood + length,
                                          style == 0   ? "y\r\n"
                                          : style == 1 ? "%d\tsome words\tand more\r\n"
                                                       : "\r\n",
                                          line);
            for (int round = 0; round < 3; round++) {
                feed(&pair, NULL, flood, length);
                feed(&pair, NULL, cases[i], strlen(cases[i]));
                compare(&pair);
                if (round == 1)
                    feed(&pair, NULL, "tail", 4);
                compare(&pair);
            }
            vt_destroy(pair.fast);
            vt_destroy(pair.plain);
        }
}

/* A combining character joins what was printed last, even when only empty lines came since: by where that
 * was, which is the bottom of the screen, so it lands there. */
static void test_combining_after_blank_lines(void **state)
{
    (void)state;
    char flood[2048];
    for (int blank = 0; blank < 20; blank++) {
        size_t length = 0;
        for (int i = 0; i < 200; i++)
            length += (size_t)sprintf(flood + length, "%s\r\n", i < 199 - blank ? "y" : i == 199 - blank ? "z" : "");
        struct pair pair = {create(8, 20, 500, true), create(8, 20, 500, false), 0};
        feed(&pair, NULL, "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", 18);
        feed(&pair, NULL, flood, length);
        feed(&pair, NULL, "\x1b[8;2H\u0301", strlen("\x1b[8;2H\u0301"));
        compare(&pair);
        vt_destroy(pair.fast);
        vt_destroy(pair.plain);
    }
}

/* The flood that it is made for takes the short way almost whole. */
static void test_forwards(void **state)
{
    (void)state;
    static char flood[60000];
    for (size_t i = 0; i < sizeof flood; i++)
        flood[i] = "y\r\n"[i % 3];
    struct pair pair = {create(40, 120, 1000, true), create(40, 120, 1000, false), 0};
    feed(&pair, NULL, flood, sizeof flood);
    compare(&pair);
    assert_true(pair.forwarded > sizeof flood * 9 / 10);
    assert_int_equal(vt_scrollback(pair.fast), 1000);
    vt_destroy(pair.fast);
    vt_destroy(pair.plain);
}

int main(int count, char **arguments)
{
    if (count > 1)
        seeds = atoi(arguments[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_combining_after_blank_lines),
        cmocka_unit_test(test_forwards),
        cmocka_unit_test(test_random),
    };
    width_set_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
