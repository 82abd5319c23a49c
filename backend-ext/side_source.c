#include "side_source.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_SIZE ((size_t)256 << 10)

/* The text of FILE; NULL with a Python error. */
static PyObject *read_text(const char *file)
{
    static const char anchor;
    Dl_info info;
    char path[4096];
    const char *slash = dladdr(&anchor, &info) && info.dli_fname ? strrchr(info.dli_fname, '/') : NULL;
    snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - info.dli_fname + 1) : 0, slash ? info.dli_fname : "",
             file);
    FILE *stream = fopen(path, "re");
    char *text = stream ? malloc(SOURCE_SIZE) : NULL;
    size_t length = text ? fread(text, 1, SOURCE_SIZE - 1, stream) : 0;
    PyObject *source = length ? PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "strict") : NULL;
    if (!source && !PyErr_Occurred()) {
        PyErr_Format(PyExc_RuntimeError, "%s cannot be read: pytui is not installed properly", path);
    }
    free(text);
    if (stream) {
        fclose(stream);
    }
    return source;
}

PyObject *side_source_run(const char *file)
{
    char name[64];
    snprintf(name, sizeof(name), "<pytui>/%s", file);
    PyObject *source = read_text(file), *bytes = source ? PyUnicode_AsUTF8String(source) : NULL;
    PyObject *code = bytes ? Py_CompileString(PyBytes_AsString(bytes), name, Py_file_input) : NULL;
    snprintf(name, sizeof(name), "pytui.%.*s", (int)strcspn(file, "."), file);
    PyObject *space = code ? Py_BuildValue("{ss}", "__name__", name) : NULL;
    PyObject *builtins = space ? PyEval_GetBuiltins() : NULL; /* borrowed */
    PyObject *done = builtins && PyDict_SetItemString(space, "__builtins__", builtins) == 0
                         ? PyEval_EvalCode(code, space, space)
                         : NULL;
    if (!done) {
        Py_CLEAR(space);
    }
    Py_XDECREF(done);
    Py_XDECREF(code);
    Py_XDECREF(bytes);
    Py_XDECREF(source);
    return space;
}
