/* Threads that reached a breakpoint, or an exception that stops, while another thread steps. Each is parked at its
 * place, without the GIL, and its hit is queued: the step is reported first, then the hits one by one, and none is
 * lost.
 *
 * Each thread serves its own stop, so that code evaluated there finds its own thread-locals and context. To that end
 * the thread that stopped before hands over (stop_hand_over()): the parked one alone may run (hold.h) until
 * it has stopped. A step that takes longer than PARKED_PATIENCE may wait for a parked thread: that one then
 * stops at once, as it does when a pause is asked for. */
#pragma once

#include "breakpoints.h"

#include <stdbool.h>

struct backend;
struct parking;

#define PARKED_PATIENCE 200 /* ms that a step may take while a hit is queued */

struct parking *parking_create(void); /* NULL: out of memory */

/* The calling thread is to stop: wait while another one steps. True when its turn is now, which is at
 * once when nobody steps; false when the session is over. GIL held, and given away meanwhile. */
bool parked_wait(struct backend *backend);

/* The thread whose hit is queued first, 0: none. Lock held. */
long long parked_first(const struct backend *backend);
bool parked_is_waiting(const struct backend *backend, long long thread); /* lock held */

/* The program goes on: the patience with a step begins anew. Lock held. */
void parked_restart(struct backend *backend);

/* Something that decides how long they wait has changed. Lock held. */
void parked_changed(struct backend *backend);

/* Let all go on without a stop: the session is over. Lock held. */
void parked_release_all(struct backend *backend);

/* Forked child: those threads do not exist. */
void parked_forked(struct backend *backend);
