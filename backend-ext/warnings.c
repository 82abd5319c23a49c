#include "warnings.h"

#include "compat.h"

PyObject *warnings_filters(void)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the modules */
    PyObject *module = modules ? PyDict_GetItemString(modules, "warnings") : NULL;
    module = module ? module : modules ? PyDict_GetItemString(modules, "_warnings") : NULL;
    PyObject *filters = module ? PyObject_GetAttrString(module, "filters") : NULL;
    PyErr_Clear();
    if (filters && !PyList_Check(filters)) {
        Py_CLEAR(filters);
    }
    return filters;
}

PyObject *warnings_compile_silently(const char *text, const char *filename, int start)
{
    PyObject *filters = warnings_filters();
    PyObject *ignore = filters ? Py_BuildValue("(sOOOi)", "ignore", Py_None, PyExc_Warning, Py_None, 0) : NULL;
    bool silent = ignore && PyList_Insert(filters, 0, ignore) == 0;
    PyErr_Clear();
    PyObject *code = Py_CompileString(text, filename, start);
    PyObject *error = PyErr_GetRaisedException();
    if (silent && PyList_GetItem(filters, 0) == ignore) {
        PyList_SetSlice(filters, 0, 1, NULL);
    }
    PyErr_Clear();
    Py_XDECREF(ignore);
    Py_XDECREF(filters);
    if (error) {
        PyErr_SetRaisedException(error);
    }
    return code;
}
