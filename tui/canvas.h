/* Drawing: a grid of cells and rectangles of it. Knows nothing of curses; term.h shows a grid.
 *
 * A canvas is a small value: a window onto a grid. All drawing is clipped to it, so panes need no
 * bounds checks and a 1×1 canvas is as good as any. Text is escaped here: control characters, bidi
 * overrides, invisible format characters and invalid bytes become visible marks, so text of the
 * program never reaches the user's terminal raw. */
#pragma once

#include "style.h"

#include <stddef.h>

struct grid; /* rows × columns of cells, owned by whoever created it */

struct grid *grid_create(int rows, int columns);
void grid_destroy(struct grid *grid);
void grid_resize(struct grid *grid, int rows, int columns); /* contents become blank */
int grid_rows(const struct grid *grid);
int grid_columns(const struct grid *grid);
const struct cell *grid_cell(const struct grid *grid, int row, int column);

struct canvas {
    struct grid *grid; /* borrowed */
    int row, column;   /* of the upper left corner, in the grid */
    int rows, columns; /* never negative */
};

struct canvas canvas_whole(struct grid *grid);
/* The part of CANVAS given, clipped to it. */
struct canvas canvas_part(struct canvas canvas, int row, int column, int rows, int columns);

/* From now on default colours of a style are drawn in those of BASE, on the whole grid; not so canvas_cell()
 * and canvas_restyle(). */
void canvas_base(struct canvas canvas, struct style base);
/* Blank a rectangle in STYLE. */
void canvas_fill(struct canvas canvas, int row, int column, int rows, int columns, struct style style);
/* Blank all of it. */
void canvas_clear(struct canvas canvas, struct style style);
/* Draw LENGTH bytes of UTF-8; tabs go to the next multiple of 8 from COLUMN 0 of the text. Gives the
 * columns that the text takes (also those clipped). COLUMN may be negative: text scrolled left. */
int canvas_text(struct canvas canvas, int row, int column, struct style style, const char *text, size_t length);
/* The same for a NUL-terminated string, at most WIDTH columns, with … as the last when it is cut. */
int canvas_label(struct canvas canvas, int row, int column, int width, struct style style, const char *text);
/* The same, with … as the first when it is cut: of a path the end tells most. */
int canvas_label_end(struct canvas canvas, int row, int column, int width, struct style style, const char *text);
int canvas_printf(struct canvas canvas, int row, int column, struct style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* One cell as it is (for the embedded terminal); wide ones take two. */
void canvas_cell(struct canvas canvas, int row, int column, const struct cell *cell);
/* Lay STYLE over what is there (cursor line, search hits). */
void canvas_restyle(struct canvas canvas, int row, int column, int rows, int columns, struct style style);

/* Columns that LENGTH bytes of UTF-8 take when drawn from column 0 by canvas_text(). */
int canvas_width(const char *text, size_t length);
/* The same for text that goes on at COLUMN of its line, where tabs are shorter: the column behind it. */
int canvas_advance(const char *text, size_t length, int column);
/* Byte offset of the character at display COLUMN of the text (its length when the text is shorter). */
size_t canvas_offset(const char *text, size_t length, int column);
