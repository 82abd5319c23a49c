/* Python of ours that runs in the program, from files beside this very module: in no sys.modules, seen by no other
 * code. */
#pragma once

#include "compat.h"

/* Run FILE ("exec.py"). New reference to its namespace, a dict; NULL with a Python error. */
PyObject *side_source_run(const char *file);
