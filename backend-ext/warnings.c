#include "warnings.h"

#include "compat.h"

#include <dlfcn.h>

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

PyObject *warnings_silence(PyObject *category)
{
    PyObject *filters = warnings_filters();
    PyObject *ignore = filters ? Py_BuildValue("(sOOOi)", "ignore", Py_None, category, Py_None, 0) : NULL;
    if (ignore && PyList_Insert(filters, 0, ignore) != 0) {
        Py_CLEAR(ignore);
    }
    Py_XDECREF(filters);
    PyErr_Clear();
    return ignore;
}

void warnings_restore(PyObject *silence)
{
    PyObject *filters = silence ? warnings_filters() : NULL;
    if (filters && PyList_GetItem(filters, 0) == silence) {
        PyList_SetSlice(filters, 0, 1, NULL);
    }
    PyErr_Clear();
    Py_XDECREF(filters);
    Py_XDECREF(silence);
}

PyObject *warnings_compile_silently(const char *text, const char *filename, int start)
{
    PyObject *silence = warnings_silence(PyExc_Warning);
    PyObject *code = Py_CompileString(text, filename, start);
    PyObject *error = PyErr_GetRaisedException();
    warnings_restore(silence);
    if (error) {
        PyErr_SetRaisedException(error);
    }
    return code;
}

/* PyCompilerFlags and Py_CompileStringExFlags(), which no header of the stable ABI declares but all versions have. */
struct compiler_flags {
    int flags, feature_version;
};
#define FLAG_ONLY_TREE 0x400
typedef PyObject *(*compile_function)(const char *, const char *, int, struct compiler_flags *, int);

/* Not by the builtin compile(): the program may have replaced it. */
PyObject *warnings_parse_silently(const char *text, const char *filename)
{
    struct compiler_flags flags = {FLAG_ONLY_TREE, (int)(Py_Version >> 16 & 0xff)};
    compile_function compile;
    *(void **)&compile = dlsym(RTLD_DEFAULT, "Py_CompileStringExFlags");
    if (!compile) {
        PyErr_SetString(PyExc_RuntimeError, "this Python does not give its parser away");
        return NULL;
    }
    PyObject *silence = warnings_silence(PyExc_Warning);
    PyObject *tree = compile(text, filename, Py_file_input, &flags, -1);
    PyObject *error = PyErr_GetRaisedException();
    warnings_restore(silence);
    if (error) {
        PyErr_SetRaisedException(error);
    }
    return tree;
}
