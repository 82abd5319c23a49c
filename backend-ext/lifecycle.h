/* Beginnings and ends: the handlers of the interpreter's exit and of fork, uncaught exceptions, and the
 * requests initialize, disconnect, terminate and pytui/stats. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct backend;

/* Register the exit handler (first, so that it runs last) and the fork handlers, once a process: they serve
 * backend_last(). Leaves no module behind. False with a Python error set. */
bool lifecycle_register(void);

/* Import a built-in module, but leave sys.modules as it was. New reference; NULL with a Python error. */
PyObject *lifecycle_import(const char *name);

/* The dict of __main__: borrowed; NULL. */
PyObject *lifecycle_main_globals(void);

/* The program ends the session, and goes on: tell the client so. GIL held. */
void lifecycle_tell_over(struct backend *backend);

/* CODE is entered, and the program's module body has not been seen yet: if this is it, remember it and
 * plan the stop at its first line. */
void lifecycle_find_main(struct backend *backend, PyObject *code);

/* CODE is the program's module body, which runs already. */
void lifecycle_set_main(struct backend *backend, PyObject *code);

/* EXCEPTION leaves FRAME, the outermost one of the program. */
void lifecycle_main_left(struct backend *backend, PyObject *frame, PyObject *exception);

/* EXCEPTION ends the program: stop, unless it is a way to exit. FRAME may be NULL. */
void lifecycle_uncaught(struct backend *backend, PyObject *frame, PyObject *exception);

/* In a forked child: everything of ours is removed, without a word on the channel. */
void lifecycle_forked(struct backend *backend);

/* Capabilities for a client whose `initialize` has these ARGUMENTS; NULL with the reason in ERROR. Any thread. */
#define LIFECYCLE_ERROR 512
struct value *lifecycle_welcome(struct backend *backend, struct arena *arena, const struct value *arguments,
                                bool read_only, char error[LIFECYCLE_ERROR]);

struct value *lifecycle_handle_initialize(struct request *request, bool *ok);
struct value *lifecycle_handle_disconnect(struct request *request, bool *ok);
struct value *lifecycle_handle_terminate(struct request *request, bool *ok);
struct value *lifecycle_handle_stats(struct request *request, bool *ok);

/* What follows once the answer is posted. */
void lifecycle_after_initialize(struct backend *backend);
void lifecycle_after_configuration(struct backend *backend);
void lifecycle_after_disconnect(struct backend *backend);
void lifecycle_after_terminate(struct backend *backend);
