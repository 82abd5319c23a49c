#include "source_columns.h"

#include "width.h"
#include "xalloc.h"

#include <stdbool.h>
#include <stdlib.h>

#define STRIDE     ((size_t)16 << 10) /* bytes between two places; shorter lines are measured each time */
#define LINES_KEPT 128                /* more than any screen has rows */

struct ruler {
    const char *line;            /* borrowed; NULL: free */
    struct source_place *places; /* owned; the first is the line's beginning */
    size_t count, capacity;
};

struct source_columns {
    struct ruler rulers[LINES_KEPT];
    size_t next; /* to be used again */
};

struct source_columns *source_columns_create(void)
{
    return xcalloc(1, sizeof(struct source_columns));
}

void source_columns_forget(struct source_columns *columns)
{
    for (size_t i = 0; columns != NULL && i < LINES_KEPT; i++) {
        free(columns->rulers[i].places);
        columns->rulers[i] = (struct ruler){0};
    }
}

void source_columns_destroy(struct source_columns *columns)
{
    source_columns_forget(columns);
    free(columns);
}

static void add_place(struct ruler *ruler, struct source_place place)
{
    xgrow(&ruler->places, &ruler->capacity, ruler->count + 1, sizeof *ruler->places);
    ruler->places[ruler->count++] = place;
}

static struct ruler *ruler_of(struct source_columns *columns, const char *line)
{
    for (size_t i = 0; i < LINES_KEPT; i++)
        if (columns->rulers[i].line == line)
            return &columns->rulers[i];
    struct ruler *ruler = &columns->rulers[columns->next];
    columns->next = (columns->next + 1) % LINES_KEPT;
    ruler->line = line;
    ruler->count = 0;
    add_place(ruler, (struct source_place){0});
    return ruler;
}

static bool is_plain(char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* The next place after PLACE: about STRIDE bytes on, at a column that tabs go to. False: the line ends before. */
static bool next_place(const char *line, size_t length, struct source_place *place)
{
    size_t at = place->offset, least = at + STRIDE;
    int column = place->column;
    while (at < length && (at < least || column % 8 != 0)) {
        if (is_plain(line[at]) && (at + 1 == length || is_plain(line[at + 1]))) { /* no accents follow */
            column++;
            at++;
            continue;
        }
        struct width_glyph glyph;
        width_glyph_next(line + at, length - at, column, &glyph);
        column += glyph.columns;
        at += glyph.bytes;
    }
    *place = (struct source_place){at, column};
    return at < length;
}

struct source_place source_columns_at(struct source_columns *columns, const char *line, size_t length, size_t offset)
{
    if (length <= STRIDE || offset <= STRIDE)
        return (struct source_place){0};
    struct ruler *ruler = ruler_of(columns, line);
    struct source_place place = ruler->places[ruler->count - 1];
    while (place.offset <= offset && next_place(line, length, &place))
        add_place(ruler, place);
    size_t low = 0, high = ruler->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(ruler->places[middle].offset <= offset ? &low : &high) = middle;
    }
    return ruler->places[low];
}

struct source_place source_columns_before(struct source_columns *columns, const char *line, size_t length, int column)
{
    if (length <= STRIDE || column < 8)
        return (struct source_place){0};
    struct ruler *ruler = ruler_of(columns, line);
    struct source_place place = ruler->places[ruler->count - 1];
    while (place.column <= column && next_place(line, length, &place))
        add_place(ruler, place);
    size_t low = 0, high = ruler->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(ruler->places[middle].column <= column ? &low : &high) = middle;
    }
    return ruler->places[low];
}
