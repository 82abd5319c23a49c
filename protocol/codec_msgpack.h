/* msgpack for value trees, and the only user of msgpack-c. It neither frames nor knows messages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct value;

/* Bytes that grow. All zero is valid and empty; codec_buffer_finish() frees them. */
struct codec_buffer {
    unsigned char *bytes; /* owned */
    size_t length, capacity;
};
void codec_buffer_finish(struct codec_buffer *buffer);

/* Room for SIZE more bytes after LENGTH. False when out of memory. */
bool codec_buffer_reserve(struct codec_buffer *buffer, size_t size);

/* Append MAP to BUFFER. False with *REASON (a static text) and BUFFER as it was when VALUE is not a
 * map or breaks the limits that a decoder holds it to: 16 MiB, 32 levels, 1 Mi values. */
bool codec_msgpack_encode(struct codec_buffer *buffer, const struct value *map, const char **reason);

/* Decode exactly one map, copied into ARENA; BYTES are not needed afterwards. NULL with REASON when
 * the bytes are anything else, go beyond the limits in skim.h, or hold what a value cannot: integers above INT64_MAX,
 * text that is not UTF-8, keys with a NUL, a key twice. */
struct value *codec_msgpack_decode(struct arena *arena, const void *bytes, size_t length, char *reason, size_t size);
