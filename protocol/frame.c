#include "frame.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM    ((size_t)16 << 10)
#define KEPT_CAPACITY ((size_t)1 << 20) /* a larger buffer is given back once it is empty */

void frame_put_header(unsigned char out[FRAME_HEADER], uint32_t length)
{
    for (unsigned i = 0; i < FRAME_HEADER; i++)
        out[i] = (unsigned char)(length >> (24 - 8 * i));
}

void frame_reader_finish(struct frame_reader *reader)
{
    free(reader->bytes);
    *reader = (struct frame_reader){0};
}

unsigned char *frame_reader_reserve(struct frame_reader *reader, size_t *room)
{
    size_t pending = reader->end - reader->start;
    if (pending == 0 && reader->capacity > KEPT_CAPACITY)
        frame_reader_finish(reader);
    if (reader->start > 0) {
        if (pending > 0)
            memmove(reader->bytes, reader->bytes + reader->start, pending);
        reader->start = 0;
        reader->end = pending;
    }
    if (reader->capacity - pending < LEAST_ROOM) {
        size_t capacity = reader->capacity ? 2 * reader->capacity : 2 * LEAST_ROOM;
        unsigned char *bytes = realloc(reader->bytes, capacity);
        if (!bytes)
            return NULL;
        reader->bytes = bytes;
        reader->capacity = capacity;
    }
    *room = reader->capacity - pending;
    return reader->bytes + pending;
}

void frame_reader_commit(struct frame_reader *reader, size_t length)
{
    reader->end += length;
}

enum frame_result frame_reader_next(struct frame_reader *reader, const unsigned char **content, size_t *length)
{
    size_t pending = reader->end - reader->start;
    if (pending < FRAME_HEADER)
        return FRAME_PARTIAL;
    const unsigned char *header = reader->bytes + reader->start;
    size_t declared = 0;
    for (unsigned i = 0; i < FRAME_HEADER; i++)
        declared = declared << 8 | header[i];
    *length = declared;
    if (declared == 0 || declared > FRAME_LIMIT)
        return FRAME_BAD;
    if (pending - FRAME_HEADER < declared)
        return FRAME_PARTIAL;
    *content = header + FRAME_HEADER;
    reader->start += FRAME_HEADER + declared;
    return FRAME_READY;
}

size_t frame_reader_pending(const struct frame_reader *reader)
{
    return reader->end - reader->start;
}
