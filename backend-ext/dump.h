/* The stacks of all threads as text, without the GIL: what faulthandler writes when a program crashes.
 *
 * faulthandler's handler for signals of the user's is the one function of all versions that does it, and
 * it is not exported. So it is registered once, for a real-time signal that nobody uses, to learn where it
 * is; the signal's disposition is put back before the program runs, and the handler is called as a function.
 *
 * It reads structures that the thread with the GIL may change at any moment. So it is called in a copy of
 * the process (a fork without the program's SIGCHLD, fork handlers and descriptors): the copy stands still,
 * and should it crash all the same, the program does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct dump;

/* Learn the handler. GIL held. NULL when out of memory; where there is no handler dump_take() gives NULL. */
struct dump *dump_create(void);

/* The text, to be freed; NULL when it cannot be had. Takes milliseconds, at most DUMP_PATIENCE: a native
 * thread, without the GIL. *WHOLE: false when the text was cut off. */
#define DUMP_PATIENCE 300
char *dump_take(struct dump *dump, bool *whole);

/* Take the registration back. GIL held; idempotent, NULL is fine. The struct stays: a native thread may be using it. */
void dump_finish(struct dump *dump);
