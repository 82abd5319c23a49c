/* Code objects that hold enabled breakpoints, found by address: the fast path of line events. GIL held. */
#pragma once

#include "lines.h"

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct breakpoint_file;

/* An instruction that a breakpoint stands on: the beginning of one of several statements in a line. */
struct armed_point {
    int offset, line;
    int64_t id; /* of the breakpoint */
};

/* One such code object. Owned by its table. */
struct armed_code {
    PyObject *code;               /* owned */
    struct breakpoint_file *file; /* borrowed; NULL when only function breakpoints hold it */
    struct line_table table;
    int *lines; /* owned */
    size_t line_count;
    struct armed_point *points; /* owned: instructions */
    size_t point_count;
    bool start; /* its frames' begins matter: function breakpoints, or a body on the def line */
};

static inline bool armed_code_has_line(const struct armed_code *armed, int line)
{
    for (size_t i = 0; i < armed->line_count; i++) {
        if (armed->lines[i] == line) {
            return true;
        }
    }
    return false;
}

bool armed_code_has_point(const struct armed_code *armed, int offset);

/* Whether a report of LINE is of interest: for itself, or since an instruction in it is armed. */
bool armed_code_reports(const struct armed_code *armed, int line);

/* Open addressing; a size of 0 is an empty table. */
struct armed_table {
    struct armed_code **slots; /* owned, and what they point to */
    size_t size, count;
};

struct armed_code *armed_table_find(const struct armed_table *table, PyObject *code); /* borrowed, or NULL */
struct armed_code *armed_table_add(struct armed_table *table, PyObject *code); /* without lines; NULL: out of memory */

/* False when memory is short: then it stays, which is harmless when it has no lines. */
bool armed_table_remove(struct armed_table *table, struct armed_code *armed);
void armed_table_visit(const struct armed_table *table, void (*visit)(struct armed_code *armed, void *data),
                       void *data);
void armed_table_finish(struct armed_table *table);
