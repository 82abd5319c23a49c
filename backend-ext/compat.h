/* Differences between CPython versions, in one place. Every source file of the extension includes
 * this first, before Python.h.
 *
 * Two flavours are built: the stable ABI of 3.12 (Py_LIMITED_API comes from the build), and the full
 * API of 3.11. What neither offers is looked up by name at start and may be missing. */
#pragma once

#include <Python.h>

#include <dlfcn.h>

/* The address of an exported function of the interpreter that no header of ours declares; NULL if
 * this interpreter has none. Assign through memcpy or a union, as ISO C wants it. */
static inline void *compat_symbol(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

/* Take the raised exception, normalized and with its traceback set, and clear it. New reference;
 * NULL when none is raised. */
static inline PyObject *compat_take_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL) {
        return NULL;
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(value, traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

/* Raise EXCEPTION again; steals the reference, NULL is fine. */
static inline void compat_raise(PyObject *exception)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyErr_SetRaisedException(exception);
#else
    if (exception == NULL) {
        return;
    }
    PyObject *type = (PyObject *)Py_TYPE(exception);
    Py_INCREF(type);
    PyErr_Restore(type, exception, PyException_GetTraceback(exception));
#endif
}
