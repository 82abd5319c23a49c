/* Room for what the debugger evaluates where the program has used up its recursion limit: the limit is raised for so
 * long, and everything that fails for want of depth in the program itself still does. GIL held. */
#pragma once

#include <Python.h>

#include <stdbool.h>

/* Raise the limit; returns the program's own, for recursion_room_close(). That leaves a Python error as it is, and a
 * limit that the evaluated code has set meanwhile. */
int recursion_room_open(void);
void recursion_room_close(int limit);

/* Whether the limit is so near that evaluating needs room. It runs a function of ours to know; a Ctrl-C that comes
 * meanwhile is handed on. No Python error may be set, and none is afterwards. PROBE: owned, made when needed, to be
 * kept for the next time. */
bool recursion_room_is_needed(PyObject **probe);
