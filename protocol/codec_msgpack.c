#include "codec_msgpack.h"

#include "arena.h"
#include "frame.h"
#include "skim.h"
#include "utf8.h"
#include "value.h"

#include <msgpack.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW_KEYS 16 /* compared with each other; more are sorted */

void codec_buffer_finish(struct codec_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct codec_buffer){0};
}

bool codec_buffer_reserve(struct codec_buffer *buffer, size_t size)
{
    if (buffer->capacity - buffer->length >= size)
        return true;
    if (size > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4)
        return false;
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (capacity - buffer->length < size)
        capacity *= 2;
    unsigned char *bytes = realloc(buffer->bytes, capacity);
    if (!bytes)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

/* Encoding. Once REASON is set everything after is ignored, so that callers look once. */

struct encoder {
    struct codec_buffer *buffer;
    size_t start; /* the buffer's length before this message */
    size_t values;
    const char *reason;
};

static void encode_fail(struct encoder *encoder, const char *reason)
{
    if (!encoder->reason)
        encoder->reason = reason;
}

static int encode_write(void *data, const char *bytes, size_t length)
{
    struct encoder *encoder = data;
    struct codec_buffer *buffer = encoder->buffer;
    if (length > FRAME_LIMIT - (buffer->length - encoder->start))
        encode_fail(encoder, "longer than 16 MiB");
    else if (!codec_buffer_reserve(buffer, length))
        encode_fail(encoder, "out of memory");
    if (encoder->reason)
        return -1;
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

static void encode_text(msgpack_packer *packer, const char *bytes, size_t length)
{
    if (length > FRAME_LIMIT) {
        encode_fail(packer->data, "longer than 16 MiB");
        return;
    }
    msgpack_pack_str(packer, length);
    msgpack_pack_str_body(packer, bytes, length);
}

static void encode_bytes(msgpack_packer *packer, const char *bytes, size_t length)
{
    if (length > FRAME_LIMIT) {
        encode_fail(packer->data, "longer than 16 MiB");
        return;
    }
    msgpack_pack_bin(packer, length);
    msgpack_pack_bin_body(packer, bytes, length);
}

static void encode_value(msgpack_packer *packer, const struct value *value, unsigned depth);

static void encode_array(msgpack_packer *packer, const struct value *value, unsigned depth)
{
    const struct encoder *encoder = packer->data;
    msgpack_pack_array(packer, value->array.count);
    for (size_t i = 0; i < value->array.count && !encoder->reason; i++)
        encode_value(packer, value->array.items[i], depth);
}

static void encode_map(msgpack_packer *packer, const struct value *value, unsigned depth)
{
    struct encoder *encoder = packer->data;
    encoder->values += value->map.count;
    msgpack_pack_map(packer, value->map.count);
    for (size_t i = 0; i < value->map.count && !encoder->reason; i++) {
        encode_text(packer, value->map.entries[i].key, strlen(value->map.entries[i].key));
        encode_value(packer, value->map.entries[i].value, depth);
    }
}

/* DEPTH is how many arrays and maps VALUE stands in. */
static void encode_value(msgpack_packer *packer, const struct value *value, unsigned depth)
{
    struct encoder *encoder = packer->data;
    bool nests = value->type == VALUE_ARRAY || value->type == VALUE_MAP;
    if (nests && depth == SKIM_DEPTH_LIMIT)
        encode_fail(encoder, "nested deeper than 32");
    if (++encoder->values > SKIM_VALUE_LIMIT)
        encode_fail(encoder, "more than 1048576 values");
    if (encoder->reason)
        return;
    switch (value->type) {
    case VALUE_NULL:
        msgpack_pack_nil(packer);
        break;
    case VALUE_BOOL:
        value->boolean ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
        break;
    case VALUE_INT:
        msgpack_pack_int64(packer, value->integer);
        break;
    case VALUE_FLOAT:
        msgpack_pack_double(packer, value->real);
        break;
    case VALUE_STRING:
        encode_text(packer, value->string.bytes, value->string.length);
        break;
    case VALUE_BYTES:
        encode_bytes(packer, value->string.bytes, value->string.length);
        break;
    case VALUE_ARRAY:
        encode_array(packer, value, depth + 1);
        break;
    case VALUE_MAP:
        encode_map(packer, value, depth + 1);
        break;
    }
}

bool codec_msgpack_encode(struct codec_buffer *buffer, const struct value *map, const char **reason)
{
    struct encoder encoder = {.buffer = buffer, .start = buffer->length};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &encoder, encode_write);
    if (!map || map->type != VALUE_MAP)
        encode_fail(&encoder, "not a map");
    else
        encode_value(&packer, map, 0);
    if (encoder.values > SKIM_VALUE_LIMIT)
        encode_fail(&encoder, "more than 1048576 values");
    if (encoder.reason) {
        buffer->length = encoder.start;
        *reason = encoder.reason;
    }
    return !encoder.reason;
}

/* Decoding. Recursion is bounded: the skim has let no more than 32 levels through. */

struct decoder {
    struct arena *arena;
    char *reason;
    size_t size;
};

static struct value *refuse(struct decoder *decoder, const char *reason)
{
    snprintf(decoder->reason, decoder->size, "%s", reason);
    return NULL;
}

static struct value *decode_object(struct decoder *decoder, const msgpack_object *object);

static struct value *decode_text(struct decoder *decoder, const msgpack_object_str *text)
{
    if (!utf8_valid(text->ptr, text->size))
        return refuse(decoder, "a string that is not UTF-8");
    return value_string(decoder->arena, text->ptr, text->size);
}

static struct value *decode_array(struct decoder *decoder, const msgpack_object_array *array)
{
    struct value *value = value_array(decoder->arena);
    struct value **items = arena_alloc(decoder->arena, array->size * sizeof(struct value *));
    if (!value || !items)
        return NULL;
    for (uint32_t i = 0; i < array->size; i++) {
        items[i] = decode_object(decoder, &array->ptr[i]);
        if (!items[i])
            return NULL;
    }
    value->array.items = items;
    value->array.count = value->array.capacity = array->size;
    return value;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The key that occurs twice in MAP, or NULL. */
static const char *find_duplicate(struct arena *arena, const struct value *map)
{
    const struct value_entry *entries = map->map.entries;
    size_t count = map->map.count;
    if (count <= FEW_KEYS) {
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                if (strcmp(entries[i].key, entries[j].key) == 0)
                    return entries[i].key;
        return NULL;
    }
    const char **keys = arena_alloc(arena, count * sizeof(*keys));
    if (!keys)
        return NULL; /* the arena has failed, which the caller sees */
    for (size_t i = 0; i < count; i++)
        keys[i] = entries[i].key;
    qsort(keys, count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < count; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            return keys[i];
    return NULL;
}

static const char *decode_key(struct decoder *decoder, const msgpack_object *object)
{
    const msgpack_object_str *text = &object->via.str;
    if (object->type == MSGPACK_OBJECT_STR && text->size == 0)
        return ""; /* ptr may be NULL then */
    if (object->type != MSGPACK_OBJECT_STR || !utf8_valid(text->ptr, text->size) ||
        memchr(text->ptr, '\0', text->size)) {
        refuse(decoder, "a map key that is not UTF-8 text without NUL");
        return NULL;
    }
    return arena_copy(decoder->arena, text->ptr, text->size);
}

static struct value *decode_map(struct decoder *decoder, const msgpack_object_map *map)
{
    struct value *value = value_map(decoder->arena);
    struct value_entry *entries = arena_alloc(decoder->arena, map->size * sizeof(*entries));
    if (!value || !entries)
        return NULL;
    for (uint32_t i = 0; i < map->size; i++) {
        entries[i].key = decode_key(decoder, &map->ptr[i].key);
        entries[i].value = entries[i].key ? decode_object(decoder, &map->ptr[i].val) : NULL;
        if (!entries[i].value)
            return NULL;
    }
    value->map.entries = entries;
    value->map.count = value->map.capacity = map->size;
    const char *twice = find_duplicate(decoder->arena, value);
    if (twice) {
        snprintf(decoder->reason, decoder->size, "the map key \"%.60s\" stands twice", twice);
        return NULL;
    }
    return value;
}

static struct value *decode_object(struct decoder *decoder, const msgpack_object *object)
{
    struct arena *arena = decoder->arena;
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        return value_null(arena);
    case MSGPACK_OBJECT_BOOLEAN:
        return value_bool(arena, object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        if (object->via.u64 > INT64_MAX)
            return refuse(decoder, "an integer above 2^63-1");
        return value_int(arena, (int64_t)object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return value_int(arena, object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return value_float(arena, object->via.f64);
    case MSGPACK_OBJECT_STR:
        return decode_text(decoder, &object->via.str);
    case MSGPACK_OBJECT_BIN:
        return value_bytes(arena, object->via.bin.ptr, object->via.bin.size);
    case MSGPACK_OBJECT_ARRAY:
        return decode_array(decoder, &object->via.array);
    case MSGPACK_OBJECT_MAP:
        return decode_map(decoder, &object->via.map);
    case MSGPACK_OBJECT_EXT:
        break;
    }
    return refuse(decoder, "an extension type");
}

struct value *codec_msgpack_decode(struct arena *arena, const void *bytes, size_t length, char *reason, size_t size)
{
    struct decoder decoder = {.arena = arena, .reason = reason, .size = size};
    const char *bad;
    if (!skim(bytes, length, &bad))
        return refuse(&decoder, bad);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    struct value *value = NULL;
    refuse(&decoder, "out of memory");
    msgpack_unpack_return result = msgpack_unpack_next(&unpacked, bytes, length, &offset);
    if (result == MSGPACK_UNPACK_SUCCESS && offset == length)
        value = decode_object(&decoder, &unpacked.data);
    else if (result != MSGPACK_UNPACK_NOMEM_ERROR)
        refuse(&decoder, "not one whole msgpack map");
    if (value && arena_failed(arena))
        value = refuse(&decoder, "out of memory");
    msgpack_unpacked_destroy(&unpacked);
    return value;
}
