#include "recursion_room.h"

#include "expression.h"

#define RECURSION_ROOM 100

int recursion_room_open(void)
{
    int limit = Py_GetRecursionLimit();
    Py_SetRecursionLimit(limit + RECURSION_ROOM);
    return limit;
}

void recursion_room_close(int limit)
{
    if (Py_GetRecursionLimit() == limit + RECURSION_ROOM) {
        Py_SetRecursionLimit(limit);
    }
}

/* No version's stable interface tells how deep a thread is: try. */
static PyObject *make_probe(void)
{
    PyObject *code = Py_CompileString("lambda probe, n: n and probe(probe, n - 1)", "<pytui>", Py_eval_input);
    PyObject *globals = code ? PyDict_New() : NULL;
    PyObject *probe = globals ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(globals);
    Py_XDECREF(code);
    return probe;
}

bool recursion_room_is_needed(PyObject **probe)
{
    if (!*probe) {
        *probe = make_probe();
    }
    PyObject *depth = *probe ? PyLong_FromLong(RECURSION_ROOM) : NULL;
    PyObject *arguments[] = {*probe, depth};
    PyObject *result = depth ? PyObject_Vectorcall(*probe, arguments, 2, NULL) : NULL;
    bool needed = !result && PyErr_ExceptionMatches(PyExc_RecursionError);
    if (!result && !needed) {
        expression_interrupted();
    }
    PyErr_Clear();
    Py_XDECREF(result);
    Py_XDECREF(depth);
    return needed;
}
