#include "protocol/skim.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(text) text, sizeof(text) - 1

/* Skim an exact copy, so that a sanitizer sees one byte too far. */
static bool skim_copy(const char *bytes, size_t length, const char **reason)
{
    char *copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    bool good = skim(copy, length, reason);
    free(copy);
    return good;
}

static const struct {
    const char *bytes;
    size_t length;
} good[] = {
    {BYTES("\x80")},
    {BYTES("\xDE\0\0")},
    {BYTES("\xDF\0\0\0\0")},
    {BYTES("\x81\xA1k\xC0")},
    {BYTES("\x81\xA0\xC2")},
    {BYTES("\x82\xA1k\xC3\xA1l\x05")},
    {BYTES("\x81\xD9\1k\xFF")},
    {BYTES("\x81\xDA\0\1k\xC4\2xy")},
    {BYTES("\x81\xDB\0\0\0\1k\xC5\0\1x")},
    {BYTES("\x81\xA1k\xC6\0\0\0\1x")},
    {BYTES("\x81\xA1k\xCA\0\0\0\0")},
    {BYTES("\x81\xA1k\xCB\0\0\0\0\0\0\0\0")},
    {BYTES(
        "\x81\xA1k\x98\xCC\1\xCD\0\1\xCE\0\0\0\1\xCF\0\0\0\0\0\0\0\1\xD0\1\xD1\0\1\xD2\0\0\0\1\xD3\0\0\0\0\0\0\0\1")},
    {BYTES("\x81\xA1k\x93\x90\x91\x80\x81\xA1k\x90")},
    {BYTES("\x81\xA1k\xDC\0\2\1\2")},
    {BYTES("\x81\xA1k\xDD\0\0\0\1\1")},
};

static void whole_maps_pass(void **state)
{
    (void)state;
    const char *reason = NULL;
    for (size_t i = 0; i < COUNT(good); i++)
        if (!skim_copy(good[i].bytes, good[i].length, &reason))
            fail_msg("case %zu: %s", i, reason);
}

static void every_cut_and_every_addition_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        char longer[128] = {0};
        const char *reason = NULL;
        for (size_t length = 0; length < good[i].length; length++) {
            assert_false(skim_copy(good[i].bytes, length, &reason));
            assert_non_null(reason);
        }
        memcpy(longer, good[i].bytes, good[i].length);
        assert_false(skim_copy(longer, good[i].length + 1, &reason));
        assert_string_equal(reason, "bytes after the message");
    }
}

static const struct {
    const char *bytes;
    size_t length;
    const char *reason;
} bad[] = {
    {BYTES(""), "an empty frame"},
    {BYTES("\x01"), "not a map"},
    {BYTES("\x90"), "not a map"},
    {BYTES("\xA1x"), "not a map"},
    {BYTES("\x81\x01\x01"), "a map key that is not a string"},
    {BYTES("\x81\xC4\1k\x01"), "a map key that is not a string"},
    {BYTES("\x81\xA1k\x81\xC0\x01"), "a map key that is not a string"},
    {BYTES("\x81\xA1k\xC1"), "the byte 0xc1"},
    {BYTES("\x81\xA1k\xD4\1\1"), "an extension type"},
    {BYTES("\x81\xA1k\xC7\1\1\1"), "an extension type"},
    {BYTES("\x81\xA1k\xD6\xFF\0\0\0\0"), "an extension type"},
    {BYTES("\xDF\xFF\xFF\xFF\xFF"), "more elements declared than bytes are there"},
    {BYTES("\xDF\x80\0\0\0"), "more elements declared than bytes are there"},
    {BYTES("\x81\xA1k\xDD\xFF\xFF\xFF\xFF"), "more elements declared than bytes are there"},
    {BYTES("\x81\xA1k\x92\xC0"), "more elements declared than bytes are there"},
    {BYTES("\x81\xA1k\xDB\xFF\xFF\xFF\xFFx"), "a string longer than the message"},
    {BYTES("\x81\xA1k\xC6\xFF\xFF\xFF\xFFx"), "a string longer than the message"},
    {BYTES("\x81\xA1k\x92\xA1x\xA1"), "a string longer than the message"},
    {BYTES("\x81\xA1k\xDB\xFF\xFF"), "the message ends in the middle"},
};

static void what_breaks_a_rule_is_refused_with_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *reason = "passed";
        skim_copy(bad[i].bytes, bad[i].length, &reason);
        assert_string_equal(reason, bad[i].reason);
    }
}

/* A map that holds LEVELS - 1 arrays within each other. */
static bool skim_nested(size_t levels, const char **reason)
{
    size_t length = 3 + levels;
    char *bytes = malloc(length);
    memcpy(bytes, "\x81\xA1k", 3);
    memset(bytes + 3, 0x91, levels - 1);
    bytes[length - 1] = 0x01;
    bool passed = skim(bytes, length, reason);
    free(bytes);
    return passed;
}

static void nesting_is_limited(void **state)
{
    (void)state;
    const char *reason = NULL;
    assert_true(skim_nested(SKIM_DEPTH_LIMIT, &reason));
    assert_false(skim_nested(SKIM_DEPTH_LIMIT + 1, &reason));
    assert_string_equal(reason, "nested deeper than 32");
    assert_false(skim_nested(1000, &reason));
    assert_string_equal(reason, "nested deeper than 32");
}

static void the_number_of_values_is_limited(void **state)
{
    (void)state;
    const size_t count = SKIM_VALUE_LIMIT;
    char *bytes = malloc(8 + count);
    memcpy(bytes, "\x81\xA1k\xDD", 4);
    memset(bytes + 8, 0xC0, count);
    /* the map, its key and the array are values too */
    for (size_t items = count - 3; items <= count - 2; items++) {
        const char *reason = "passed";
        for (unsigned i = 0; i < 4; i++)
            bytes[4 + i] = (char)(items >> (24 - 8 * i));
        assert_int_equal(skim(bytes, 8 + items, &reason), items == count - 3);
        assert_string_equal(reason, items == count - 3 ? "passed" : "more than 1048576 values");
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_maps_pass),
        cmocka_unit_test(every_cut_and_every_addition_is_refused),
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_reason),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(the_number_of_values_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
