/* The program's threads under ids of our own, counted from 1 and never reused, and the `thread` events.
 *
 * A thread is seen, at no cost to it, when it begins in threading's bootstrap (stepping.c watches that one
 * function), else in the first report of the engine that concerns it, else when somebody asks for all of them. That it
 * ended is told at once by the end of its thread-specific data, without the GIL. */
#pragma once

#include "request.h"

#include <Python.h>

struct backend;
struct threads;

struct threads *threads_create(struct backend *backend); /* NULL when out of memory */

/* Id of the calling thread, which must be one of the program's. Cheap after the first call. GIL held. */
long long threads_current(struct backend *backend);

/* Id of the thread that Python knows as IDENT. GIL held. */
long long threads_id(struct backend *backend, unsigned long ident);

/* The ident for an id; 0 when there is none such. */
unsigned long threads_ident(struct backend *backend, long long id);

/* The kernel's id, 0 when the thread has not been seen by itself yet. */
long threads_native_id(struct backend *backend, long long id);

/* Its name for people, into BUFFER. GIL held. */
void threads_name(struct backend *backend, long long id, char *buffer, size_t size);

/* What is known of the thread IDENT without the GIL: its id, the kernel's (or 0), and its name as it was last read
 * ("" if it never was) into NAME of THREAD_NAME_SIZE bytes. 0 when out of memory. */
#define THREAD_NAME_SIZE 128
long long threads_recall(struct backend *backend, unsigned long ident, long *native_id, char *name);

/* sys._current_frames(): new reference, NULL with a Python error. */
PyObject *threads_frames(struct backend *backend);

/* Ids of the threads of FRAMES, which threads_frames() gave, but for the helper while it works; at most LIMIT. Records
 * of others that left without a word are dropped. GIL held. */
size_t threads_ids_in(struct backend *backend, PyObject *frames, long long *ids, size_t limit);
/* Of all that run Python now, to be freed; NULL without any, or without memory. */
long long *threads_ids(struct backend *backend, size_t *count);

/* threading's Thread object for IDENT: borrowed, NULL when threading is not loaded or knows no such thread. */
PyObject *threads_object(unsigned long ident);

/* Attribute NAME of that object, as it stands in the instance: properties are not run. New reference, or NULL. */
PyObject *threads_attribute(unsigned long ident, const char *name);

/* The session is over: ends of threads are not noticed any more. A process has few keys for that, and sessions may
 * follow each other for ever. GIL held; idempotent. */
void threads_finish(struct backend *backend);
void threads_forked(struct backend *backend);
