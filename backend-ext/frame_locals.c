#include "frame_locals.h"

#include "locals.h"
#include "objects.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <string.h>

#define VALUE_BYTES 1024
#define NAME_BYTES  256

static void add_row(struct values *values, struct arena *arena, struct value *rows, PyObject *name, PyObject *object)
{
    char text[VALUE_BYTES], type[NAME_BYTES];
    PyObject *bytes = PyUnicode_Check(name) ? PyUnicode_AsEncodedString(name, "utf-8", "backslashreplace") : NULL;
    if (bytes) {
        struct value *row = value_map(arena);
        values_render(values, object, text, sizeof(text));
        object_type_name(Py_TYPE(object), type, sizeof(type));
        value_set(arena, row, "name", value_string(arena, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)));
        value_set(arena, row, "value", value_string(arena, text, strlen(text)));
        value_set(arena, row, "type", value_string(arena, type, strlen(type)));
        value_append(arena, rows, row);
        Py_DECREF(bytes);
    }
    PyErr_Clear();
}

/* A function's own, and those of the functions around it. */
static void add_slots(struct values *values, struct arena *arena, struct value *rows, PyObject *frame, PyObject *code,
                      size_t room)
{
    for (int outer = 0; outer < 2; outer++) {
        PyObject *names = locals_names(code, outer);
        for (Py_ssize_t i = 0; names && i < PyList_Size(names) && value_count(rows) < room; i++) {
            PyObject *name = PyList_GetItem(names, i); /* borrowed */
            PyObject *object = locals_get(&values->locals, frame, name);
            if (object) {
                add_row(values, arena, rows, name, object);
                Py_DECREF(object);
            }
            PyErr_Clear();
        }
        Py_XDECREF(names);
        PyErr_Clear();
    }
}

static bool is_special(PyObject *name)
{
    PyObject *prefix = PyUnicode_FromString("__");
    bool special = !PyUnicode_Check(name) || (prefix && PyUnicode_Tailmatch(name, prefix, 0, PY_SSIZE_T_MAX, -1) == 1);
    Py_XDECREF(prefix);
    PyErr_Clear();
    return special;
}

static void add_namespace(struct values *values, struct arena *arena, struct value *rows, PyObject *frame, size_t room)
{
    PyObject *namespace = locals_namespace(frame), *name, *object;
    Py_ssize_t position = 0;
    while (namespace && PyDict_Check(namespace) && value_count(rows) < room &&
           PyDict_Next(namespace, &position, &name, &object)) {
        if (!is_special(name) && !PyModule_Check(object)) {
            Py_INCREF(object);
            add_row(values, arena, rows, name, object);
            Py_DECREF(object);
        }
    }
    Py_XDECREF(namespace);
    PyErr_Clear();
}

struct value *frame_locals_value(struct values *values, struct arena *arena, PyObject *frame, size_t *room)
{
    struct value *rows = value_array(arena);
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    bool collecting = values_quiet_begin();
    if (locals_optimized(code)) {
        add_slots(values, arena, rows, frame, code, *room);
    } else {
        add_namespace(values, arena, rows, frame, *room);
    }
    values_quiet_end(collecting);
    *room -= value_count(rows);
    Py_DECREF(code);
    return rows;
}
