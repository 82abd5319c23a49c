/* Which column a byte of a long line stands in, without measuring the line from its beginning each time: of lines of
 * more than 16 KiB a place every so many bytes is kept, as far as they were looked at. */
#pragma once

#include <stddef.h>

struct source_columns;

struct source_place {
    size_t offset; /* of the line, at a character's beginning */
    int column;    /* there; a multiple of 8, so that tabs are as wide behind it as in the whole line */
};

struct source_columns *source_columns_create(void);
void source_columns_destroy(struct source_columns *columns); /* NULL is fine */
void source_columns_forget(struct source_columns *columns);  /* the text is another one; NULL is fine */

/* The last known place at or before byte OFFSET of LINE, a line of the source, or before COLUMN. Measures what was
 * not looked at yet. */
struct source_place source_columns_at(struct source_columns *columns, const char *line, size_t length, size_t offset);
struct source_place source_columns_before(struct source_columns *columns, const char *line, size_t length, int column);
