/* Pausing a running program: at its next line, or, when it is blocked in a call, right there. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct arena;
struct backend;
struct value;

/* The request: plan a stop at the next line of the thread, or of any. */
struct value *pause_handle(struct request *request, bool *ok);

/* The answer when C code keeps the GIL, with the STACKS (or NULL) of where_dump(). backend->lock is held. */
struct value *pause_answer_late(struct backend *backend, struct arena *arena, const struct value *arguments,
                                struct value *stacks, bool more);

/* The main thread's code returns, after which no line comes: stop there if a pause was asked for, also by a request for
 * which C code has kept the GIL. GIL held, and given away meanwhile. */
void pause_at_end(struct backend *backend);

/* The helper, with the GIL, HELPER_PATIENCE after the plan: no line came, so the program is blocked in
 * calls that gave the GIL away. Stop it here and serve. */
void pause_hold(struct backend *backend);
