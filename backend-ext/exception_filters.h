/* Which exceptions stop the program: DAP's exception filters, each with an optional list of types.
 *
 * - raised: where an exception is raised, once per raise. It counts as raised in the first frame that is not the
 *   interpreter's frozen code; an exception that goes on through callers, or by a bare `raise`, is the same one;
 *   `raise error` raises it anew.
 * - userUnhandled: where an exception leaves user code for a caller in library code.
 * - uncaught: where it leaves the program (lifecycle.c) or a thread (unhandled.c).
 * - unraisable, taskException: one that the program survives without handling it (unhandled.c).
 *
 * StopIteration, StopAsyncIteration and GeneratorExit are control flow: the first two filters pass them unless
 * their list has the very type. GIL held for all. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct arena;
struct backend;
struct condition;

enum exception_filter_kind {
    FILTER_RAISED,
    FILTER_USER_UNHANDLED,
    FILTER_UNCAUGHT,
    FILTER_UNRAISABLE,
    FILTER_TASK,
    FILTER_COUNT
};

struct exception_filter {
    bool on;
    char *types;                 /* owned: names with commas between them; NULL: any type */
    struct condition *condition; /* owned: NULL: none */
    bool failed;                 /* the condition raised, which was told */
};

/* The state that holds until a client says another one. Before the program runs: it compiles, which can be watched. */
void exception_filters_init(struct backend *backend);
void exception_filters_finish(struct exception_filter *filters);

/* The events (engine.h) of all code that the filters want. */
unsigned exception_filters_events(const struct backend *backend);

/* Whether EXCEPTION is to stop the program by this filter. May run a condition, where the exception was raised. */
bool exception_filter_wants(struct backend *backend, enum exception_filter_kind kind, PyObject *exception);

/* EXCEPTION leaves the calling frame: stop if that is asked for. control_raise() is here too. */
void exception_filters_leaving(struct backend *backend, PyObject *exception);

/* For the capabilities: all filters there are. */
struct value *exception_filters_describe(struct arena *arena);

struct value *exception_filters_handle_set(struct request *request, bool *ok);
