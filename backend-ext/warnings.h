/* The program's list of warning filters, as the interpreter's own C code finds it. */
#pragma once

#include <Python.h>

/* New reference to the list; NULL, without an error, when there is none. GIL held. */
PyObject *warnings_filters(void);
