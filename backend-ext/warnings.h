/* The program's list of warning filters, as the interpreter's own C code finds it. */
#pragma once

#include <Python.h>

/* New reference to the list; NULL, without an error, when there is none. GIL held. */
PyObject *warnings_filters(void);

/* Ignore warnings of CATEGORY, a class, until warnings_restore() is given what this returns: NULL, which
 * is fine there, when that cannot be done. No Python error stays set. */
PyObject *warnings_silence(PyObject *category);
void warnings_restore(PyObject *silence);

/* Compile TEXT as Py_CompileString() does, without a word of the compiler's warnings: it is the debugger who
 * compiles, not the program. New reference, or NULL with a Python error. GIL held. */
PyObject *warnings_compile_silently(const char *text, const char *filename, int start);

/* The syntax tree of TEXT, of the classes of the module ast, in the same silence. */
PyObject *warnings_parse_silently(const char *text, const char *filename);
