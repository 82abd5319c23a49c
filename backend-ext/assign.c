/* Assigning: to what a row of the variables stands for, and to an expression. Runs code of the program. */
#include "children.h"
#include "evaluate.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

/* The key of the row NAME of a dict: new reference, or NULL with a Python error. */
static PyObject *find_key(struct values *values, long long reference, const char *name)
{
    struct found_child found;
    PyObject *key = NULL;
    if (!child_find(values, reference, name, &found)) {
        PyErr_Format(PyExc_KeyError, "there is no entry %s to assign to", name);
    } else if (found.ambiguous) {
        PyErr_Format(PyExc_KeyError, "several entries look like %s: assign by an expression", name);
    } else {
        key = Py_XNewRef(found.key);
    }
    found_child_finish(&found);
    return key;
}

static bool assign_item(struct values *values, long long reference, PyObject *object, const char *name, PyObject *value)
{
    PyObject *key = NULL;
    if (PyDict_Check(object)) {
        key = find_key(values, reference, name);
    } else if (PyAnySet_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "items of a set cannot be assigned to");
    } else {
        key = PyLong_FromLongLong(strtoll(name + 1, NULL, 10));
    }
    bool ok = key != NULL && PyObject_SetItem(object, key, value) == 0;
    Py_XDECREF(key);
    return ok;
}

static bool assign_named(struct values *values, const struct reference *reference, PyObject *name, PyObject *value)
{
    struct frame_entry *entry = frames_entry(&values->frames, reference->frame_id);
    switch (reference->kind) {
    case REFERENCE_LOCALS:
    case REFERENCE_CLOSURE:
        if (entry == NULL || entry->frame == NULL) {
            break;
        }
        return locals_set(&values->locals, entry->frame, name, value);
    case REFERENCE_NAMESPACE:
    case REFERENCE_NAMESPACE_GROUP:
        return PyObject_SetItem(reference->object, name, value) == 0;
    case REFERENCE_OBJECT:
    case REFERENCE_GROUP:
    case REFERENCE_PROPERTIES:
    case REFERENCE_PROPERTY:
        return PyObject_SetAttr(reference->object, name, value) == 0;
    case REFERENCE_WATCHES:
    case REFERENCE_RETURN:
    case REFERENCE_EXCEPTION:
        break;
    }
    PyErr_SetString(PyExc_TypeError, "this value cannot be assigned to");
    return false;
}

static bool assign_child(struct values *values, long long reference, const char *name, PyObject *value)
{
    struct reference *found = variables_find(values, reference);
    if (found == NULL) {
        PyErr_SetString(PyExc_LookupError, "this variable belongs to an earlier stop");
        return false;
    }
    struct reference copy = *found;
    Py_XINCREF(copy.object);
    bool ok;
    if (copy.kind == REFERENCE_OBJECT && name[0] == '[') {
        ok = assign_item(values, reference, copy.object, name, value);
    } else {
        PyObject *key = PyUnicode_FromString(name);
        ok = key != NULL && assign_named(values, &copy, key, value);
        Py_XDECREF(key);
    }
    Py_XDECREF(copy.object);
    return ok;
}

/* Requests */

/* What the response says of the new value. */
static struct value *describe(struct values *values, struct request *request, PyObject *value, long long frame_id)
{
    struct value *body = value_map(request->arena);
    values->renderer.hex = values_wants_hex(request->arguments);
    value_set(request->arena, body, "value", variables_rendered(values, request->arena, value));
    values->renderer.hex = false;
    variables_describe(values, request->arena, body, value, frame_id, NULL);
    return body;
}

/* Evaluate the new value and assign it, as one run of code: to a row if NAME is given, else to TARGET. */
static struct value *assign(struct request *request, bool *ok, struct frame_entry *entry, const char *name,
                            const char *target)
{
    struct values *values = backend_values(request->backend);
    long long frame_id = frames_id(&values->frames, entry);
    struct evaluation evaluation = {0};
    if (evaluate_begin(values, request->seq)) {
        evaluate_run(values, entry, value_get_text(request->arguments, "value", ""), false, &evaluation);
        long long reference = value_get_int(request->arguments, "variablesReference", 0);
        bool done =
            evaluation.exception != NULL || (name != NULL ? assign_child(values, reference, name, evaluation.result)
                                                          : evaluate_assign(values, entry, target, evaluation.result));
        if (!done) {
            evaluation.exception = PyErr_GetRaisedException();
        }
    } else {
        evaluation.exception = PyErr_GetRaisedException();
    }
    evaluate_end(values);
    if (target != NULL) {
        values_note_added_names(values, entry->code); /* it may be a new name */
    }
    struct value *body = NULL;
    if (!evaluate_failed(request, ok, values, evaluation.exception)) {
        body = describe(values, request, evaluation.result, frame_id);
    }
    evaluation_finish(&evaluation);
    PyErr_Clear();
    return body;
}

struct value *values_handle_set_variable(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    long long number = value_get_int(request->arguments, "variablesReference", 0);
    const struct reference *reference = variables_find(values, number);
    if (reference == NULL) {
        return request_fail(request, ok, "this variable belongs to an earlier stop");
    }
    struct frame_entry *entry = values_frame(values, reference->frame_id);
    if (entry == NULL) {
        return request_fail(request, ok, "the variable's frame is gone");
    }
    return assign(request, ok, entry, value_get_text(request->arguments, "name", ""), NULL);
}

struct value *values_handle_set_expression(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (entry == NULL) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    return assign(request, ok, entry, NULL, value_get_text(request->arguments, "expression", ""));
}
