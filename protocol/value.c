#include "value.h"

#include "arena.h"
#include "utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct value *create(struct arena *arena, enum value_type type)
{
    struct value *value = arena_alloc(arena, sizeof(*value));
    if (value)
        value->type = type;
    return value;
}

/* Text that may hold anything, as valid UTF-8 in ARENA; *LENGTH becomes the result's. */
static const char *clean_text(struct arena *arena, const char *bytes, size_t *length)
{
    if (utf8_valid(bytes, *length))
        return arena_copy(arena, bytes, *length);
    size_t size = utf8_clean(NULL, bytes, *length);
    char *text = arena_alloc(arena, size + 1);
    if (text)
        utf8_clean(text, bytes, *length);
    *length = size;
    return text;
}

struct value *value_null(struct arena *arena)
{
    return create(arena, VALUE_NULL);
}

struct value *value_bool(struct arena *arena, bool boolean)
{
    struct value *value = create(arena, VALUE_BOOL);
    if (value)
        value->boolean = boolean;
    return value;
}

struct value *value_int(struct arena *arena, int64_t integer)
{
    struct value *value = create(arena, VALUE_INT);
    if (value)
        value->integer = integer;
    return value;
}

struct value *value_float(struct arena *arena, double real)
{
    struct value *value = create(arena, VALUE_FLOAT);
    if (value)
        value->real = real;
    return value;
}

struct value *value_string(struct arena *arena, const char *bytes, size_t length)
{
    const char *text = clean_text(arena, bytes, &length);
    struct value *value = text ? create(arena, VALUE_STRING) : NULL;
    if (value) {
        value->string.bytes = text;
        value->string.length = length;
    }
    return value;
}

struct value *value_text(struct arena *arena, const char *text)
{
    return text ? value_string(arena, text, strlen(text)) : NULL;
}

struct value *value_format(struct arena *arena, const char *format, ...)
{
    char small[512];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof(small), format, arguments);
    struct value *value = NULL;
    if (length >= 0 && (size_t)length < sizeof(small)) {
        value = value_string(arena, small, (size_t)length);
    } else {
        size_t size = length >= 0 ? (size_t)length + 1 : SIZE_MAX; /* SIZE_MAX makes the arena fail */
        char *text = arena_alloc(arena, size);
        if (text) {
            vsnprintf(text, size, format, again);
            value = value_string(arena, text, size - 1);
        }
    }
    va_end(again);
    va_end(arguments);
    return value;
}

struct value *value_bytes(struct arena *arena, const void *bytes, size_t length)
{
    const char *copy = arena_copy(arena, bytes, length);
    struct value *value = copy ? create(arena, VALUE_BYTES) : NULL;
    if (value) {
        value->string.bytes = copy;
        value->string.length = length;
    }
    return value;
}

struct value *value_array(struct arena *arena)
{
    return create(arena, VALUE_ARRAY);
}

struct value *value_map(struct arena *arena)
{
    return create(arena, VALUE_MAP);
}

/* Room for one more of COUNT elements of SIZE bytes: the old place, or a copy twice as large. What
 * is left behind stays in the arena until its reset. NULL when out of memory. */
static void *grow(struct arena *arena, void *old, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return old;
    size_t larger = *capacity ? 2 * *capacity : 8;
    void *fresh = arena_alloc(arena, larger <= SIZE_MAX / size ? larger * size : SIZE_MAX);
    if (!fresh)
        return NULL;
    if (count > 0)
        memcpy(fresh, old, count * size);
    *capacity = larger;
    return fresh;
}

void value_append(struct arena *arena, struct value *array, struct value *item)
{
    if (!array || array->type != VALUE_ARRAY || !item)
        return;
    struct value **items =
        grow(arena, array->array.items, array->array.count, &array->array.capacity, sizeof(struct value *));
    if (!items)
        return;
    array->array.items = items;
    items[array->array.count++] = item;
}

static struct value_entry *find(const struct value *map, const char *key)
{
    if (!map || map->type != VALUE_MAP)
        return NULL;
    for (size_t i = 0; i < map->map.count; i++)
        if (strcmp(map->map.entries[i].key, key) == 0)
            return &map->map.entries[i];
    return NULL;
}

void value_set(struct arena *arena, struct value *map, const char *key, struct value *value)
{
    if (!map || map->type != VALUE_MAP || !value)
        return;
    size_t length = strlen(key);
    const char *copy = clean_text(arena, key, &length);
    if (!copy)
        return;
    struct value_entry *entry = find(map, copy);
    if (entry) {
        entry->value = value;
        return;
    }
    struct value_entry *entries =
        grow(arena, map->map.entries, map->map.count, &map->map.capacity, sizeof(struct value_entry));
    if (!entries)
        return;
    map->map.entries = entries;
    entries[map->map.count++] = (struct value_entry){.key = copy, .value = value};
}

void value_set_bool(struct arena *arena, struct value *map, const char *key, bool boolean)
{
    value_set(arena, map, key, value_bool(arena, boolean));
}

void value_set_int(struct arena *arena, struct value *map, const char *key, int64_t integer)
{
    value_set(arena, map, key, value_int(arena, integer));
}

void value_set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    value_set(arena, map, key, value_text(arena, text));
}

static struct value *copy_array(struct arena *arena, const struct value *value)
{
    struct value *copy = value_array(arena);
    for (size_t i = 0; i < value->array.count; i++)
        value_append(arena, copy, value_copy(arena, value->array.items[i]));
    return copy;
}

/* Keys of a map are known to differ, so they need not be looked up as value_set() does. */
static struct value *copy_map(struct arena *arena, const struct value *value)
{
    size_t count = value->map.count;
    struct value *copy = value_map(arena);
    struct value_entry *entries = arena_alloc(arena, count * sizeof(*entries));
    if (!copy || !entries)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct value_entry *entry = &value->map.entries[i];
        entries[i].key = arena_copy(arena, entry->key, strlen(entry->key));
        entries[i].value = value_copy(arena, entry->value);
        if (!entries[i].key || !entries[i].value)
            return NULL;
    }
    copy->map.entries = entries;
    copy->map.count = copy->map.capacity = count;
    return copy;
}

static void mark_nuls_of_text(struct arena *arena, struct value *value)
{
    const char *bytes = value->string.bytes;
    size_t length = value->string.length, count = 0;
    for (size_t i = 0; i < length; i++)
        count += bytes[i] == '\0';
    char *marked = count > 0 && length < SIZE_MAX / 2 ? arena_alloc(arena, length + count + 1) : NULL;
    if (!marked)
        return;
    value->string.bytes = marked;
    value->string.length = length + count;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\0')
            *marked++ = '^';
        *marked++ = bytes[i] == '\0' ? '@' : bytes[i];
    }
    *marked = '\0';
}

void value_mark_nuls(struct arena *arena, struct value *value)
{
    if (!value)
        return;
    if (value->type == VALUE_STRING && memchr(value->string.bytes, '\0', value->string.length))
        mark_nuls_of_text(arena, value);
    for (size_t i = 0; value->type == VALUE_ARRAY && i < value->array.count; i++)
        value_mark_nuls(arena, value->array.items[i]);
    for (size_t i = 0; value->type == VALUE_MAP && i < value->map.count; i++)
        value_mark_nuls(arena, value->map.entries[i].value);
}

struct value *value_copy(struct arena *arena, const struct value *value)
{
    if (!value)
        return NULL;
    switch (value->type) {
    case VALUE_STRING:
        return value_string(arena, value->string.bytes, value->string.length);
    case VALUE_BYTES:
        return value_bytes(arena, value->string.bytes, value->string.length);
    case VALUE_ARRAY:
        return copy_array(arena, value);
    case VALUE_MAP:
        return copy_map(arena, value);
    case VALUE_NULL:
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT:
        break;
    }
    struct value *copy = create(arena, value->type);
    if (copy)
        *copy = *value;
    return copy;
}

const struct value *value_get(const struct value *map, const char *key)
{
    const struct value_entry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

static const struct value *get_typed(const struct value *map, const char *key, enum value_type type)
{
    const struct value *value = value_get(map, key);
    return value && value->type == type ? value : NULL;
}

bool value_get_bool(const struct value *map, const char *key, bool fallback)
{
    const struct value *value = get_typed(map, key, VALUE_BOOL);
    return value ? value->boolean : fallback;
}

int64_t value_get_int(const struct value *map, const char *key, int64_t fallback)
{
    const struct value *value = get_typed(map, key, VALUE_INT);
    return value ? value->integer : fallback;
}

double value_get_float(const struct value *map, const char *key, double fallback)
{
    const struct value *value = value_get(map, key);
    if (value && value->type == VALUE_INT)
        return (double)value->integer;
    return value && value->type == VALUE_FLOAT ? value->real : fallback;
}

const char *value_get_text(const struct value *map, const char *key, const char *fallback)
{
    const struct value *value = get_typed(map, key, VALUE_STRING);
    return value ? value->string.bytes : fallback;
}

const struct value *value_get_map(const struct value *map, const char *key)
{
    return get_typed(map, key, VALUE_MAP);
}

const struct value *value_get_array(const struct value *map, const char *key)
{
    return get_typed(map, key, VALUE_ARRAY);
}

size_t value_count(const struct value *array)
{
    return array && array->type == VALUE_ARRAY ? array->array.count : 0;
}

const struct value *value_at(const struct value *array, size_t index)
{
    return index < value_count(array) ? array->array.items[index] : NULL;
}

static bool arrays_equal(const struct value *a, const struct value *b)
{
    if (a->array.count != b->array.count)
        return false;
    for (size_t i = 0; i < a->array.count; i++)
        if (!value_equal(a->array.items[i], b->array.items[i]))
            return false;
    return true;
}

/* Usually the order is the same, so the same place is looked at before the whole map. */
static bool maps_equal(const struct value *a, const struct value *b)
{
    if (a->map.count != b->map.count)
        return false;
    for (size_t i = 0; i < a->map.count; i++) {
        const struct value_entry *entry = &a->map.entries[i];
        const struct value_entry *other = &b->map.entries[i];
        if (strcmp(entry->key, other->key) != 0)
            other = find(b, entry->key);
        if (!other || !value_equal(entry->value, other->value))
            return false;
    }
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (!a || !b || a->type != b->type)
        return a == b;
    switch (a->type) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_INT:
        return a->integer == b->integer;
    case VALUE_FLOAT:
        return a->real == b->real || (isnan(a->real) && isnan(b->real));
    case VALUE_STRING:
    case VALUE_BYTES:
        return a->string.length == b->string.length && memcmp(a->string.bytes, b->string.bytes, a->string.length) == 0;
    case VALUE_ARRAY:
        return arrays_equal(a, b);
    case VALUE_MAP:
        return maps_equal(a, b);
    }
    return false;
}

const char *value_type_name(enum value_type type)
{
    static const char *const names[] = {
        [VALUE_NULL] = "null",     [VALUE_BOOL] = "boolean", [VALUE_INT] = "integer", [VALUE_FLOAT] = "float",
        [VALUE_STRING] = "string", [VALUE_BYTES] = "bytes",  [VALUE_ARRAY] = "array", [VALUE_MAP] = "map",
    };
    return (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}
