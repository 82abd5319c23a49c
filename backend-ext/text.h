/* A bounded line of text under construction: what rendering writes to.
 *
 * It stops taking text when its columns or its bytes are used up, and then ends in "…"; what was
 * opened with text_open() is still closed, so that "[1, 2, [3, …]]" stays well formed. Writing never
 * fails. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes; /* borrowed, NUL-terminated UTF-8 */
    size_t size;
    size_t length;
    size_t columns;  /* characters written */
    size_t limit;    /* of columns */
    size_t reserved; /* bytes and columns kept for closing */
    bool full;       /* something did not fit */
};

/* SIZE is at least 16; LIMIT counts characters. */
void text_init(struct text *text, char *buffer, size_t size, size_t limit);

void text_put(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Write OPENER and keep room for CLOSER, which text_close() writes even when the text is full. Both
 * are short ASCII. */
void text_open(struct text *text, const char *opener, const char *closer);
void text_close(struct text *text, const char *closer);

/* How many more characters fit; 0 once full. */
size_t text_room(const struct text *text);
