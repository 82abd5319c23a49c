/* Threads that reached a breakpoint while another thread steps. Each is parked at its place, without the
 * GIL, and its hit is queued: the step is reported first, then the hits one by one, and none is lost.
 *
 * The stop of a parked thread is served by the thread that stopped before it, which never lets go of the
 * GIL meanwhile: so nobody, the end of the program neither, can come between the two. A step that takes
 * longer than PARKED_PATIENCE may wait for a parked thread: that one then stops by itself. */
#pragma once

#include "breakpoints.h"

#include <Python.h>
#include <stdbool.h>

struct backend;
struct parking;

#define PARKED_PATIENCE 200 /* ms that a step may take while a hit is queued */

/* A queued stop that is to be reported now. */
struct parked_stop {
    PyObject *frame; /* owned by whoever took it */
    unsigned long ident;
    struct hits hits;
};

struct parking *parking_create(void); /* NULL: out of memory */

/* The calling thread reached HITS: wait while another one steps. True when it is to stop by itself, which
 * is at once when nobody steps; false when its stop was served or the session is over. GIL held, and given
 * away meanwhile. */
bool parked_wait(struct backend *backend, const struct hits *hits);

/* Take the first queued stop; its thread stays parked until parked_release_served(). GIL held. */
bool parked_take(struct backend *backend, struct parked_stop *next);
void parked_release_served(struct backend *backend);

/* The program goes on: the patience with a step begins anew. Lock held. */
void parked_restart(struct backend *backend);

/* Let all go on without a stop: the session is over. Lock held. */
void parked_release_all(struct backend *backend);

/* Forked child: those threads do not exist. */
void parked_forked(struct backend *backend);
