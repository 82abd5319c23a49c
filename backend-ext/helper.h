/* The second native thread: does what needs the GIL while the program runs (breakpoints, threads, a
 * pause, interrupting an evaluate, removing the hooks when the client is gone), so that the reader
 * always answers. It takes requests from the queue only when it has the GIL and nobody is stopped.
 *
 * It is also the one that holds a program blocked in a system call: a pause that no line reports
 * within HELPER_PATIENCE is turned into a stop that the helper serves itself, keeping the GIL. */
#pragma once

#include <stdbool.h>

struct backend;
struct helper;

#define HELPER_PATIENCE 60 /* ms between arming a pause and holding a blocked program */

struct helper *helper_create(struct backend *backend); /* NULL: no thread could be started */

/* Ask for work; call with backend->lock held. */
void helper_wake(struct backend *backend);

/* The program, or an evaluate, runs from now on with its own switch interval again. Threads that began
 * to wait for the GIL during the stop still wait with the huge one and ask for nothing: whoever runs
 * would starve them. If it still runs after MILLISECONDS the helper takes the GIL once and gives it
 * back, which wakes one of them, and from there on they take turns. Lock held. */
void helper_plan_turn(struct backend *backend, int milliseconds);

/* Requests may wait for the GIL since before the caller had it: let the helper run them now. GIL held, and given away
 * meanwhile. */
void helper_let_in(struct backend *backend);

/* Have breakpoints_tell_counts() called in MILLISECONDS. Lock held. */
void helper_plan_notes(struct backend *backend, int milliseconds);

/* Whether the helper has the GIL or waits for it. Lock held. */
bool helper_busy(const struct backend *backend);

/* Whether it is in the middle of a request. Lock held. */
bool helper_is_working(const struct backend *backend);

/* The calling thread is about to stop. A request that the helper is in the middle of (Python code that it runs lets
 * others run) would have to wait for the GIL until the stop is over: let it be answered first, within limits. True if
 * the GIL was given away meanwhile, so that others may have stopped. GIL held. */
bool helper_let_finish(struct backend *backend);

/* Whether the calling thread is the helper: Python code that it runs (a condition's literal, an evaluate
 * during a hold) is not the program's, but unlike that of a stopped thread it is reported. */
bool helper_is_current(const struct backend *backend);

/* Whether that is the helper's ident. Any thread. */
bool helper_is(const struct backend *backend, unsigned long ident);

/* Interrupt the Python code that the stopped thread runs for a client. Any thread, lock held. */
void helper_interrupt(struct backend *backend);

/* The client is gone: remove the hooks as soon as the GIL can be had. Lock held. */
void helper_detach(struct backend *backend);

/* No more work, ever; does not wait. */
void helper_finish(struct backend *backend);

/* The same, but returns when the helper neither has nor waits for the GIL. Called with the GIL held,
 * which is given away meanwhile: an interpreter that ends while a thread of ours waits for the GIL would
 * crash (3.14) or hang. */
void helper_close(struct backend *backend);

/* Forked child, where the thread does not exist. */
void helper_forked(struct backend *backend);
