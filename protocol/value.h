/* The typed value tree that messages are made of. It knows no encoding: msgpack is one codec beside
 * it (codec_msgpack.h). Values live in an arena and are never freed one by one.
 *
 * Reading never fails: a getter asked for a missing key or another type gives the fallback, so code
 * that needs certainty validates against the schema first (message.h does, for every message).
 * Building never fails at the call: NULL arguments are accepted and arena_failed() tells at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum value_type {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_STRING, /* always valid UTF-8, may hold NULs */
    VALUE_BYTES,
    VALUE_ARRAY,
    VALUE_MAP, /* keys are strings; order is kept; a key stands once */
};

struct value {
    enum value_type type;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            const char *bytes; /* owned by the arena; a NUL follows the last byte */
            size_t length;
        } string; /* VALUE_STRING and VALUE_BYTES */
        struct {
            struct value **items;
            size_t count, capacity;
        } array;
        struct {
            struct value_entry *entries;
            size_t count, capacity;
        } map;
    };
};

struct value_entry {
    const char *key; /* NUL-terminated, owned by the arena or static */
    struct value *value;
};

/* Builders. All allocate from ARENA. Text given to value_string() is copied; bytes that are not
 * valid UTF-8 become U+FFFD. value_text() takes a NUL-terminated string. */
struct value *value_null(struct arena *arena);
struct value *value_bool(struct arena *arena, bool boolean);
struct value *value_int(struct arena *arena, int64_t integer);
struct value *value_float(struct arena *arena, double real);
struct value *value_string(struct arena *arena, const char *bytes, size_t length);
struct value *value_text(struct arena *arena, const char *text);
struct value *value_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct value *value_bytes(struct arena *arena, const void *bytes, size_t length);
struct value *value_array(struct arena *arena);
struct value *value_map(struct arena *arena);

/* Append ITEM to ARRAY; a NULL of either does nothing. */
void value_append(struct arena *arena, struct value *array, struct value *item);

/* Set KEY in MAP, replacing what stood there. KEY is copied. A NULL VALUE or MAP does nothing. */
void value_set(struct arena *arena, struct value *map, const char *key, struct value *value);
void value_set_bool(struct arena *arena, struct value *map, const char *key, bool boolean);
void value_set_int(struct arena *arena, struct value *map, const char *key, int64_t integer);
void value_set_text(struct arena *arena, struct value *map, const char *key, const char *text);

/* Write "^@" for the NULs in all strings of VALUE, so that none ends there for who reads C strings. */
void value_mark_nuls(struct arena *arena, struct value *value);

/* Deep copy into ARENA (strings too). NULL gives NULL. */
struct value *value_copy(struct arena *arena, const struct value *value);

/* Getters. MAP may be NULL or of another type: the fallback is given then. */
const struct value *value_get(const struct value *map, const char *key);
bool value_get_bool(const struct value *map, const char *key, bool fallback);
int64_t value_get_int(const struct value *map, const char *key, int64_t fallback);
double value_get_float(const struct value *map, const char *key, double fallback); /* ints too */
/* Borrowed, NUL-terminated (it may hold NULs before that); FALLBACK may be NULL. */
const char *value_get_text(const struct value *map, const char *key, const char *fallback);
const struct value *value_get_map(const struct value *map, const char *key);   /* NULL if absent */
const struct value *value_get_array(const struct value *map, const char *key); /* NULL if absent */

/* Items of an array; 0 and NULL for anything that is not one or out of range. */
size_t value_count(const struct value *array);
const struct value *value_at(const struct value *array, size_t index);

/* Same type and content, deep; map order does not matter. */
bool value_equal(const struct value *a, const struct value *b);

/* "map", "string", … for error messages. */
const char *value_type_name(enum value_type type);
