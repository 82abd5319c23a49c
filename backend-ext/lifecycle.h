/* Beginnings and ends: the handlers of the interpreter's exit and of fork, uncaught exceptions, and the
 * requests initialize, disconnect, terminate and pytui/stats. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct backend;

/* Register the exit handler (first, so that it runs last) and the fork handlers. Leaves no module
 * behind. False with a Python error set. */
bool lifecycle_register(struct backend *backend);

/* EXCEPTION leaves the outermost frame of the program: stop, unless it is a way to exit. */
void lifecycle_uncaught(struct backend *backend, PyObject *frame, PyObject *exception);

struct value *lifecycle_handle_initialize(struct request *request, bool *ok);
struct value *lifecycle_handle_set_exception_breakpoints(struct request *request, bool *ok);
struct value *lifecycle_handle_disconnect(struct request *request, bool *ok);
struct value *lifecycle_handle_terminate(struct request *request, bool *ok);
struct value *lifecycle_handle_stats(struct request *request, bool *ok);
