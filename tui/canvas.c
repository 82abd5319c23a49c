#include "canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"
#include "xalloc.h"

#define ELLIPSIS    0x2026
#define REPLACEMENT 0xfffd

struct grid {
    int rows, columns;
    struct cell *cells; /* owned, row by row */
    struct style base;  /* its colours are drawn where a style leaves them to the default */
};

struct grid *grid_create(int rows, int columns)
{
    struct grid *grid = xcalloc(1, sizeof *grid);
    grid_resize(grid, rows, columns);
    return grid;
}

void grid_destroy(struct grid *grid)
{
    if (grid == NULL)
        return;
    free(grid->cells);
    free(grid);
}

static void blank_cell(struct cell *cell, struct style style)
{
    *cell = (struct cell){.width = 1, .style = style};
}

void grid_resize(struct grid *grid, int rows, int columns)
{
    grid->rows = rows < 0 ? 0 : rows;
    grid->columns = columns < 0 ? 0 : columns;
    size_t count = (size_t)grid->rows * (size_t)grid->columns;
    grid->cells = xreallocarray(grid->cells, count, sizeof(struct cell));
    for (size_t i = 0; i < count; i++)
        blank_cell(&grid->cells[i], (struct style){0});
}

int grid_rows(const struct grid *grid)
{
    return grid->rows;
}

int grid_columns(const struct grid *grid)
{
    return grid->columns;
}

const struct cell *grid_cell(const struct grid *grid, int row, int column)
{
    return &grid->cells[(size_t)row * (size_t)grid->columns + (size_t)column];
}

struct canvas canvas_whole(struct grid *grid)
{
    return (struct canvas){.grid = grid, .rows = grid->rows, .columns = grid->columns};
}

/* Cut the interval of *LENGTH from *START to 0..LIMIT. */
static void clip(int *start, int *length, int limit)
{
    long long from = *start, to = from + (*length > 0 ? *length : 0);
    if (from < 0)
        from = 0;
    if (to > limit)
        to = limit;
    if (from > to)
        from = to < 0 ? 0 : to;
    *start = (int)from;
    *length = to > from ? (int)(to - from) : 0;
}

struct canvas canvas_part(struct canvas canvas, int row, int column, int rows, int columns)
{
    clip(&row, &rows, canvas.rows);
    clip(&column, &columns, canvas.columns);
    return (struct canvas){
        .grid = canvas.grid,
        .row = canvas.row + row,
        .column = canvas.column + column,
        .rows = rows,
        .columns = columns,
    };
}

/* A row of the canvas, or NULL when it is not in it. */
static struct cell *canvas_row(struct canvas canvas, int row)
{
    if (row < 0 || row >= canvas.rows)
        return NULL;
    return &canvas.grid->cells[(size_t)(canvas.row + row) * (size_t)canvas.grid->columns + (size_t)canvas.column];
}

/* Cells COLUMN..COLUMN+COUNT are about to be overwritten: no half of a wide character may stay beside
 * them. The grid is asked for its edges, as the other half may lie outside the canvas. */
static void split_wide(struct canvas canvas, struct cell *cells, int column, int count)
{
    if (count <= 0)
        return;
    if (cells[column].width == 0 && canvas.column + column > 0)
        blank_cell(&cells[column - 1], cells[column - 1].style);
    int last = column + count - 1;
    if (cells[last].width == 2 && canvas.column + last + 1 < canvas.grid->columns)
        blank_cell(&cells[last + 1], cells[last + 1].style);
}

void canvas_base(struct canvas canvas, struct style base)
{
    canvas.grid->base = base;
    canvas.grid->base.attributes = 0;
}

static struct style on_base(struct canvas canvas, struct style style)
{
    return style_over(canvas.grid->base, style);
}

static void fill(struct canvas canvas, int row, int column, int rows, int columns, struct style style)
{
    struct canvas part = canvas_part(canvas, row, column, rows, columns);
    for (int i = 0; i < part.rows; i++) {
        struct cell *cells = canvas_row(part, i);
        split_wide(part, cells, 0, part.columns);
        for (int j = 0; j < part.columns; j++)
            blank_cell(&cells[j], style);
    }
}

void canvas_fill(struct canvas canvas, int row, int column, int rows, int columns, struct style style)
{
    fill(canvas, row, column, rows, columns, on_base(canvas, style));
}

void canvas_clear(struct canvas canvas, struct style style)
{
    canvas_fill(canvas, 0, 0, canvas.rows, canvas.columns, style);
}

/* Put what may be sent as it is; the part outside the canvas is lost, a wide character cut by its edge
 * leaves a blank. */
static void put_glyph(struct canvas canvas, int row, int column, const uint32_t *codepoints, int width,
                      struct style style)
{
    struct cell *cells = canvas_row(canvas, row);
    if (cells == NULL || column >= canvas.columns || column + width <= 0)
        return;
    if (column < 0 || column + width > canvas.columns) {
        int inside = column < 0 ? 0 : column;
        split_wide(canvas, cells, inside, 1);
        blank_cell(&cells[inside], style);
        return;
    }
    split_wide(canvas, cells, column, width);
    struct cell *cell = &cells[column];
    memcpy(cell->codepoints, codepoints, sizeof cell->codepoints);
    cell->width = (uint8_t)width;
    cell->style = style;
    if (width == 2)
        cells[column + 1] = (struct cell){.width = 0, .style = style};
}

static void put_character(struct canvas canvas, int row, int column, uint32_t codepoint, struct style style)
{
    const uint32_t codepoints[STYLE_CELL_CODEPOINTS] = {codepoint};
    put_glyph(canvas, row, column, codepoints, 1, style);
}

/* Marks stand out from text that happens to read the same. */
static void put_mark(struct canvas canvas, int row, int column, const char *mark, struct style style)
{
    style.attributes ^= STYLE_REVERSE;
    for (; *mark != '\0'; mark++)
        put_character(canvas, row, column++, (unsigned char)*mark, style);
}

static bool is_plain(char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

static void put_next(struct canvas canvas, int row, int column, const char *text, const struct width_glyph *glyph,
                     struct style style)
{
    if (glyph->mark[0] != '\0')
        put_mark(canvas, row, column, glyph->mark, style);
    else if (text[0] == '\t')
        fill(canvas, row, column, 1, glyph->columns, style);
    else
        put_glyph(canvas, row, column, glyph->codepoints, glyph->columns, style);
}

/* Draw up to LIMIT columns of the text; gives the columns drawn, and in *USED the bytes. A glyph that
 * would go past LIMIT is not begun. Lines may have 100,000 characters: what lies outside only counts. */
static int draw_text(struct canvas canvas, int row, int column, struct style style, const char *text, size_t length,
                     int limit, size_t *used)
{
    int drawn = 0;
    size_t at = 0;
    while (at < length && drawn < limit) {
        if (is_plain(text[at]) && (at + 1 == length || is_plain(text[at + 1]))) {
            if (column + drawn >= 0 && column + drawn < canvas.columns)
                put_character(canvas, row, column + drawn, (unsigned char)text[at], style);
            at++;
            drawn++;
            continue;
        }
        struct width_glyph glyph;
        width_glyph_next(text + at, length - at, drawn, &glyph);
        if (glyph.columns > limit - drawn)
            break;
        put_next(canvas, row, column + drawn, text + at, &glyph, style);
        drawn += glyph.columns;
        at += glyph.bytes;
    }
    *used = at;
    return drawn;
}

int canvas_text(struct canvas canvas, int row, int column, struct style style, const char *text, size_t length)
{
    size_t used;
    return draw_text(canvas, row, column, on_base(canvas, style), text, length, INT_MAX, &used);
}

int canvas_label(struct canvas canvas, int row, int column, int width, struct style style, const char *text)
{
    if (width <= 0)
        return 0;
    size_t length = strlen(text), used;
    style = on_base(canvas, style);
    int drawn = draw_text(canvas, row, column, style, text, length, width, &used);
    if (used == length)
        return drawn;
    size_t kept = canvas_offset(text, length, width - 1);
    drawn = canvas_width(text, kept);
    fill(canvas, row, column + drawn, 1, width - drawn, style);
    put_character(canvas, row, column + drawn, ELLIPSIS, style);
    return drawn + 1;
}

int canvas_label_end(struct canvas canvas, int row, int column, int width, struct style style, const char *text)
{
    size_t length = strlen(text);
    int whole = canvas_width(text, length);
    if (width <= 0 || whole <= width)
        return canvas_label(canvas, row, column, width, style, text);
    put_character(canvas, row, column, ELLIPSIS, on_base(canvas, style));
    size_t start = canvas_offset(text, length, whole - width + 1);
    if (canvas_width(text, start) < whole - width + 1) /* a wide character goes whole */
        start = canvas_offset(text, length, whole - width + 2);
    return 1 + canvas_label(canvas, row, column + 1, width - 1, style, text + start);
}

int canvas_printf(struct canvas canvas, int row, int column, struct style style, const char *format, ...)
{
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (length < 0)
        return 0;
    if ((size_t)length < sizeof buffer)
        return canvas_text(canvas, row, column, style, buffer, (size_t)length);
    char *text = xcalloc((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    int drawn = canvas_text(canvas, row, column, style, text, (size_t)length);
    free(text);
    return drawn;
}

void canvas_cell(struct canvas canvas, int row, int column, const struct cell *cell)
{
    /* The cell comes from a program by way of libvterm, which has other ideas of widths and lets format
     * characters through as combining ones. */
    uint32_t codepoints[STYLE_CELL_CODEPOINTS] = {0};
    uint32_t base = cell->codepoints[0];
    int asked = cell->width == 2 ? 2 : 1;
    int width = base == 0 ? 1 : width_codepoint(base);
    if (width <= 0 || width > asked) {
        base = REPLACEMENT;
        width = 1;
    }
    codepoints[0] = base;
    size_t count = 1;
    for (size_t i = 1; base != 0 && i < STYLE_CELL_CODEPOINTS && cell->codepoints[i] != 0; i++) {
        if (count < STYLE_CELL_CODEPOINTS - 1 && width_codepoint(cell->codepoints[i]) == 0)
            codepoints[count++] = cell->codepoints[i];
    }
    put_glyph(canvas, row, column, codepoints, width, cell->style);
    if (width < asked)
        fill(canvas, row, column + 1, 1, 1, cell->style);
}

void canvas_restyle(struct canvas canvas, int row, int column, int rows, int columns, struct style style)
{
    struct canvas part = canvas_part(canvas, row, column, rows, columns);
    for (int i = 0; i < part.rows; i++) {
        struct cell *cells = canvas_row(part, i);
        for (int j = 0; j < part.columns; j++)
            cells[j].style = style_over(cells[j].style, style);
    }
}

int canvas_advance(const char *text, size_t length, int column)
{
    int columns = column;
    for (size_t at = 0; at < length;) {
        if (is_plain(text[at]) && (at + 1 == length || is_plain(text[at + 1]))) {
            columns++;
            at++;
            continue;
        }
        struct width_glyph glyph;
        width_glyph_next(text + at, length - at, columns, &glyph);
        columns += glyph.columns;
        at += glyph.bytes;
    }
    return columns;
}

int canvas_width(const char *text, size_t length)
{
    return canvas_advance(text, length, 0);
}

size_t canvas_offset(const char *text, size_t length, int column)
{
    int columns = 0;
    size_t at = 0;
    while (at < length) {
        struct width_glyph glyph;
        width_glyph_next(text + at, length - at, columns, &glyph);
        if (columns + glyph.columns > column)
            break;
        columns += glyph.columns;
        at += glyph.bytes;
    }
    return at;
}
