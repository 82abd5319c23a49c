/* Running Python of the user's in a frame. What it prints goes to the client; what it raises is a
 * result; what it assigns is in the frame afterwards, on every version. */
#pragma once

#include "compat.h"

#include <stdbool.h>

struct arena;
struct frame_entry;
struct request;
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

/* Assign VALUE to the target expression TARGET, evaluated in the frame. False with a Python error. */
bool evaluate_assign(struct values *values, struct frame_entry *entry, const char *target, PyObject *value);

/* Around code that is run for a request: what it prints is captured, and it can be interrupted. After false
 * a Python error is set; evaluate_end() is called in any case, and keeps an error. */
bool evaluate_begin(struct values *values, long long request_seq);
void evaluate_end(struct values *values);

/* After evaluate_end(): fail REQUEST when EXCEPTION (may be NULL) says that the code was interrupted. */
bool evaluate_interrupted(struct request *request, bool *ok, struct values *values, PyObject *exception);
/* The same for any exception: its summary is the error. */
bool evaluate_failed(struct request *request, bool *ok, struct values *values, PyObject *exception);

/* EXPRESSION as what ".name" or "[key]" may follow; NULL: it is too long for that. */
const char *evaluate_base(struct arena *arena, const char *expression);

/* The values that the frame sees, for names: new reference to a dict of globals and of builtins; NULL
 * when there are none. No Python error is set. */
PyObject *evaluate_globals(const struct frame_entry *entry);
