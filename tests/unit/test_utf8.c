#include "protocol/utf8.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define FFFD "\xEF\xBF\xBD"

/* Input, what cleaning makes of it, whether it was valid. Counts of U+FFFD follow the Unicode
 * standard's recommendation (one for each longest start of a character), as Python's decoder does. */
static const struct {
    const char *bytes, *clean;
} texts[] = {
    {"", ""},
    {"plain ASCII, longer than eight bytes", "plain ASCII, longer than eight bytes"},
    {"ÿ߿ࠀ￿𐀀􏿿", "ÿ߿ࠀ￿𐀀􏿿"},
    {"eight678é", "eight678é"},
    {"\x80", FFFD},
    {"a\xFFz", "a" FFFD "z"},
    {"\xC0\xAF", FFFD FFFD},                   /* overlong / */
    {"\xE0\x80\xAF", FFFD FFFD FFFD},          /* overlong / */
    {"\xF0\x80\x80\xAF", FFFD FFFD FFFD FFFD}, /* overlong / */
    {"\xED\xA0\x80", FFFD FFFD FFFD},          /* a surrogate */
    {"\xED\x9F\xBF", "\xED\x9F\xBF"},          /* the last before the surrogates */
    {"\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD}, /* U+110000 */
    {"\xF5\x80\x80\x80", FFFD FFFD FFFD FFFD}, /* a lead byte that never occurs */
    {"\xE2\x82", FFFD},                        /* cut short */
    {"\xE2\x82g", FFFD "g"},                   /* cut short by something else */
    {"\xF0\x9F\x92\xE2\x82\xAC", FFFD "€"},    /* cut short by a character */
    {"12345678\xF0\x9F\x92", "12345678" FFFD},
};

static void cleaning_replaces_what_is_invalid(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t length = strlen(texts[i].bytes), wanted = strlen(texts[i].clean);
        /* an exact copy, so that a sanitizer sees one byte too far */
        char *bytes = malloc(length + 1);
        memcpy(bytes, texts[i].bytes, length);
        bytes = realloc(bytes, length ? length : 1);
        assert_int_equal(utf8_valid(bytes, length), strcmp(texts[i].bytes, texts[i].clean) == 0);
        assert_int_equal(utf8_clean(NULL, bytes, length), wanted);
        char out[64];
        assert_int_equal(utf8_clean(out, bytes, length), wanted);
        assert_memory_equal(out, texts[i].clean, wanted);
        assert_true(utf8_valid(out, wanted));
        free(bytes);
    }
}

static void every_code_comes_back(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char bytes[4];
        uint32_t decoded;
        bool valid;
        size_t size = utf8_encode(bytes, code);
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        if (utf8_decode(bytes, size, &decoded, &valid) != size || !valid)
            fail_msg("U+%04X", (unsigned)code);
        if (decoded != (surrogate ? UTF8_REPLACEMENT : code))
            fail_msg("U+%04X became U+%04X", (unsigned)code, (unsigned)decoded);
    }
    char bytes[4];
    assert_int_equal(utf8_encode(bytes, 0x110000), 3);
    assert_memory_equal(bytes, FFFD, 3);
}

static void nul_is_a_character(void **state)
{
    (void)state;
    uint32_t code = 1;
    bool valid = false;
    assert_true(utf8_valid("a\0b", 3));
    assert_int_equal(utf8_decode("\0", 1, &code, &valid), 1);
    assert_int_equal(code, 0);
    assert_true(valid);
    assert_int_equal(utf8_decode("x", 0, &code, &valid), 0);
    assert_false(valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_replaces_what_is_invalid),
        cmocka_unit_test(every_code_comes_back),
        cmocka_unit_test(nul_is_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
