/* Frames: a big-endian u32 length and that many bytes. The reader takes bytes in whatever pieces
 * they arrive and hands out whole frames. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER 4u
#define FRAME_LIMIT  (16u << 20) /* longest content; checked before anything is allocated for it */

/* Write the header of a frame with LENGTH bytes of content. */
void frame_put_header(unsigned char out[FRAME_HEADER], uint32_t length);

/* Memory follows the bytes that came, never a length that was only promised. All zero is a valid,
 * empty reader. */
struct frame_reader {
    unsigned char *bytes; /* owned */
    size_t start, end;    /* what was received and not taken yet */
    size_t capacity;
};

void frame_reader_finish(struct frame_reader *reader);

/* A place for the next bytes, *ROOM of them, at least 16 KiB. NULL when out of memory. Frames handed out
 * before become invalid. */
unsigned char *frame_reader_reserve(struct frame_reader *reader, size_t *room);

/* LENGTH bytes were put there. */
void frame_reader_commit(struct frame_reader *reader, size_t length);

enum frame_result {
    FRAME_PARTIAL, /* the next frame is not there yet */
    FRAME_READY,
    FRAME_BAD /* its length is 0 or above the limit: nothing after this can be trusted */
};

/* The next frame's content, borrowed until the next reserve. With FRAME_BAD *LENGTH is the length
 * that was declared. */
enum frame_result frame_reader_next(struct frame_reader *reader, const unsigned char **content, size_t *length);

/* Bytes received that frame_reader_next() has not handed out. */
size_t frame_reader_pending(const struct frame_reader *reader);
