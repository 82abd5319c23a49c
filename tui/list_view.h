/* A cursor over rows that scroll: the common part of the Variables, Stack and Breakpoints panes. */
#pragma once

#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct list_view {
    size_t cursor; /* row that the cursor is on, from 0 */
    size_t top;    /* first row shown */
    size_t rows;   /* rows of the last canvas */
};

/* Keep cursor and top right for COUNT rows on ROWS screen rows; call before drawing. */
void list_view_fit(struct list_view *view, size_t count, int rows);

/* Arrows, j k g G, page keys, Home and End. True if KEY was one of them. */
bool list_view_key(struct list_view *view, size_t count, const struct key *key);

/* Wheel scrolls, a press puts the cursor on ROW of the canvas. True if used. */
bool list_view_mouse(struct list_view *view, size_t count, const struct key *key, int row);
