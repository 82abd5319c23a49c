#include "cells.h"

#include "objects.h"

#include <stdlib.h>
#include <string.h>

/* "<ipython-input-3-0123456789ab>", as IPython calls cells at a terminal. */
static long number_in(const char *path)
{
    static const char prefix[] = "<ipython-input-";
    char *end;
    if (strncmp(path, prefix, sizeof(prefix) - 1) != 0) {
        return -1;
    }
    long number = strtol(path + sizeof(prefix) - 1, &end, 10);
    return *end == '-' ? number : -1;
}

/* OWNER's attribute as it is stored; a new reference or NULL. OWNER is taken over. */
static PyObject *stored(const struct objects *objects, PyObject *owner, const char *name)
{
    PyObject *value = owner != NULL ? object_attribute(objects, owner, name) : NULL;
    Py_XDECREF(owner);
    return value;
}

/* A kernel names a cell after a hash of its text, "/tmp/ipykernel_1234/567.py"; IPython's compiler knows its number. */
static long number_known(const struct objects *objects, PyObject *filename)
{
    PyObject *module = object_loaded_module("IPython.core.interactiveshell"); /* borrowed */
    Py_XINCREF(module);
    PyObject *shell = stored(objects, stored(objects, module, "InteractiveShell"), "_instance");
    PyObject *numbers = stored(objects, stored(objects, shell, "compile"), "_filename_map");
    PyObject *number = NULL;
    if (numbers != NULL && PyDict_CheckExact(numbers) && PyUnicode_CheckExact(filename)) {
        number = PyDict_GetItemWithError(numbers, filename); /* borrowed */
    }
    long result = number != NULL && PyLong_CheckExact(number) ? PyLong_AsLong(number) : -1;
    Py_XDECREF(numbers);
    PyErr_Clear();
    return result;
}

bool cell_label(const struct objects *objects, PyObject *filename, const char *path, char *buffer, size_t size)
{
    long number = number_in(path);
    if (number < 0 && strstr(path, "/ipykernel_") != NULL) {
        number = number_known(objects, filename);
    }
    if (number >= 0) {
        PyOS_snprintf(buffer, size, "Cell [%ld]", number);
    }
    return number >= 0;
}
