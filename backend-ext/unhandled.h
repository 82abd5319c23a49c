/* Exceptions that nobody handles though the program goes on: uncaught ones of a thread, unraisable ones (in
 * __del__, in callbacks of C code), those of asyncio's tasks that nobody retrieves. The first stop the program
 * post-mortem (filter `uncaught`); the others are told in an `output` event, and stop if a filter asks for it.
 *
 * They are found without a hook that the program could see. Where threading and asyncio come to report one, the
 * start of that function is watched: code that runs for nothing else, so it costs nothing. For unraisable ones
 * the C function behind the interpreter's own sys.unraisablehook is replaced in its table of methods by one that
 * looks and hands on: the object, and what the program sees of it, stay. A hook that the program sets instead
 * has them to itself, unless it calls the interpreter's.
 *
 * GIL held for all. */
#pragma once

#include <Python.h>
#include <stdbool.h>

struct backend;
struct unhandled;

struct unhandled *unhandled_create(struct backend *backend); /* NULL: out of memory */
void unhandled_destroy(struct unhandled *unhandled);         /* stops it; NULL is fine */

/* Look at unraisable exceptions from now on, and no more. Idempotent. */
void unhandled_start(struct unhandled *unhandled);
void unhandled_stop(struct unhandled *unhandled);

/* CODE is entered for the first time, or watched code is entered. The frame is the calling thread's. */
void unhandled_code_entered(struct unhandled *unhandled, PyObject *code);
void unhandled_code_started(struct unhandled *unhandled, PyObject *code);

/* Whether CODE may be such, whose starts are not to be given up before it is entered for the first time. */
bool unhandled_may_watch(PyObject *code);

/* The events (engine.h) that are wanted of CODE whoever else watches it. */
unsigned unhandled_watches(const struct unhandled *unhandled, PyObject *code);
