/* The part of a step's plan that waits for one chosen call (step_targets.h). Before the call only the code that makes
 * it is watched; from then on whatever begins, which is the callee when it was called from there. GIL held. */
#pragma once

#include "step_targets.h"

#include <Python.h>
#include <stdbool.h>

struct backend;

struct target_plan {
    struct call_site site;
    bool calling;      /* the call is being made, or about to be */
    PyObject *awaited; /* owned: code of the generator or coroutine that the call makes, which begins later; NULL */
};

void target_plan_begin(struct target_plan *plan, const struct call_site *site);
void target_plan_clear(struct target_plan *plan);

/* Whether beginnings of code are of interest now. */
bool target_plan_wants_starts(const struct target_plan *plan);

/* The stepped frame calls CALLABLE by the instruction at OFFSET. False: the chosen call was made before and led to no
 * Python code, and never will: a step over is left. */
bool target_plan_note_call(struct target_plan *plan, int offset, PyObject *callable);

/* Whether FRAME, which begins and runs CODE, is what the call of the frame STEPPED leads to. */
bool target_plan_is_reached(const struct target_plan *plan, struct backend *backend, PyObject *stepped, PyObject *frame,
                            PyObject *code);
