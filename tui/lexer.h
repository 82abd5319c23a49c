/* Python highlighting, a line at a time. Today's syntax: nested f-strings, t-strings, match, type,
 * soft keywords. It never fails: what it does not understand is plain text. */
#pragma once

#include "theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lexer_span {
    uint32_t start, end; /* bytes of the line */
    enum role role;      /* a ROLE_SYNTAX_… */
};

/* State at the start of a file. */
#define LEXER_START 0

/* Fill STATES[i] (COUNT of them) with the state at the start of line i+1 of TEXT, whose line starts
 * are OFFSETS. One fast scan that looks only at quotes, #, backslashes, brackets and newlines. */
void lexer_scan(const char *text, size_t length, const uint32_t *offsets, size_t count, uint8_t *states);

/* The same in steps of about as many BYTES; what it was created with stays the caller's until it is destroyed. */
struct lexer_scanner;
struct lexer_scanner *lexer_scanner_create(const char *text, size_t length, const uint32_t *offsets, size_t count,
                                           uint8_t *states);
bool lexer_scanner_step(struct lexer_scanner *scanner, size_t bytes); /* false: it is done */
size_t lexer_scanner_done(const struct lexer_scanner *scanner);       /* how many bytes were scanned */
void lexer_scanner_destroy(struct lexer_scanner *scanner);

/* Highlight one line from STATE: at most CAPACITY spans, ordered, not overlapping. How many. */
size_t lexer_line(const char *line, size_t length, uint8_t state, struct lexer_span *spans, size_t capacity);
