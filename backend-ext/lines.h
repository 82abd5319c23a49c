/* Line tables of code objects, and what can be said about code from them. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct line_range {
    int start, end; /* byte offsets */
    int line;       /* 0: none */
};

struct line_table {
    struct line_range *ranges; /* owned; ascending */
    size_t count;
    int first_line;        /* of the code: its def line */
    bool body_on_def_line; /* statements stand on the def line (lambda, one-line def or class, module) */
    bool is_module;
    bool is_comprehension; /* of a list, set or dict, with a frame of its own (3.11) */
};

/* Read CODE's table. False when out of memory or with a strange object; no Python error stays set. */
bool line_table_read(struct line_table *table, PyObject *code);
void line_table_finish(struct line_table *table);

/* Line at a byte offset; 0: none. */
int line_table_at(const struct line_table *table, int offset);

/* Whether a breakpoint on LINE can be reached in this code. The def line itself belongs to the code
 * around it, except where the body stands on it. */
bool line_table_has(const struct line_table *table, int line);

/* First line of the body; 0 for none. */
int line_table_first_body_line(const struct line_table *table);

/* Whether it is a comprehension that stands on one line. */
bool line_table_is_within_line(const struct line_table *table);

/* Whether 3.13's missing LINE event for bodies on the def line applies. */
bool lines_start_needed(const struct line_table *table);

/* A sorted set of lines. */
struct line_set {
    int *lines; /* owned */
    size_t count, capacity;
};

/* Add all reachable lines of CODE and of the code objects in its constants, recursively. */
bool line_set_add_code(struct line_set *set, PyObject *code);
void line_set_sort(struct line_set *set); /* after the last addition */
bool line_set_has(const struct line_set *set, int line);
int line_set_next(const struct line_set *set, int line); /* first line >= LINE; 0: none */
void line_set_finish(struct line_set *set);

/* Call VISIT for CODE and all code in its constants, outer first; stops when VISIT gives false. */
bool lines_visit_code(PyObject *code, bool (*visit)(PyObject *code, void *data), void *data);

/* Opcodes that mark comprehensions inlined into their function (3.12+): a jump back within one line
 * inside one is no new pass of a loop that a person wrote. Learned from the compiler at start. */
struct loop_marks {
    unsigned char append, add, map_add; /* 0: not known */
};
void loop_marks_learn(struct loop_marks *marks);

/* Whether a jump in CODE from FROM back to TO, on one line, closes a comprehension. */
bool loop_is_comprehension(const struct loop_marks *marks, const struct line_table *table, PyObject *code, int from,
                           int to);
