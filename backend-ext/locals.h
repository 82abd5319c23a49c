/* A frame's variables on every version: reading without touching what locals() gave the program,
 * writing so that the running frame sees it. */
#pragma once

#include "compat.h"

#include <stdbool.h>

struct locals {
    PyObject *(*get_var)(PyFrameObject *, PyObject *); /* PyFrame_GetVar, from 3.12 */
    void (*flush)(PyFrameObject *, int);               /* PyFrame_LocalsToFast; does nothing from 3.13 */
};

void locals_init(struct locals *locals);

/* Whether variables of CODE live in slots (functions) and not in a namespace (modules, classes). */
bool locals_optimized(PyObject *code);

/* New list of the names of a function's own variables, arguments first; of its enclosing functions'
 * variables with FREE. NULL with a Python error. */
PyObject *locals_names(PyObject *code, bool free);

/* The same without names that are known to be unbound. */
PyObject *locals_bound_names(PyObject *frame, PyObject *code, bool free);

/* The value of a function's variable: new reference; NULL without error when it is unbound. */
PyObject *locals_get(const struct locals *locals, PyObject *frame, PyObject *name);

/* The namespace of a frame that is no function. New reference; NULL with a Python error. */
PyObject *locals_namespace(PyObject *frame);

/* Names that were added to a function's frame by evaluating: new list of pairs, NULL with an error. */
PyObject *locals_extra(PyObject *frame, PyObject *code);

/* A mapping to evaluate in, and later what locals_commit() needs. */
struct locals_session {
    PyObject *frame;  /* borrowed */
    PyObject *scope;  /* owned: the locals to run code with */
    PyObject *before; /* owned: what a function's held, where writes must be flushed; else NULL */
};

/* ADDED: evaluating has added names to frames of CODE before. False with a Python error. */
bool locals_begin(const struct locals *locals, PyObject *frame, PyObject *code, bool added,
                  struct locals_session *session);
/* Write what was changed back into the frame, and only that: code that ran may have changed others. */
bool locals_commit(const struct locals *locals, struct locals_session *session);
void locals_finish(struct locals_session *session);

/* Assign to one variable. False with a Python error. */
bool locals_set(const struct locals *locals, PyObject *frame, PyObject *name, PyObject *value);
