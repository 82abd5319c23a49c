/* What faulthandler writes, as values; and what it might write. */
#include "unit.h"

#include "backend-ext/dump_parse.h"
#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

struct parsed {
    struct arena *arena;
    struct value *threads;
    bool more;
};

static struct parsed parse(const char *text, bool whole)
{
    struct parsed parsed = {.arena = arena_create()};
    parsed.threads = dump_parse(parsed.arena, text, whole, &parsed.more);
    return parsed;
}

static const struct value *frame_at(const struct parsed *parsed, size_t thread, size_t frame)
{
    return value_at(value_get_array(value_at(parsed->threads, thread), "stackFrames"), frame);
}

static void test_threads(void **state)
{
    (void)state;
    struct parsed parsed = parse("Thread 0x00007f10 [worker] (most recent call first):\n"
                                 "  Garbage-collecting\n"
                                 "  File \"/a/b.py\", line 12 in work\n"
                                 "  File \"/a/b.py\", line ??? in ???\n"
                                 "  ...\n\n"
                                 "Current thread 0x0000000000000020 (most recent call first):\n"
                                 "  File ???, line 3 in <module>\n"
                                 "...\n",
                                 true);
    assert_int_equal(value_count(parsed.threads), 2);
    assert_true(parsed.more);
    const struct value *first = value_at(parsed.threads, 0), *second = value_at(parsed.threads, 1);
    assert_int_equal(value_get_int(first, "ident", 0), 0x7f10);
    assert_string_equal(value_get_text(first, "name", ""), "worker");
    assert_true(value_get_bool(first, "collecting", false));
    assert_true(value_get_bool(first, "moreFrames", false));
    assert_string_equal(value_get_text(frame_at(&parsed, 0, 0), "name", ""), "work");
    assert_int_equal(value_get_int(frame_at(&parsed, 0, 0), "line", 0), 12);
    const struct value *source = value_get_map(frame_at(&parsed, 0, 0), "source");
    assert_string_equal(value_get_text(source, "path", ""), "/a/b.py");
    assert_string_equal(value_get_text(source, "name", ""), "b.py");
    assert_string_equal(value_get_text(frame_at(&parsed, 0, 1), "name", ""), "???");
    assert_int_equal(value_get_int(frame_at(&parsed, 0, 1), "line", 1), 0);
    assert_int_equal(value_get_int(second, "ident", 0), 0x20);
    assert_null(value_get(second, "name"));
    assert_false(value_get_bool(second, "moreFrames", true));
    assert_null(value_get(frame_at(&parsed, 1, 0), "source"));
    arena_destroy(parsed.arena);
}

/* Only what is not printable ASCII was escaped. */
static void test_escapes(void **state)
{
    (void)state;
    struct parsed parsed =
        parse("Thread 0x1 (most recent call first):\n"
              "  File \"/\\xe9\\u20ac\\U0001f600\\x41\\x0a\\udc80\\U00110000\\x\", line 1 in f\\xe9\n",
              true);
    const struct value *source = value_get_map(frame_at(&parsed, 0, 0), "source");
    assert_string_equal(value_get_text(source, "path", ""),
                        "/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\x41\\x0a\\udc80\\U00110000\\x");
    assert_string_equal(value_get_text(frame_at(&parsed, 0, 0), "name", ""), "f\xc3\xa9");
    arena_destroy(parsed.arena);
}

static void test_cut_off(void **state)
{
    (void)state;
    struct parsed parsed = parse("Thread 0x1 (most recent call first):\n"
                                 "  File \"/a.py\", line 1 in f\n"
                                 "  File \"/a.py\", li",
                                 false);
    assert_true(parsed.more);
    assert_true(value_get_bool(value_at(parsed.threads, 0), "moreFrames", false));
    assert_null(frame_at(&parsed, 0, 1));
    arena_destroy(parsed.arena);
}

/* Any bytes, cut anywhere: something comes out, and nothing is read or written outside. */
static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {"Thread 0x",
                                         "Current thread 0x",
                                         "  File ",
                                         "\"",
                                         ", line ",
                                         " in ",
                                         "\n",
                                         "  ...",
                                         "...",
                                         "???",
                                         " (most recent",
                                         "[",
                                         "]",
                                         "\\x",
                                         "\\U",
                                         "e9",
                                         "99999999999999",
                                         "  File \"\", line  in ",
                                         "x",
                                         "\\udc80"};
    unsigned seed = 1;
    for (int round = 0; round < 20000; round++) {
        char *text = calloc(1, 512);
        size_t length = 0;
        for (int i = 0; i < 20; i++) {
            seed = seed * 1103515245u + 12345u;
            const char *piece = pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        char *exact = realloc(text, length + 1);
        struct parsed parsed = parse(exact, round % 2);
        assert_int_equal(parsed.threads->type, VALUE_ARRAY);
        assert_false(arena_failed(parsed.arena));
        arena_destroy(parsed.arena);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
