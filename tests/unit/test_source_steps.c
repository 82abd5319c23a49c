/* What is done to huge sources in steps gives what it gives at once, and no step does more than it was given. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/canvas.h"
#include "tui/lexer.h"
#include "tui/source.h"
#include "tui/source_columns.h"
#include "tui/source_decode.h"
#include "tui/source_search.h"
#include "tui/width.h"

#define SLICE ((size_t)1 << 20)

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

/* LENGTH bytes that mean something to a decoder, a lexer and tabs. */
static char *make_text(size_t length, unsigned seed)
{
    static const char *const parts[] = {"a", "word ", "\t", "'",  "\"\"\"", "# ", "\n",   "é", "😀", "e\xcc\x81",
                                        "{", "}",     "f'", "\r", "\r\n",   "\\", "\xff", "x", "  "};
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t at = 0; at < length;) {
        const char *part = parts[next_random(&seed) % COUNT(parts)];
        for (size_t i = 0; part[i] && at < length; i++)
            text[at++] = part[i];
    }
    text[length] = '\0';
    return text;
}

static void test_decoding(void **state)
{
    static const char *const cookies[] = {"", "# coding: latin-1\n", "\xef\xbb\xbf", "# coding: sjis\n"};
    (void)state;
    unsigned seed = 1;
    for (size_t i = 0; i < COUNT(cookies) * 20; i++) {
        size_t length = 2000 + next_random(&seed) % 100, at = strlen(cookies[i % COUNT(cookies)]);
        char *bytes = make_text(length, seed);
        memcpy(bytes, cookies[i % COUNT(cookies)], at);
        if (i % 3 == 0)
            bytes[length / 2] = '\0';
        struct source_text whole = source_decode(bytes, length);
        struct source_decoder *decoder = source_decoder_create(bytes, length);
        while (source_decoder_step(decoder, 1 + next_random(&seed) % 40)) {
        }
        struct source_text steps = source_decoder_finish(decoder);
        assert_int_equal(steps.length, whole.length);
        assert_memory_equal(steps.text, whole.text, whole.length + 1);
        assert_true(!steps.note == !whole.note && (!steps.note || strcmp(steps.note, whole.note) == 0));
        free(steps.text), free(steps.note), free(whole.text), free(whole.note), free(bytes);
    }
}

static void test_decoder_that_is_given_up(void **state)
{
    (void)state;
    char *bytes = make_text(5000, 3);
    struct source_decoder *decoder = source_decoder_create(bytes, 5000);
    assert_true(source_decoder_step(decoder, 100));
    assert_true(source_decoder_done(decoder) >= 100 && source_decoder_done(decoder) <= 104);
    source_decoder_destroy(decoder);
    free(bytes);
}

static void test_lexing(void **state)
{
    (void)state;
    unsigned seed = 2;
    for (int round = 0; round < 50; round++) {
        char *bytes = make_text(4000, next_random(&seed));
        struct source_text text = source_decode(bytes, 4000);
        uint32_t *offsets = calloc(text.length + 2, sizeof *offsets);
        uint8_t *whole = calloc(text.length + 2, 1), *steps = calloc(text.length + 2, 1);
        assert_true(offsets && whole && steps);
        size_t lines = 1;
        for (size_t i = 0; i < text.length; i++)
            if (text.text[i] == '\n')
                offsets[lines++] = (uint32_t)i + 1;
        lexer_scan(text.text, text.length, offsets, lines, whole);
        struct lexer_scanner *scanner = lexer_scanner_create(text.text, text.length, offsets, lines, steps);
        while (lexer_scanner_step(scanner, 1 + next_random(&seed) % 60)) {
        }
        lexer_scanner_destroy(scanner);
        assert_memory_equal(whole, steps, lines);
        free(offsets), free(whole), free(steps), free(text.text), free(text.note), free(bytes);
    }
}

static char path[] = "/tmp/pytui-steps-XXXXXX";

/* Lines of 60 bytes, MEGABYTES of them, with a word in the last but one. */
static void write_lines(size_t megabytes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < megabytes * SLICE / 60; i++)
        fprintf(file, "value_%07zu = 'some text that is %7zu' # and what it is%s\n", i, i % 997,
                i + 2 == megabytes * SLICE / 60 ? "Needle" : "");
    assert_int_equal(fclose(file), 0);
}

static void test_a_large_file_is_read_in_steps(void **state)
{
    (void)state;
    write_lines(6);
    struct source_store *store = source_store_create();
    struct source *source = source_store_begin(store, path);
    int steps = 0, progress = 0;
    assert_true(source_loading(source) && !source_error(source));
    while (source_work(source)) {
        assert_int_equal(source_lines(source), 0);
        assert_true(source_progress(source) >= progress);
        progress = source_progress(source);
        steps++;
    }
    assert_true(steps >= 4 * 6 && steps <= 6 * 6 + 10); /* four ways over it, of a megabyte each */
    assert_true(progress > 90 && progress < 100 && source_progress(source) == 100);
    struct source_store *other = source_store_create();
    struct source *same = source_store_open(other, path);
    assert_int_equal(source_lines(source), source_lines(same));
    for (int line = 1; line <= source_lines(same); line += 997) {
        size_t length, expected;
        const char *text = source_line(source, line, &length), *wanted = source_line(same, line, &expected);
        assert_int_equal(length, expected);
        assert_memory_equal(text, wanted, length);
        assert_int_equal(source_line_state(source, line), source_line_state(same, line));
    }
    source_reload(same);
    assert_true(source_loading(same));
    assert_ptr_equal(source_store_open(other, path), same); /* who needs it now waits for it */
    assert_false(source_loading(same));
    source_store_destroy(other);
    source_store_destroy(store);
}

static void test_reading_is_cancelled(void **state)
{
    (void)state;
    write_lines(4);
    for (int steps = 0; steps < 16; steps += 3) {
        struct source_store *store = source_store_create();
        struct source *source = source_store_begin(store, path);
        for (int i = 0; i < steps; i++)
            assert_true(source_work(source));
        source_cancel(source);
        assert_false(source_loading(source) || source_work(source));
        assert_int_equal(source_lines(source), 0);
        assert_non_null(strstr(source_error(source), "Ctrl-r"));
        source_reload(source);
        while (source_work(source)) {
        }
        assert_true(source_lines(source) > 60000 && !source_error(source));
        source_store_destroy(store);
    }
    struct source_store *store = source_store_create();
    assert_true(source_loading(source_store_begin(store, path)));
    source_store_destroy(store); /* in the middle */
}

static void test_searching(void **state)
{
    (void)state;
    static const char *const needles[] = {"Needle", "needle", "value_0000000", "no such text", "value", "é", "é x"};
    write_lines(3);
    struct source_store *store = source_store_create();
    struct source *source = source_store_open(store, path);
    unsigned seed = 5;
    for (size_t i = 0; i < COUNT(needles) * 4; i++) {
        const char *needle = needles[i % COUNT(needles)];
        int from = 1 + (int)(next_random(&seed) % (unsigned)source_lines(source));
        bool backwards = i % 2;
        size_t offset = 0, length = 0, steps = 0, bytes = 1 + next_random(&seed) % (SLICE / 4);
        int line = source_search(source, needle, from, backwards, &offset, &length);
        struct source_search *search = source_search_create(source, needle, from, backwards);
        struct source_hit hit = {0};
        enum source_search_state found;
        while ((found = source_search_step(search, bytes, &hit)) == SOURCE_SEARCH_MORE)
            assert_true(++steps <= 4 * SLICE / bytes && source_search_progress(search) <= 100);
        assert_int_equal(found, line ? SOURCE_SEARCH_FOUND : SOURCE_SEARCH_NONE);
        assert_int_equal(hit.line, line);
        assert_true(!line || (hit.offset == offset && hit.length == length));
        source_search_destroy(search);
    }
    struct source_search *search = source_search_create(source, "Needle", 1, false);
    struct source_hit hit;
    assert_int_equal(source_search_step(search, SLICE, &hit), SOURCE_SEARCH_MORE);
    source_reload(source); /* its text is another one now */
    assert_int_equal(source_search_step(search, SLICE, &hit), SOURCE_SEARCH_NONE);
    source_search_destroy(search);
    source_store_destroy(store);
}

static void test_columns_of_long_lines(void **state)
{
    (void)state;
    unsigned seed = 7;
    struct source_columns *columns = source_columns_create();
    for (int round = 0; round < 4; round++) {
        char *bytes = make_text(200000, next_random(&seed));
        for (size_t i = 0; i < 200000; i++)
            bytes[i] = bytes[i] == '\n' || bytes[i] == '\r' ? ' ' : bytes[i];
        struct source_text line = source_decode(bytes, 200000);
        for (int i = 0; i < 40; i++) {
            size_t offset = next_random(&seed) % line.length;
            struct source_place place = source_columns_at(columns, line.text, line.length, offset);
            assert_true(place.offset <= offset && place.column % 8 == 0);
            assert_true(offset < 40000 || offset - place.offset < 20000);
            assert_int_equal(place.column, canvas_width(line.text, place.offset));
            int column = canvas_width(line.text, offset);
            place = source_columns_before(columns, line.text, line.length, column);
            assert_true(place.column <= column && column - place.column < 40000);
            assert_int_equal(place.column, canvas_width(line.text, place.offset));
        }
        source_columns_forget(columns);
        free(line.text), free(line.note), free(bytes);
    }
    source_columns_destroy(columns);
}

static int set_up(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoding),
        cmocka_unit_test(test_decoder_that_is_given_up),
        cmocka_unit_test(test_lexing),
        cmocka_unit_test(test_a_large_file_is_read_in_steps),
        cmocka_unit_test(test_reading_is_cancelled),
        cmocka_unit_test(test_searching),
        cmocka_unit_test(test_columns_of_long_lines),
    };
    width_set_locale();
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
