#include "assign.h"

#include "children.h"
#include "values_state.h"

#include <stdlib.h>
#include <string.h>

#define KEY_WALK_LIMIT 200000 /* entries looked through for a key that has no literal */

/* The key that NAME, "[literal]", spells and DICT has: new reference, or NULL without an error. */
static PyObject *literal_key(PyObject *dict, const char *name)
{
    char literal[CHILD_NAME_BYTES];
    size_t length = strlen(name);
    if (length < 3 || length >= sizeof(literal) || name[length - 1] != ']') {
        return NULL;
    }
    memcpy(literal, name + 1, length - 2);
    literal[length - 2] = '\0';
    PyObject *code = Py_CompileString(literal, "<key>", Py_eval_input);
    PyObject *globals = code != NULL ? PyDict_New() : NULL;
    PyObject *nothing = globals != NULL ? PyDict_New() : NULL;
    PyObject *key = NULL;
    if (nothing != NULL && PyDict_SetItemString(globals, "__builtins__", nothing) == 0) {
        key = PyEval_EvalCode(code, globals, globals);
    }
    if (key != NULL && (!child_is_literal(key, 0) || PyDict_Contains(dict, key) != 1)) {
        Py_CLEAR(key);
    }
    Py_XDECREF(nothing);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    PyErr_Clear();
    return key;
}

/* The key that the row NAME of a dict stands for: new reference, or NULL with a Python error. */
static PyObject *find_key(struct values *values, PyObject *dict, const char *name)
{
    PyObject *literal = literal_key(dict, name);
    if (literal != NULL) {
        return literal;
    }
    Py_ssize_t position = 0;
    PyObject *key, *object;
    char candidate[CHILD_NAME_BYTES];
    for (long i = 0; i < KEY_WALK_LIMIT && PyDict_Next(dict, &position, &key, &object); i++) {
        child_key_name(values, key, candidate, sizeof(candidate));
        if (strcmp(candidate, name) == 0) {
            return Py_NewRef(key);
        }
    }
    PyErr_Format(PyExc_KeyError, "there is no entry %s to assign to", name);
    return NULL;
}

static bool assign_item(struct values *values, PyObject *object, const char *name, PyObject *value)
{
    PyObject *key = NULL;
    if (PyDict_Check(object)) {
        key = find_key(values, object, name);
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
    case REFERENCE_RETURN:
    case REFERENCE_EXCEPTION:
        break;
    }
    PyErr_SetString(PyExc_TypeError, "this value cannot be assigned to");
    return false;
}

bool assign_child(struct values *values, long long reference, const char *name, PyObject *value)
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
        ok = assign_item(values, copy.object, name, value);
    } else {
        PyObject *key = PyUnicode_FromString(name);
        ok = key != NULL && assign_named(values, &copy, key, value);
        Py_XDECREF(key);
    }
    Py_XDECREF(copy.object);
    return ok;
}
