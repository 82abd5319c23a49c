/* Characters as columns: UTF-8, display widths, and which characters must never reach the user's
 * terminal as they are.
 *
 * Widths are libc's wcwidth() in a UTF-8 locale, because ncurses counts with it too; what libc and
 * terminals disagree about is shown as a visible mark, in the notation of Python's repr(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WIDTH_UTF8_MAX  4
#define WIDTH_GLYPH_MAX (6 * WIDTH_UTF8_MAX) /* bytes of a glyph as it is shown */

/* Make the process's character type UTF-8: the user's locale, else C.UTF-8. True if the user's
 * terminal is to be taken for a UTF-8 one (also when the environment does not say). */
bool width_set_locale(void);

/* Decode the first character of LENGTH > 0 bytes. Gives its bytes, 0 if they are not UTF-8 (also
 * surrogates and overlong forms). */
size_t width_decode(const char *text, size_t length, uint32_t *codepoint);
/* Encode into BUFFER of WIDTH_UTF8_MAX bytes; gives how many. What is no character becomes U+FFFD. */
size_t width_encode(uint32_t codepoint, char *buffer);

/* Columns of a character that may be sent: 1 or 2, 0 for a combining one; -1 if it must be marked. */
int width_codepoint(uint32_t codepoint);

/* What one step through a text yields. */
struct width_glyph {
    uint32_t codepoints[6]; /* base and at most 4 combining, 0 ends; unused if MARK is not empty */
    char mark[12];          /* ASCII to draw in its place: ^L, \x9b, \u202e; NUL-terminated */
    int columns;
    size_t bytes; /* of the text */
};

/* The glyph at the start of LENGTH > 0 bytes; COLUMN is where in the text it stands (for tabs, which
 * come as a blank of their width). */
void width_glyph_next(const char *text, size_t length, int column, struct width_glyph *out);

/* What to show for a glyph as UTF-8 into BUFFER of WIDTH_GLYPH_MAX bytes; gives how many. */
size_t width_glyph_encode(const struct width_glyph *glyph, char *buffer);

/* Write TEXT, one line, to STREAM, which may be a terminal: with marks for what must not get there. */
void width_print(FILE *stream, const char *text);
