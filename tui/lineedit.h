/* Editing one line (or a few, when newlines are pasted): readline's keys, UTF-8, wide and combining
 * characters. Draws nothing but its text; history and completion are the caller's. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct lineedit;

struct lineedit *lineedit_create(const char *text); /* NULL: empty; the cursor goes to the end */
void lineedit_destroy(struct lineedit *edit);       /* NULL is fine */

const char *lineedit_text(const struct lineedit *edit); /* borrowed until the next change */
size_t lineedit_cursor(const struct lineedit *edit);    /* in bytes */
void lineedit_set(struct lineedit *edit, const char *text);
/* Put TEXT in place of the bytes from START to the cursor; completion. */
void lineedit_replace(struct lineedit *edit, size_t start, const char *text);

/* To the same column of the line above or below, in a text of several; false where there is none. */
bool lineedit_vertical(struct lineedit *edit, bool up);

/* CUT: a paste was too long, and its end is left out. */
enum lineedit_result { LINEEDIT_UNUSED, LINEEDIT_MOVED, LINEEDIT_CHANGED, LINEEDIT_CUT };
/* Characters, pasted text, motions and kills. Enter, Tab, Esc, Up and Down are not its business. */
enum lineedit_result lineedit_key(struct lineedit *edit, const struct key *key);

/* Draw in WIDTH columns of ROW from COLUMN on, scrolled so that the cursor is seen. Gives the cursor's
 * column in the canvas. */
int lineedit_draw(struct lineedit *edit, struct canvas canvas, int row, int column, int width, struct style style);
