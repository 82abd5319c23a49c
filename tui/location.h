/* Places as users write them: LINE, LINE:COLUMN, FILE:LINE, FILE:LINE:COLUMN, FUNCTION, each with ", CONDITION" behind;
 * -b and `:break`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct location {
    char *path;      /* owned; absolute; NULL for a function */
    int line;        /* 0 for a function */
    int column;      /* in UTF-16 units, from 1; 0: the whole line */
    char *function;  /* owned; NULL for a line */
    char *condition; /* owned; NULL: none */
};

/* CURRENT (may be NULL) is the file that a bare line number means. False with a message in ERROR. */
bool location_parse(const char *text, const char *current, struct location *out, char *error, size_t size);
void location_finish(struct location *location);

/* PATH made absolute and without . and .. parts, links left as they are. The caller frees it. */
char *location_absolute(const char *path);
