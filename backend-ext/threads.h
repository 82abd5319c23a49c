/* The program's threads under ids of our own, counted from 1 and never reused. */
#pragma once

#include "request.h"

#include <Python.h>

struct arena;
struct backend;
struct threads;
struct value;

struct threads *threads_create(struct backend *backend); /* NULL when out of memory */

/* Id of the calling thread, which must be one of the program's. Cheap after the first call. */
long long threads_current(struct backend *backend);

/* Id of the thread that Python knows as IDENT. GIL held. */
long long threads_id(struct backend *backend, unsigned long ident);

/* The ident for an id; 0 when there is none such. */
unsigned long threads_ident(struct backend *backend, long long id);

/* Its name for people, into BUFFER. GIL held. */
void threads_name(struct backend *backend, long long id, char *buffer, size_t size);

/* sys._current_frames(): new reference, NULL with a Python error. */
PyObject *threads_frames(struct backend *backend);

struct value *threads_handle_threads(struct request *request, bool *ok);
void threads_forked(struct backend *backend);
