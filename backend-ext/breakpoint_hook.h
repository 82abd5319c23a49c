/* breakpoint() and what else of the program's own code asks for a stop.
 *
 * While a debugger is attached, the interpreter's own sys.breakpointhook stops in it where it would start pdb: in its
 * table of methods, so that the object, and what the program sees of it, stay. A hook that the program sets instead, or
 * names in PYTHONBREAKPOINT, has the calls to itself. GIL held for all. */
#pragma once

#include <stdbool.h>

struct backend;
struct stop_info;

/* Idempotent. */
void breakpoint_hook_start(void);
void breakpoint_hook_stop(void);

/* Code of the calling thread wants to be stopped, as INFO says. False with a Python error: KeyboardInterrupt, which
 * came during the stop. *STOPPED (may be NULL) is whether there was a stop: this is not code that the debugger runs. */
bool breakpoint_hook_enter(struct backend *backend, const struct stop_info *info, bool *stopped);
