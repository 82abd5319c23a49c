#include "namespace.h"

#include "evaluate.h"
#include "values_state.h"

#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define CAPSULE "pytui.exchange"

struct exchange {
    struct values *values; /* borrowed; NULL: the shell is over */
    PyObject *frame;       /* owned, as the next */
    PyObject *code;
};

static void destroy_exchange(PyObject *capsule)
{
    struct exchange *exchange = PyCapsule_GetPointer(capsule, CAPSULE);
    if (exchange != NULL) {
        Py_XDECREF(exchange->frame);
        Py_XDECREF(exchange->code);
        free(exchange);
    }
}

static bool begin_session(const struct exchange *exchange, struct locals_session *session)
{
    struct values *values = exchange->values;
    return locals_begin(&values->locals, exchange->frame, exchange->code,
                        values_has_added_names(values, exchange->code), session);
}

static bool assign(struct exchange *exchange, PyObject *changes, PyObject *removed)
{
    struct locals_session session = {0};
    Py_ssize_t position = 0;
    PyObject *name, *value;
    bool ok = begin_session(exchange, &session);
    while (ok && PyDict_Next(changes, &position, &name, &value)) {
        ok = PyObject_SetItem(session.scope, name, value) == 0;
    }
    for (Py_ssize_t i = 0; ok && i < PyList_Size(removed); i++) {
        ok = PyObject_DelItem(session.scope, PyList_GetItem(removed, i)) == 0;
    }
    ok = ok && locals_commit(&exchange->values->locals, &session);
    locals_finish(&session);
    if (ok) {
        values_note_added_names(exchange->values, exchange->code);
    }
    return ok;
}

static PyObject *read_variables(const struct exchange *exchange)
{
    struct locals_session session = {0};
    PyObject *variables = begin_session(exchange, &session) ? PyDict_New() : NULL;
    if (variables != NULL && PyDict_Update(variables, session.scope) != 0) {
        Py_CLEAR(variables);
    }
    locals_finish(&session);
    return variables;
}

static PyObject *run_exchange(PyObject *self, PyObject *arguments)
{
    struct exchange *exchange = PyCapsule_GetPointer(self, CAPSULE);
    PyObject *changes, *removed;
    if (exchange == NULL || !PyArg_ParseTuple(arguments, "O!O!", &PyDict_Type, &changes, &PyList_Type, &removed)) {
        return NULL;
    }
    if (exchange->values == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the shell is over");
        return NULL;
    }
    bool work = PyDict_Size(changes) > 0 || PyList_Size(removed) > 0;
    return !work || assign(exchange, changes, removed) ? read_variables(exchange) : NULL;
}

static PyObject *make_exchange(struct values *values, const struct frame_entry *entry)
{
    static PyMethodDef method = {"exchange", run_exchange, METH_VARARGS, NULL};
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL) {
        return PyErr_NoMemory();
    }
    *exchange = (struct exchange){values, Py_NewRef(entry->frame), Py_NewRef(entry->code)};
    PyObject *capsule = PyCapsule_New(exchange, CAPSULE, destroy_exchange);
    if (capsule == NULL) {
        Py_DECREF(exchange->frame);
        Py_DECREF(exchange->code);
        free(exchange);
        return NULL;
    }
    PyObject *function = PyCFunction_New(&method, capsule);
    Py_DECREF(capsule);
    return function;
}

/* False with a Python error. */
static bool fill(struct values *values, struct frame_entry *entry, struct namespace *namespace)
{
    bool function = locals_optimized(entry->code);
    namespace->frame = Py_NewRef(entry->frame);
    namespace->globals = evaluate_globals(entry);
    namespace->locals = function ? Py_NewRef(Py_None) : locals_namespace(entry->frame);
    namespace->exchange = function ? make_exchange(values, entry) : Py_NewRef(Py_None);
    namespace->line = entry->line > 0 ? entry->line : PyFrame_GetLineNumber((PyFrameObject *)entry->frame);
    return namespace->globals != NULL && namespace->locals != NULL && namespace->exchange != NULL;
}

bool namespace_begin(struct request *request, bool *ok, struct namespace *namespace)
{
    struct values *values = backend_values(request->backend);
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    *namespace = (struct namespace){0};
    if (entry == NULL || entry->frame == NULL) {
        request_fail(request, ok, "there is no such frame at this stop");
        return false;
    }
    if (!fill(values, entry, namespace)) {
        PyErr_Clear();
        namespace_finish(namespace);
        request_fail(request, ok, "the variables of this frame cannot be read");
        return false;
    }
    values_before_python(values, request->seq);
    return true;
}

void namespace_finish(struct namespace *namespace)
{
    if (namespace->exchange != NULL && namespace->exchange != Py_None) {
        struct exchange *exchange = PyCapsule_GetPointer(PyCFunction_GetSelf(namespace->exchange), CAPSULE);
        if (exchange != NULL) {
            exchange->values = NULL;
        }
    }
    Py_CLEAR(namespace->exchange);
    Py_CLEAR(namespace->locals);
    Py_CLEAR(namespace->globals);
    Py_CLEAR(namespace->frame);
}
