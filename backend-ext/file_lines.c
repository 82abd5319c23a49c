#include "file_lines.h"

#include "compat.h"
#include "warnings.h"

#include <stdio.h>
#include <stdlib.h>

#define COMPILE_LIMIT (4 << 20) /* bytes of a file that is compiled only to see its lines */

/* Compile without a word of the compiler's warnings: they belong to the program's own import. */
static PyObject *compile_quietly(PyObject *compile, PyObject *source, const char *path)
{
    PyObject *filters = warnings_filters();
    PyObject *ignore = filters ? Py_BuildValue("(sOOOi)", "ignore", Py_None, PyExc_Warning, Py_None, 0) : NULL;
    bool quiet = ignore && PyList_Insert(filters, 0, ignore) == 0;
    PyErr_Clear();
    PyObject *name = PyUnicode_DecodeFSDefault(path);
    PyObject *code = name ? PyObject_CallFunction(compile, "OOsii", source, name, "exec", 0, 1) : NULL;
    PyErr_Clear();
    if (quiet && PyList_GetItem(filters, 0) == ignore) {
        PyList_SetSlice(filters, 0, 1, NULL);
    }
    PyErr_Clear();
    Py_XDECREF(name);
    Py_XDECREF(ignore);
    Py_XDECREF(filters);
    return code;
}

static PyObject *read_file(const char *path)
{
    FILE *stream = fopen(path, "rbe");
    if (!stream) {
        return NULL;
    }
    char *buffer = malloc(COMPILE_LIMIT);
    size_t length = buffer ? fread(buffer, 1, COMPILE_LIMIT, stream) : 0;
    bool whole = length < COMPILE_LIMIT && !ferror(stream);
    fclose(stream);
    PyObject *source = buffer && whole ? PyBytes_FromStringAndSize(buffer, (Py_ssize_t)length) : NULL;
    free(buffer);
    PyErr_Clear();
    return source;
}

bool file_lines_read(const char *path, struct line_set *lines)
{
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    PyObject *compile = builtins ? PyDict_GetItemString(builtins, "compile") : NULL;
    PyObject *source = compile ? read_file(path) : NULL;
    PyObject *code = source ? compile_quietly(compile, source, path) : NULL;
    bool ok = code && line_set_add_code(lines, code);
    line_set_sort(lines);
    Py_XDECREF(code);
    Py_XDECREF(source);
    PyErr_Clear();
    return ok;
}
