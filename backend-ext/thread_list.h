/* What is told of threads: name, state, what they wait for. All of it is read, nothing of the program's is run. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct backend;

/* Whether the interpreter ends without waiting for it. GIL held. */
bool thread_list_is_daemon(struct backend *backend, long long thread);

/* What a thread waits for whose innermost frame is TOP (or NULL), into BUFFER: the function of the standard library
 * that it is in, such as "Thread.join: worker 3", else the call of user code that waits, "lock.acquire()"; the other
 * thread's id where there is one. NATIVE_ID: the kernel's, which says whether it waits; 0: not known. An empty text: it
 * does not wait, or for what is not known. GIL held. */
long long thread_list_waits(struct backend *backend, long native_id, PyObject *top, char *buffer, size_t size);

struct value *thread_list_handle_threads(struct request *request, bool *ok);
