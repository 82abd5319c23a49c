/* A frame's variables for a shell (shell.c): what shells.py reads and writes them by. */
#pragma once

#include "compat.h"
#include "request.h"

struct namespace
{
    PyObject *frame;    /* owned */
    PyObject *globals;  /* owned: the module's dict */
    PyObject *locals;   /* owned: what the frame's names live in; None for a function's */
    PyObject *exchange; /* owned: for a function's, see below; else None */
    int line;           /* where the frame is */
};

/* Those of the frame that REQUEST names. False with the request failed. No Python error is set afterwards. Then
 * stop_after_python() must be called.
 *
 * exchange(changes, removed) assigns the dict CHANGES to the function's variables, unbinds those in the list REMOVED,
 * and gives a new dict of all that are bound. It serves until namespace_finish(). */
bool namespace_begin(struct request *request, bool *ok, struct namespace *namespace);
void namespace_finish(struct namespace *namespace);
