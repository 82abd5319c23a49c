/* What differs between versions of CPython's C API, in one place.
 *
 * Two builds come from the same sources: one for the stable ABI of 3.12 and newer (meson.build defines
 * Py_LIMITED_API), one for 3.11 alone with its full API. PYTUI_OLD_HEADERS: the stable one, compiled
 * against 3.11's headers because no newer ones were there; what these lack is declared here. */
#pragma once

#include <Python.h>

#include <stdbool.h>

#ifdef PYTUI_OLD_HEADERS
PyAPI_FUNC(PyObject *) PyErr_GetRaisedException(void);
PyAPI_FUNC(void) PyErr_SetRaisedException(PyObject *exception);
PyAPI_FUNC(PyObject *) PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t count, PyObject *names);
#elif PY_VERSION_HEX < 0x030c0000
/* The exception that is set, normalised and with its traceback, or NULL; clears it. New reference. */
static inline PyObject *PyErr_GetRaisedException(void)
{
    PyObject *type, *exception, *traceback;
    PyErr_Fetch(&type, &exception, &traceback);
    if (!type) {
        return NULL;
    }
    PyErr_NormalizeException(&type, &exception, &traceback);
    if (traceback) {
        PyException_SetTraceback(exception, traceback);
    }
    Py_XDECREF(traceback);
    Py_DECREF(type);
    return exception;
}

/* Set EXCEPTION again; takes the reference. */
static inline void PyErr_SetRaisedException(PyObject *exception)
{
    PyErr_Restore(Py_NewRef(Py_TYPE(exception)), exception, PyException_GetTraceback(exception));
}
#endif
