/* Running Python of the user's in a frame. What it prints goes to the client; what it raises is a
 * result; what it assigns is in the frame afterwards, on every version. */
#pragma once

#include "compat.h"

#include <stdbool.h>

struct frame_entry;
struct values;

struct evaluation {
    PyObject *result;    /* owned: of an expression; NULL for statements */
    PyObject *exception; /* owned: what it raised; NULL if it went well */
    bool statement;
};

/* Run TEXT (UTF-8) in the frame of ENTRY, as an expression, or with STATEMENTS also as statements. No
 * Python error is set afterwards. The hooks' before_python() must have been called. */
void evaluate_run(struct values *values, struct frame_entry *entry, const char *text, bool statements,
                  struct evaluation *evaluation);
void evaluation_finish(struct evaluation *evaluation);

/* The values that the frame sees, for names: new reference to a dict of globals and of builtins; NULL
 * when there are none. No Python error is set. */
PyObject *evaluate_globals(const struct frame_entry *entry);
