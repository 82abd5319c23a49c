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
