/* Where to stop next: step over, into, out, the first line of the program or of a function, and pause.
 * There is one plan at a time; every stop ends it. GIL held for all.
 *
 * A plan belongs to a thread and a frame: the same code run by others passes. Step over stays in its
 * generator or coroutine while it is suspended; when the frame returns the stop is in its caller, on
 * the calling line, with the returned value; when an exception leaves it, in the frame that handles it. "Until" is
 * a step over that passes lines before a given one.
 *
 * Just my code (my_code.h): a step begins where the user stands, in library code too, and ends in user code.
 * A frame that returns to library code leaves the step to what comes first, the return of that library code to
 * the user's or other user code that it runs; a step out waits for the return. */
#pragma once

#include <Python.h>
#include <stdbool.h>

struct backend;
struct call_site;
struct hits;
struct stepping;
struct stop_info;

enum step_kind { STEP_NONE, STEP_OVER, STEP_IN, STEP_OUT, STEP_UNTIL, STEP_TARGET, STEP_ENTRY };

struct stepping *stepping_create(struct backend *backend); /* NULL: out of memory */
void stepping_destroy(struct stepping *stepping);

/* Plan a step of the thread IDENT from FRAME. */
void stepping_begin(struct stepping *stepping, enum step_kind kind, PyObject *frame, unsigned long ident);

/* For STEP_UNTIL: stop at LINE or a greater one; 0: one greater than the current. */
void stepping_set_until(struct stepping *stepping, int line);

/* For STEP_TARGET: the call to step into (copied). The rest of its statement is stepped over. */
void stepping_set_target(struct stepping *stepping, const struct call_site *site);

/* FRAME, the running one, was moved to another line, which the user sees: the report of that line is not to stop. */
void stepping_note_jump(struct stepping *stepping, PyObject *frame);

/* Stop at the first line that FRAME reaches: the program's entry, or a function breakpoint (HITS, copied; NULL). */
void stepping_begin_entry(struct stepping *stepping, PyObject *frame, const struct hits *hits);

/* The first frame of CODE that begins, and that was never met before, is to stop so; NULL: none. */
void stepping_await(struct stepping *stepping, PyObject *code);

/* Stop at the next line of thread IDENT, or of any thread (0). */
void stepping_begin_pause(struct stepping *stepping, unsigned long ident);
bool stepping_pausing(const struct stepping *stepping);
unsigned long stepping_pause_ident(const struct stepping *stepping);

/* Whether a thread other than the calling one steps, so that the caller's hits are to wait (parked.h). */
bool stepping_elsewhere(const struct stepping *stepping);

/* Whether a step is planned. */
bool stepping_planned(const struct stepping *stepping);

/* Whose code is stepped into changed (my_code.h). */
void stepping_look_again(struct stepping *stepping);

/* Whether a report of the engine is nobody's: another thread is stopped, and its evaluate runs this one; or it is
 * the helper's own code. */
bool stepping_is_silent(const struct backend *backend);

/* The program asks for a stop by itself, outside the engine's reports: now, or when the step of another thread is over.
 * Nothing when evaluated code asks. GIL held. */
void stepping_stop_here(struct backend *backend, const struct stop_info *info);

/* The calling thread comes to its end: if it is the one that steps, that is over. */
void stepping_leave(struct stepping *stepping);

/* Whether a pause is planned that the calling thread may report. */
bool stepping_pauses_here(const struct stepping *stepping);

/* Forget all plans; a stop begins. What is watched stays until stepping_apply(). */
void stepping_cancel(struct stepping *stepping);

/* Tell the engine what the plan needs, before the program runs. */
void stepping_apply(struct stepping *stepping);

/* The same for what is watched of all code, when it has changed who is to be held (hold.h). */
void stepping_refresh(struct stepping *stepping);

/* Watch nothing: the session ends. */
void stepping_finish(struct stepping *stepping);
