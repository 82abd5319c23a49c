/* Places in a large dict or set that were passed, so that any page of it is near one: paging to the end,
 * back and anywhere walks its entries once, and from then on at most CURSOR_STEP of them. */
#pragma once

#include "compat.h"

#include <stddef.h>

#define CURSOR_STEP 16384 /* rows between two places */

struct cursor_place {
    size_t row;          /* rows passed */
    Py_ssize_t position; /* PyDict_Next's, or _PySet_NextEntry's */
};

struct cursor {
    struct cursor_place *places; /* owned, in ascending order */
    size_t count, capacity;
    struct cursor_place last; /* where the last page ended */
    Py_ssize_t size;          /* the container's */
    unsigned long long epoch; /* of the program: whether its code ran since */
};

/* All that was noted about a container of another size or at another time is forgotten. */
void cursor_refresh(struct cursor *cursor, Py_ssize_t size, unsigned long long epoch);
void cursor_finish(struct cursor *cursor);

/* The place nearest before ROW; the beginning when none is known. */
struct cursor_place cursor_seek(const struct cursor *cursor, size_t row);

/* A walk stands at PLACE; cheap to call for every row. */
void cursor_pass(struct cursor *cursor, struct cursor_place place);
/* A page ended at PLACE. */
void cursor_stop(struct cursor *cursor, struct cursor_place place);
