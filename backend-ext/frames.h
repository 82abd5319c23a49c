/* The frames of a stop: ids, StackFrame objects, and stacks that are walked only as far as asked.
 *
 * A stack begins at its innermost frame; f_back is followed lazily, so that 5,000 frames cost as much
 * as 20. In post-mortem it comes from a traceback, whose lines are where the exception passed. */
#pragma once

#include "compat.h"
#include "locals.h"
#include "objects.h"
#include "origin.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct value;

struct frame_entry {
    PyObject *frame;        /* owned; NULL: no frame, the place of a syntax error */
    PyObject *code;         /* owned; NULL with frame */
    PyObject *filename;     /* owned str */
    int line;               /* 0: the frame's current one */
    int lasti;              /* byte offset; -1: the frame's current one */
    int column, end_column; /* of a syntax error, from 1; 0: not known */
    PyObject *exception;    /* owned: on the innermost frame of a chained exception; NULL elsewhere */
};

struct stack {
    long long thread_id;
    size_t *entries; /* owned: indexes of the frames found so far, innermost first */
    size_t count, capacity;
    PyObject *next;        /* owned: the frame to go on with; NULL: that was all */
    PyObject **tracebacks; /* owned: entries of a traceback still to come, the next one last */
    size_t traceback_count;
    PyObject *exception; /* owned: whose traceback that is, if it is one of the chain; else NULL */
};

struct frames {
    const struct objects *objects; /* borrowed, as those below */
    const struct locals *locals;
    struct origins *origins;
    struct my_code *my_code;
    long long base;              /* ids given before this stop: stale ones are told apart */
    struct frame_entry *entries; /* owned; id = base + index + 1 */
    size_t count, capacity;
    struct stack *stacks; /* owned; the first is the stopped thread's */
    size_t stack_count, stack_capacity;
    PyObject *hide_below;                                             /* owned code or NULL */
    int (*location)(PyCodeObject *, int, int *, int *, int *, int *); /* PyCode_Addr2Location or NULL */
};

void frames_init(struct frames *frames, const struct objects *objects, const struct locals *locals,
                 struct origins *origins);

/* A stop begins: FRAME innermost (may be NULL), or with TRACEBACK the frames of that, and on top the
 * place of SYNTAX_ERROR (may be NULL). False when out of memory. */
bool frames_begin(struct frames *frames, PyObject *frame, PyObject *traceback, PyObject *syntax_error,
                  PyObject *hide_below);
void frames_end(struct frames *frames);

/* The stack of another thread, begun at FRAME unless it is known already; NULL when out of memory.
 * THREAD_ID 0 is the stopped thread. */
struct stack *frames_stack(struct frames *frames, long long thread_id);
struct stack *frames_add_stack(struct frames *frames, long long thread_id, PyObject *frame);

/* The stack of an exception of the chain, by a negative KEY: the frames of its traceback, and the place of a syntax
 * error on top. NULL when out of memory. */
struct stack *frames_add_exception(struct frames *frames, long long key, PyObject *exception);

/* Find frames up to index WANTED - 1. How many there are now (at most all). */
size_t frames_extend(struct frames *frames, struct stack *stack, size_t wanted);
bool frames_more(const struct stack *stack);

/* The entry with this id; NULL: no such, or of an earlier stop. */
struct frame_entry *frames_entry(struct frames *frames, long long id);
long long frames_id(const struct frames *frames, const struct frame_entry *entry);

/* A frame's StackFrame object. */
struct value *frames_value(struct frames *frames, struct arena *arena, size_t index);

/* The innermost frames of TRACEBACK, at most LIMIT, described under the id 0: to be read, not asked about. */
struct value *frames_of_traceback(struct frames *frames, struct arena *arena, PyObject *traceback, size_t limit);

/* Name, source and line of a frame that is no entry: a StackFrame without an id. */
struct value *frames_place(struct frames *frames, struct arena *arena, PyObject *frame);

/* The page START..START+LEVELS of STACK as an array. */
struct value *frames_page(struct frames *frames, struct arena *arena, struct stack *stack, size_t start, size_t levels);

/* The globals of an entry: new reference or NULL. */
PyObject *frames_globals(const struct frame_entry *entry);
