/* Threads that are not to run while others do: those that the user froze, and all but one while that one runs alone
 * (`singleThread`, or the moment in which a queued hit is handed over, parked.h).
 *
 * Such a thread waits in its next report of the engine, without the GIL. For that lines of all code are reported
 * while somebody is to be held who is not yet; what is in a call of C comes to rest when it comes back. Code of
 * `threading` and of the interpreter itself is passed through, since it holds locks that every thread needs.
 *
 * Ids are those of threads.h, so that nothing here outlives its thread by mistake. */
#pragma once

#include "request.h"

#include <stdbool.h>

struct backend;
struct hold;

struct hold *hold_create(void); /* NULL: out of memory */

/* The calling thread comes by: wait here as long as it must not run. True when it waited, and anything may have
 * changed. GIL held, given away meanwhile, no Python error set. */
bool hold_pass(struct backend *backend);

/* Only THREAD runs from now on; 0: all that are not frozen. HANDING: it is to report its queued hit. Lock held. */
void hold_run_alone(struct backend *backend, long long thread, bool handing);
long long hold_runner(const struct backend *backend);                  /* lock held */
bool hold_is_handing(const struct backend *backend, long long thread); /* to that one; 0: to any. Lock held */

/* The phase changed: wake those that may run now. Lock held. */
void hold_changed(struct backend *backend);

/* Thaw and let run all. Lock held. */
void hold_release_all(struct backend *backend);

/* Whether lines of all code are to be reported, and whether anybody is to be held at all. Takes the lock. */
bool hold_wants_lines(struct backend *backend);
bool hold_is_used(const struct backend *backend); /* no lock */

bool hold_is_frozen(const struct backend *backend, long long thread);  /* lock held */
bool hold_is_waiting(const struct backend *backend, long long thread); /* it is at rest in hold_pass(); lock held */
bool hold_has_frozen(const struct backend *backend);                   /* lock held */

/* THREAD ended. Takes the lock; no GIL needed. */
void hold_thread_ended(struct backend *backend, long long thread);

/* The program's own code came to its end in the main thread: it no longer runs alone, and when the interpreter will
 * wait for frozen threads the client is told. GIL held. */
void hold_main_left(struct backend *backend);

/* Forked child: those threads do not exist. */
void hold_forked(struct backend *backend);

struct value *hold_handle_freeze(struct request *request, bool *ok);
struct value *hold_handle_thaw(struct request *request, bool *ok);
