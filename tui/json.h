/* Reading JSON as far as `pytui ls --json` writes it: an array of objects whose fields are texts, numbers and truth
 * values. What is nested deeper is skipped. The text may come from anybody. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING };

struct json_value {
    enum json_type type;
    bool truth;
    int64_t number;
    const char *text; /* borrowed for the call; UTF-8, up to a U+0000 */
};

/* Calls FIELD for every field of the objects in TEXT, numbered from 0. False: it is no such array, which may be found
 * out after some fields. */
typedef void (*json_field)(void *data, size_t object, const char *key, const struct json_value *value);
bool json_read(const char *text, json_field field, void *data);
