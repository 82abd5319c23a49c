/* The exception that ends the program, seen where the interpreter reports it and not where it might be caught yet.
 *
 * Before it calls sys.excepthook the interpreter notes the exception in sys.last_exc and its like. 3.12 and newer tell
 * of changes in a dict: at that one, made by the main thread outside all Python code, a function of ours takes the
 * hook's place in `sys` for the time until it is called. It puts the hook back, the program stops post-mortem, and then
 * the hook is called with what it would have got. So it does not matter which hook that is, nor when it was set, and
 * exceptions that are caught cost nothing. Without `sys.excepthook` (deleted) there is nothing to be called.
 *
 * On 3.11 the engine itself tells of the end of one code (engine_watch_end()).
 *
 * GIL held for all. */
#pragma once

#include <Python.h>
#include <stdbool.h>

struct backend;
struct uncaught;

struct uncaught *uncaught_create(struct backend *backend); /* NULL: out of memory */
void uncaught_destroy(struct uncaught *uncaught);          /* stops it; NULL is fine */

/* Watch for it from now on. False: this interpreter cannot be watched in this way. No Python error. */
bool uncaught_start(struct uncaught *uncaught);

/* The same where that is false and the engine cannot tell either, since the program's body ran before it: the
 * function behind the interpreter's own sys.excepthook is replaced. A hook of the program's that does not end in that
 * one has the exception to itself. */
bool uncaught_start_late(struct uncaught *uncaught);
void uncaught_stop(struct uncaught *uncaught); /* idempotent */
bool uncaught_is_watched(const struct uncaught *uncaught);
