#include "text.h"

#include "protocol/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS       "\xe2\x80\xa6"
#define ELLIPSIS_BYTES 3

void text_init(struct text *text, char *buffer, size_t size, size_t limit)
{
    assert(size >= 16);
    *text = (struct text){.bytes = buffer, .size = size, .limit = limit};
    buffer[0] = '\0';
}

static size_t bytes_left(const struct text *text)
{
    size_t kept = text->length + text->reserved + ELLIPSIS_BYTES + 1;
    return kept < text->size ? text->size - kept : 0;
}

size_t text_room(const struct text *text)
{
    if (text->full || text->columns + text->reserved >= text->limit) {
        return 0;
    }
    return text->limit - text->columns - text->reserved;
}

static void append(struct text *text, const char *bytes, size_t length)
{
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void put_piece(struct text *text, const char *bytes, size_t length)
{
    if (text->full) {
        return;
    }
    size_t room = text_room(text);
    size_t space = bytes_left(text);
    size_t taken = 0;
    size_t columns = 0;
    while (taken < length) {
        unsigned int code;
        size_t step = utf8_decode(bytes + taken, length - taken, &code, NULL);
        if (columns == room || taken + step > space) {
            break;
        }
        taken += step;
        columns++;
    }
    append(text, bytes, taken);
    text->columns += columns;
    if (taken < length) {
        append(text, ELLIPSIS, ELLIPSIS_BYTES);
        text->columns++;
        text->full = true;
    }
}

void text_put(struct text *text, const char *bytes, size_t length)
{
    const char *nul;
    while (length > 0 && (nul = memchr(bytes, '\0', length)) != NULL) { /* it is read as a C string */
        put_piece(text, bytes, (size_t)(nul - bytes));
        put_piece(text, "^@", 2);
        length -= (size_t)(nul - bytes) + 1;
        bytes = nul + 1;
    }
    put_piece(text, bytes, length);
}

void text_puts(struct text *text, const char *string)
{
    text_put(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
    char buffer[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    if (length > 0) {
        text_puts(text, buffer);
    }
}

void text_open(struct text *text, const char *opener, const char *closer)
{
    size_t length = strlen(closer);
    text_puts(text, opener);
    /* A closer that would not fit any more is dropped, on both sides. */
    text->reserved += length <= bytes_left(text) ? length : 0;
}

void text_close(struct text *text, const char *closer)
{
    size_t length = strlen(closer);
    if (text->reserved < length) {
        return;
    }
    text->reserved -= length;
    size_t space = text->length + length + text->reserved + 1 <= text->size;
    if (space) {
        append(text, closer, length);
        text->columns += length;
    }
}
