/* The extension module `_pytui`: one function, start(), for the start-up files of the package. */
#include "backend.h"
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#define CHANNEL_VARIABLE "PYTUI_CHANNEL"

/* Take the variable out of the environment as C code sees it and as Python code sees it. os may not be loaded (-S). */
static void forget_variable(const char *name)
{
    unsetenv(name);
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    PyObject *os = modules ? PyDict_GetItemString(modules, "os") : NULL;
    PyObject *environment = os ? PyObject_GetAttrString(os, "environ") : NULL;
    PyObject *result = environment ? PyObject_CallMethod(environment, "pop", "sO", name, Py_None) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(environment);
    PyErr_Clear();
    PyObject *posix = os || !modules ? NULL : PyDict_GetItemString(modules, "posix");
    environment = posix ? PyObject_GetAttrString(posix, "environ") : NULL;
    PyObject *key = environment ? PyBytes_FromString(name) : NULL;
    if (key && PyDict_Check(environment)) {
        PyDict_DelItem(environment, key);
    }
    Py_XDECREF(key);
    Py_XDECREF(environment);
    PyErr_Clear();
}

/* Why this interpreter cannot be debugged; NULL: it can. */
static const char *refuse_interpreter(void)
{
    PyObject *enabled = PySys_GetObject("_is_gil_enabled"); /* borrowed; 3.13 and newer */
    PyObject *result = enabled ? PyObject_CallNoArgs(enabled) : NULL;
    bool free_threaded = strstr(Py_GetVersion(), "free-threading") || result == Py_False;
    Py_XDECREF(result);
    PyErr_Clear();
    return free_threaded ? "free-threaded builds of Python are not supported yet: a stop holds the program by keeping "
                           "the interpreter's lock, which they do not have"
                         : NULL;
}

PyDoc_STRVAR(start_doc,
             "start(address=None, /)\n--\n\n"
             "Connect to the debugger, serve it until it lets the program run, and plan the first stop.\n\n"
             "Arguments:\n    address: \"fd:N\" or \"unix:PATH\"; None takes and removes the environment "
             "variable PYTUI_CHANNEL.\n\nWithout an address nothing happens.\n\nRaises:\n    "
             "RuntimeError: this interpreter cannot be debugged.\n    ConnectionError: the debugger cannot be "
             "reached.\n");

static PyObject *start(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *given = NULL;
    if (!PyArg_ParseTuple(arguments, "|z:start", &given)) {
        return NULL;
    }
    const char *variable = getenv(CHANNEL_VARIABLE);
    char *address = given ? strdup(given) : variable ? strdup(variable) : NULL;
    bool wanted = given || variable;
    forget_variable(CHANNEL_VARIABLE);
    if (!wanted) {
        Py_RETURN_NONE;
    }
    if (!address) {
        return PyErr_NoMemory();
    }
    const char *refused = refuse_interpreter();
    bool ok = !refused && backend_start(address);
    free(address);
    if (refused) {
        PyErr_Format(PyExc_RuntimeError, "pytui: %s", refused);
    }
    if (!ok) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"start", start, METH_VARARGS, start_doc},
    {NULL, NULL, 0, NULL},
};

/* Nothing is set up on import: the work begins with start(). */
static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_pytui", .m_doc = "pytui's debugger inside the interpreter.",
    .m_methods = methods,  .m_slots = slots,
};

PyMODINIT_FUNC PyInit__pytui(void);
__attribute__((visibility("default"))) PyObject *PyInit__pytui(void)
{
    return PyModuleDef_Init(&definition);
}
