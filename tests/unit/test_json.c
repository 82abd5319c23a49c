#include "tui/json.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char seen[4096];

static void note(void *data, size_t object, const char *key, const struct json_value *value)
{
    (void)data;
    size_t length = strlen(seen);
    char *at = seen + length;
    size_t room = sizeof seen - length;
    if (value->type == JSON_STRING)
        snprintf(at, room, "%zu.%s='%s' ", object, key, value->text);
    else if (value->type == JSON_NUMBER)
        snprintf(at, room, "%zu.%s=%lld ", object, key, (long long)value->number);
    else
        snprintf(at, room, "%zu.%s=%s ", object, key, value->type == JSON_NULL ? "null" : value->truth ? "yes" : "no");
}

static bool look(const char *text)
{
    seen[0] = '\0';
    return json_read(text, note, NULL);
}

static void what_is_listed_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *seen;
    } cases[] = {
        {"[]", ""},
        {" [ ] \n", ""},
        {"[{}]", ""},
        {"[{\"a\": \"x\", \"b\": 12}, {\"a\": null}]", "0.a='x' 0.b=12 1.a=null "},
        {"[\n  {\"a\": true, \"b\": false}\n]\n", "0.a=yes 0.b=no "},
        {"[{\"n\": -9223372036854775808, \"m\": 99999999999999999999, \"f\": 1.5e3}]",
         "0.n=-9223372036854775808 0.m=9223372036854775807 0.f=1 "},
        {"[{\"t\": \"a\\\"b\\\\c\\/d\\u00e4\\n\\ud83d\\ude00\"}]", "0.t='a\"b\\c/d\u00e4\n\U0001F600' "},
        {"[{\"t\": \"\\ud83dx\", \"u\": \"\\ude00\"}]", "0.t='\uFFFDx' 0.u='\uFFFD' "},
        {"[{\"t\": \"a\\u0000b\"}]", "0.t='a' "},
        {"[{\"deep\": {\"x\": [1, {\"y\": \"]\"}]}, \"a\": 1}]", "0.a=1 "},
        {"[{\"a\": \"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool whole = look(cases[i].text);
        assert_string_equal(seen, cases[i].seen);
        assert_int_equal(whole, i + 1 < COUNT(cases));
    }
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "{",
        "[",
        "[1]",
        "[{]",
        "[{\"a\"}]",
        "[{\"a\":}]",
        "[{},]",
        "[{\"a\":1,}]",
        "[{\"a\":x}]",
        "[{a:1}]",
        "[{\"a\":\"]",
        "null",
        "[{\"a\":\"\\x\"}]",
        "[{\"a\":\"\\u12\"}]",
        "[{\"a\":[}]",
        "[{\"a\":[1}]",
        "[[]]",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (look(wrong[i]))
            fail_msg("taken: %s", wrong[i]);
    enum { DEEP = 100000 };
    char *deep = malloc(DEEP + 8);
    memcpy(deep, "[{\"a\":", 6);
    memset(deep + 6, '[', DEEP);
    deep[DEEP + 6] = '\0';
    assert_false(look(deep));
    free(deep);
}

/* Every beginning of a good text, and every byte of it changed: whatever comes of it, memory is kept. */
static void hostile_texts_do_no_harm(void **state)
{
    (void)state;
    static const char good[] =
        "[{\"a\": \"x\\u00e4\\ud83d\\ude00\\n\", \"b\": [1, {\"c\": null}], \"d\": -1.5, \"e\": true}]";
    for (size_t length = 0; length < sizeof good - 1; length++) {
        char *text = malloc(length + 1); /* exactly as long, for the sanitizer */
        memcpy(text, good, length);
        text[length] = '\0';
        assert_false(look(text));
        free(text);
    }
    for (size_t at = 0; at < sizeof good - 1; at++)
        for (const char *other = "\"\\[]{},:u0\x80"; *other; other++) {
            char *text = strdup(good);
            text[at] = *other;
            look(text);
            free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_is_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(hostile_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
