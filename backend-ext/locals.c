#ifndef Py_LIMITED_API
#define Py_BUILD_CORE 1 /* 3.11: the frame's layout */
#endif
#include "locals.h"

#include "objects.h"

#include <string.h>

#ifndef Py_LIMITED_API
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#pragma GCC diagnostic pop
#endif

#define CODE_OPTIMIZED 0x1

void locals_init(struct locals *locals)
{
    void *get_var = object_symbol("PyFrame_GetVar");
    void *flush = object_symbol("PyFrame_LocalsToFast");
    memcpy(&locals->get_var, &get_var, sizeof(get_var));
    memcpy(&locals->flush, &flush, sizeof(flush));
}

bool locals_optimized(PyObject *code)
{
    PyObject *flags = PyObject_GetAttrString(code, "co_flags");
    long bits = flags != NULL ? PyLong_AsLong(flags) : 0;
    Py_XDECREF(flags);
    PyErr_Clear();
    return (bits & CODE_OPTIMIZED) != 0;
}

/* Those that KNOWN, a set, does not have. A function may have thousands: no name is looked for in a list. */
static bool append_names(PyObject *names, PyObject *code, const char *attribute, PyObject *known)
{
    PyObject *tuple = PyObject_GetAttrString(code, attribute);
    bool ok = tuple != NULL && PyTuple_Check(tuple);
    for (Py_ssize_t i = 0; ok && i < PyTuple_Size(tuple); i++) {
        PyObject *name = PyTuple_GetItem(tuple, i);
        int has = known != NULL ? PySet_Contains(known, name) : 0;
        ok = has >= 0 && (has == 1 || PyList_Append(names, name) == 0);
    }
    Py_XDECREF(tuple);
    return ok;
}

/* An argument that is a cell stands among both. */
static bool append_own_names(PyObject *names, PyObject *code)
{
    PyObject *known = append_names(names, code, "co_varnames", NULL) ? PySet_New(names) : NULL;
    bool ok = known != NULL && append_names(names, code, "co_cellvars", known);
    Py_XDECREF(known);
    return ok;
}

PyObject *locals_names(PyObject *code, bool free)
{
    PyObject *names = PyList_New(0);
    if (names != NULL && !(free ? append_names(names, code, "co_freevars", NULL) : append_own_names(names, code))) {
        Py_CLEAR(names);
    }
    return names;
}

#define MANY_NAMES 200 /* where it is worth asking for all that are bound at once */

/* The names that SCOPE, what f_locals is from 3.13 on, has: new set; NULL with a Python error. What else was put there
 * as a key is not looked at: its hash may be the program's code. */
static PyObject *bound_names(PyObject *scope)
{
    PyObject *keys = PyMapping_Keys(scope), *bound = PySet_New(NULL);
    bool ok = keys != NULL && bound != NULL;
    for (Py_ssize_t i = 0; ok && i < PyList_Size(keys); i++) {
        PyObject *key = PyList_GetItem(keys, i);
        ok = !PyUnicode_CheckExact(key) || PySet_Add(bound, key) == 0;
    }
    Py_XDECREF(keys);
    if (!ok) {
        Py_CLEAR(bound);
    }
    return bound;
}

/* Each look at a name that is not bound takes as long as the function has names. */
PyObject *locals_bound_names(PyObject *frame, PyObject *code, bool free)
{
    PyObject *names = locals_names(code, free);
    if (names == NULL || PyList_Size(names) < MANY_NAMES || Py_Version < 0x030d0000) {
        return names;
    }
    PyObject *scope = PyObject_GetAttrString(frame, "f_locals");
    PyObject *bound = scope != NULL ? bound_names(scope) : NULL, *kept = bound != NULL ? PyList_New(0) : NULL;
    bool ok = kept != NULL;
    for (Py_ssize_t i = 0; ok && i < PyList_Size(names); i++) {
        PyObject *name = PyList_GetItem(names, i);
        int has = PySet_Contains(bound, name);
        ok = has >= 0 && (has == 0 || PyList_Append(kept, name) == 0);
    }
    Py_XDECREF(bound);
    Py_XDECREF(scope);
    if (!ok) {
        PyErr_Clear();
        Py_XDECREF(kept);
        return names;
    }
    Py_DECREF(names);
    return kept;
}

#ifndef Py_LIMITED_API
/* Slot of the variable NAME, or -1. Names are interned: nearly always it is the same object. */
static int find_slot(const PyCodeObject *code, PyObject *name)
{
    PyObject *names = code->co_localsplusnames;
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        if (PyTuple_GET_ITEM(names, i) == name) {
            return i;
        }
    }
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        if (PyUnicode_Compare(PyTuple_GET_ITEM(names, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

PyObject *locals_get(const struct locals *locals, PyObject *frame, PyObject *name)
{
    (void)locals;
    _PyInterpreterFrame *inner = ((PyFrameObject *)frame)->f_frame;
    PyCodeObject *code = inner->f_code;
    int slot = find_slot(code, name);
    if (slot < 0) {
        return NULL;
    }
    unsigned char kind = (unsigned char)PyBytes_AS_STRING(code->co_localspluskinds)[slot];
    PyObject *value = inner->localsplus[slot];
    if ((kind & (CO_FAST_CELL | CO_FAST_FREE)) != 0 && value != NULL && PyCell_Check(value)) {
        value = PyCell_GET(value);
    }
    Py_XINCREF(value);
    return value;
}
#else
PyObject *locals_get(const struct locals *locals, PyObject *frame, PyObject *name)
{
    PyObject *value = NULL;
    if (locals->get_var != NULL) {
        value = locals->get_var((PyFrameObject *)frame, name);
    } else {
        PyObject *scope = PyObject_GetAttrString(frame, "f_locals");
        value = scope != NULL ? PyObject_GetItem(scope, name) : NULL;
        Py_XDECREF(scope);
    }
    PyErr_Clear();
    return value;
}
#endif

PyObject *locals_namespace(PyObject *frame)
{
#ifndef Py_LIMITED_API
    /* The attribute would copy a class body's cells into the namespace, whatever class that has. */
    PyObject *namespace = ((PyFrameObject *)frame)->f_frame->f_locals;
    if (namespace != NULL) {
        return Py_NewRef(namespace);
    }
#endif
    return PyObject_GetAttrString(frame, "f_locals");
}

/* Before 3.13 a frame keeps the dict SCOPE that f_locals made, and with it all values of the moment, until
 * it ends. When nobody else has that dict its variables are taken out again; added names stay. */
static void release_values(PyObject *frame, PyObject *scope)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    bool ours = Py_Version < 0x030d0000 && scope != NULL && PyDict_CheckExact(scope) && Py_REFCNT(scope) == 2 &&
                locals_optimized(code);
    PyObject *names = ours ? locals_names(code, false) : NULL;
    bool ok = names != NULL && append_names(names, code, "co_freevars", NULL);
    for (Py_ssize_t i = 0; ok && i < PyList_Size(names); i++) {
        if (PyDict_DelItem(scope, PyList_GetItem(names, i)) != 0) {
            PyErr_Clear(); /* unbound */
        }
    }
    PyErr_Clear();
    Py_XDECREF(names);
    Py_XDECREF(code);
}

PyObject *locals_extra(PyObject *frame, PyObject *code)
{
    PyObject *pairs = PyList_New(0);
    PyObject *names = locals_names(code, false);
    PyObject *scope = PyObject_GetAttrString(frame, "f_locals");
    PyObject *items = scope != NULL ? PyMapping_Items(scope) : NULL;
    bool ok = pairs != NULL && names != NULL && items != NULL && append_names(names, code, "co_freevars", NULL);
    PyObject *own = ok ? PySet_New(names) : NULL;
    ok = own != NULL;
    for (Py_ssize_t i = 0; ok && i < PyList_Size(items); i++) {
        PyObject *pair = PyList_GetItem(items, i);
        PyObject *name = PyTuple_GetItem(pair, 0);
        int known = PyUnicode_CheckExact(name) ? PySet_Contains(own, name) : 1;
        ok = known >= 0 && (known == 1 || PyList_Append(pairs, pair) == 0);
    }
    Py_XDECREF(own);
    Py_XDECREF(items);
    if (ok) {
        release_values(frame, scope);
    }
    Py_XDECREF(scope);
    Py_XDECREF(names);
    if (!ok) {
        Py_CLEAR(pairs);
    }
    return pairs;
}

/* A function's variables as a new dict. Not f_locals: before 3.13 asking for that overwrites the dict
 * that the program may have from locals(). */
static PyObject *copy_variables(const struct locals *locals, PyObject *frame, PyObject *code, bool added)
{
    PyObject *scope = PyDict_New();
    PyObject *names = locals_names(code, false);
    PyObject *extra = added ? locals_extra(frame, code) : NULL;
    bool ok =
        scope != NULL && names != NULL && append_names(names, code, "co_freevars", NULL) && (!added || extra != NULL);
    for (Py_ssize_t i = 0; ok && i < PyList_Size(names); i++) {
        PyObject *name = PyList_GetItem(names, i);
        PyObject *value = locals_get(locals, frame, name);
        ok = value == NULL || PyDict_SetItem(scope, name, value) == 0;
        Py_XDECREF(value);
    }
    for (Py_ssize_t i = 0; ok && extra != NULL && i < PyList_Size(extra); i++) {
        PyObject *pair = PyList_GetItem(extra, i);
        ok = PyDict_SetItem(scope, PyTuple_GetItem(pair, 0), PyTuple_GetItem(pair, 1)) == 0;
    }
    Py_XDECREF(extra);
    Py_XDECREF(names);
    if (!ok) {
        Py_CLEAR(scope);
    }
    return scope;
}

bool locals_begin(const struct locals *locals, PyObject *frame, PyObject *code, bool added,
                  struct locals_session *session)
{
    *session = (struct locals_session){.frame = frame};
    if (!locals_optimized(code)) {
        session->scope = locals_namespace(frame);
    } else if (Py_Version >= 0x030d0000) {
        session->scope = PyObject_GetAttrString(frame, "f_locals"); /* writes through */
    } else {
        session->scope = copy_variables(locals, frame, code, added);
        session->before = session->scope != NULL ? PyDict_Copy(session->scope) : NULL;
        if (session->before == NULL) {
            Py_CLEAR(session->scope);
        }
    }
    return session->scope != NULL;
}

/* What differs between two namespaces whose keys are exact strings, by identity: NAME: value, or
 * NAME: marker for what is gone. New dict; NULL with an error. */
static PyObject *differences(PyObject *before, PyObject *after, PyObject *marker)
{
    PyObject *changes = PyDict_New();
    bool ok = changes != NULL;
    Py_ssize_t position = 0;
    PyObject *name, *value;
    while (ok && PyDict_Next(after, &position, &name, &value)) {
        if (PyUnicode_CheckExact(name) && PyDict_GetItemWithError(before, name) != value) {
            ok = PyDict_SetItem(changes, name, value) == 0;
        }
    }
    position = 0;
    while (ok && PyDict_Next(before, &position, &name, &value)) {
        if (PyUnicode_CheckExact(name) && PyDict_GetItemWithError(after, name) == NULL) {
            ok = PyDict_SetItem(changes, name, marker) == 0;
        }
    }
    if (!ok) {
        Py_CLEAR(changes);
    }
    return changes;
}

/* 3.12 would set the variable to None and warn. */
static bool can_unbind(void)
{
#ifdef Py_LIMITED_API
    return false;
#else
    return true;
#endif
}

bool locals_commit(const struct locals *locals, struct locals_session *session)
{
    if (session->before == NULL) {
        return true;
    }
    PyObject *marker = session->before; /* any object that no variable can hold */
    PyObject *changes = differences(session->before, session->scope, marker);
    bool ok = changes != NULL;
    if (ok && PyDict_Size(changes) > 0) {
        /* Read the frame anew: calls may have changed its cells meanwhile. */
        PyObject *scope = PyObject_GetAttrString(session->frame, "f_locals");
        ok = scope != NULL;
        Py_ssize_t position = 0;
        PyObject *name, *value;
        while (ok && PyDict_Next(changes, &position, &name, &value)) {
            if (value != marker) {
                ok = PyObject_SetItem(scope, name, value) == 0;
            } else if (!can_unbind()) {
                PyErr_SetString(PyExc_ValueError, "this Python cannot unbind a variable of a running function");
                ok = false;
            } else if (PyObject_DelItem(scope, name) != 0) {
                PyErr_Clear(); /* unbound already */
            }
        }
        if (ok) {
            locals->flush((PyFrameObject *)session->frame, can_unbind());
            ok = PyErr_Occurred() == NULL;
        }
        if (ok) {
            release_values(session->frame, scope);
        }
        Py_XDECREF(scope);
    }
    Py_XDECREF(changes);
    return ok;
}

void locals_finish(struct locals_session *session)
{
    Py_CLEAR(session->scope);
    Py_CLEAR(session->before);
}

bool locals_set(const struct locals *locals, PyObject *frame, PyObject *name, PyObject *value)
{
    PyObject *scope = PyObject_GetAttrString(frame, "f_locals");
    bool ok = scope != NULL && PyObject_SetItem(scope, name, value) == 0;
    if (ok && locals->flush != NULL) {
        locals->flush((PyFrameObject *)frame, 0);
        ok = PyErr_Occurred() == NULL;
    }
    if (ok) {
        release_values(frame, scope);
    }
    Py_XDECREF(scope);
    return ok;
}
