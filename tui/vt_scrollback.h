/* Lines that scrolled off the embedded terminal's screen: a ring of text and style runs, not of cells.
 *
 * A line of plain text costs its length and 8 bytes, so a flood of output is cheap to keep. The number
 * of lines and of bytes is bounded; the oldest go first. Trailing blanks in the default style are not
 * kept. Only for vt*.c. */
#pragma once

#include "style.h"

#include <stdbool.h>
#include <stddef.h>

struct vt_scrollback;

/* Keep at most LINES lines (0: nothing is ever kept) and BYTES bytes. */
struct vt_scrollback *vt_scrollback_create(size_t lines, size_t bytes);
void vt_scrollback_destroy(struct vt_scrollback *scrollback);

/* Add a line of COLUMNS cells; one with width 0 is the right half of the cell before. */
void vt_scrollback_push(struct vt_scrollback *scrollback, const struct cell *cells, int columns);
/* Add a line of printable ASCII in the default style. */
void vt_scrollback_push_ascii(struct vt_scrollback *scrollback, const char *text, size_t length);
/* Take the newest line back: COLUMNS cells, blank behind its end, never with half a wide character.
 * False when there is none. */
bool vt_scrollback_pop(struct vt_scrollback *scrollback, struct cell *cells, int columns);
void vt_scrollback_clear(struct vt_scrollback *scrollback);

size_t vt_scrollback_lines(const struct vt_scrollback *scrollback);
/* Line INDEX, 0 being the newest, as COUNT cells (borrowed until the next call of any function). */
const struct cell *vt_scrollback_line(struct vt_scrollback *scrollback, size_t index, size_t *count);
/* Bytes in use, for tests and the log. */
size_t vt_scrollback_bytes(const struct vt_scrollback *scrollback);
