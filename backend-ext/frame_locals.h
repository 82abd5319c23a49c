/* The variables of any frame at any time, rendered: for pytui/where. Runs no code of the program. */
#pragma once

#include "compat.h"

#include <stddef.h>

struct arena;
struct value;
struct values;

/* Those of FRAME as an array of {name, value, type}: a function's, or the names of a module or class that are not
 * special; at most *ROOM, from which they are taken. GIL held; no Python error is set afterwards. */
struct value *frame_locals_value(struct values *values, struct arena *arena, PyObject *frame, size_t *room);
