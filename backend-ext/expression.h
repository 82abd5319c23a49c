/* A Python expression that is compiled once and evaluated in many frames: what conditions and log messages are
 * made of. GIL held.
 *
 * It becomes a function whose parameters are the local names that it uses: then closures and comprehensions
 * in it see them, and a call costs a fraction of eval() with a dictionary of locals. */
#pragma once

#include "locals.h"

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

#define PARAMETERS_LIMIT 64  /* more are taken from a dictionary of locals */
#define FLAG_OPTIMIZED   0x1 /* of code: a function */

struct expression {
    char *text;             /* owned */
    PyObject *code;         /* owned: compiled as it stands */
    PyObject *globals_name; /* owned: "f_globals" */
    PyObject *extra;        /* owned: name of one more variable, whose value comes with each evaluation; or NULL */
    struct locals locals;
    /* For the code object that it was last evaluated in: */
    PyObject *context;                 /* owned: that code object */
    PyObject *globals;                 /* owned: and the globals of its frame; one code can run in several modules */
    PyObject *function;                /* owned: the function, or NULL where locals are a dictionary (class bodies) */
    PyObject *names[PARAMETERS_LIMIT]; /* owned: its parameters */
    size_t count;
    bool too_many_names;
};

/* False with a reason for people in ERROR; then nothing is to be finished. */
bool expression_init(struct expression *expression, const char *text, char *error, size_t size);
void expression_finish(struct expression *expression);

/* The value in FRAME, which runs CODE: new reference, or NULL with a Python error. Where the program itself stands at
 * its recursion limit, with some room above that. */
PyObject *expression_evaluate(struct expression *expression, PyObject *frame, PyObject *code);

/* The same with VALUE as the variable NAME, always the same one. FRAME may be NULL: then there are builtins and that.
 */
PyObject *expression_evaluate_with(struct expression *expression, PyObject *frame, const char *name, PyObject *value);

/* Code of TEXT, an expression. NULL with a Python error. */
PyObject *expression_compile(const char *text);

/* What is known of the code of a frame. */
long expression_code_flags(PyObject *code);
bool expression_is_module(PyObject *code);

/* "Type: text" of the error that is set, which is cleared. */
void expression_describe_error(char *buffer, size_t size);

/* Whether the error that is set is a Ctrl-C that came while the expression ran. It is the program's: it is
 * cleared here and handed on. */
bool expression_interrupted(void);
