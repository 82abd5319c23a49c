#include "members.h"

#include "groups.h"
#include "values_state.h"

#include <string.h>

/* Members of the interpreter's own types that are worth a row. Their other members are noise. */
static const struct {
    const char *type;
    const char *members[MEMBER_SPECIAL_MAX];
} special_members[] = {
    {"function", {"__qualname__", "__module__", "__defaults__", "__kwdefaults__", "__closure__", "__code__"}},
    {"method", {"__self__", "__func__"}},
    {"builtin_function_or_method", {"__name__", "__module__"}},
    {"generator", {"__qualname__", "gi_frame", "gi_running", "gi_code"}},
    {"coroutine", {"__qualname__", "cr_frame", "cr_running", "cr_code"}},
    {"async_generator", {"__qualname__", "ag_frame", "ag_running", "ag_code"}},
    {"code", {"co_qualname", "co_filename", "co_firstlineno", "co_varnames", "co_freevars", "co_consts", "co_names"}},
    {"frame", {"f_code", "f_back", "f_lineno", "f_globals"}},
    {"traceback", {"tb_frame", "tb_lineno", "tb_next"}},
    {"property", {"fget", "fset", "fdel", "__doc__"}},
    {"staticmethod", {"__func__"}},
    {"classmethod", {"__func__"}},
    {"cell", {"cell_contents"}},
    {"slice", {"start", "stop", "step"}},
    {"range", {"start", "stop", "step"}},
    {"complex", {"real", "imag"}},
    {"memoryview", {"nbytes", "format", "shape", "readonly", "obj"}},
    {"partial", {"func", "args", "keywords"}},
    {"ndarray", {"shape", "dtype", "ndim", "size", "strides", "nbytes", "base"}},
    {"datetime", {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"}},
    {"date", {"year", "month", "day"}},
    {"time", {"hour", "minute", "second", "microsecond", "tzinfo"}},
    {"timedelta", {"days", "seconds", "microseconds"}},
};
static const char *const exception_members[] = {"args", "__cause__", "__context__", "__traceback__", NULL};

/* The row of special members for TYPE or the C type that it derives from; NULL if none. */
const char *const *member_special_names(const struct objects *objects, PyObject *object)
{
    if (PyExceptionInstance_Check(object)) {
        return exception_members;
    }
    PyObject *mro = object_type_mro(objects, Py_TYPE(object));
    const char *const *found = NULL;
    for (Py_ssize_t i = 0; mro != NULL && found == NULL && i < PyTuple_Size(mro); i++) {
        char name[64];
        object_type_name((PyTypeObject *)PyTuple_GetItem(mro, i), name, sizeof(name));
        for (size_t row = 0; row < sizeof(special_members) / sizeof(special_members[0]) && found == NULL; row++) {
            found = strcmp(special_members[row].type, name) == 0 ? special_members[row].members : NULL;
        }
    }
    Py_XDECREF(mro);
    return found;
}

bool member_slots_are_noise(PyObject *object, const char *const *names)
{
    return names != NULL && names != exception_members && !object_type_is_heap(Py_TYPE(object));
}

void member_each_property(const struct objects *objects, PyObject *object, bool (*each)(void *, PyObject *), void *data)
{
    PyObject *mro = PyType_Check(object) ? NULL : object_type_mro(objects, Py_TYPE(object));
    bool go_on = true;
    for (Py_ssize_t i = 0; mro != NULL && go_on && i < PyTuple_Size(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GetItem(mro, i);
        PyObject *dict = object_type_is_heap(base) ? object_type_dict(objects, base) : NULL;
        Py_ssize_t position = 0;
        PyObject *key, *entry;
        while (dict != NULL && go_on && PyDict_Next(dict, &position, &key, &entry)) {
            if (Py_TYPE(entry) == &PyProperty_Type && PyUnicode_CheckExact(key)) {
                go_on = each(data, key);
            }
        }
        Py_XDECREF(dict);
    }
    Py_XDECREF(mro);
}

static bool note_property(void *data, PyObject *name)
{
    (void)name;
    *(bool *)data = true;
    return false;
}

bool member_has_properties(const struct objects *objects, PyObject *object)
{
    bool found = false;
    member_each_property(objects, object, note_property, &found);
    return found;
}

static bool note_slot(void *data, PyObject *name, PyObject *value)
{
    (void)name;
    (void)value;
    *(bool *)data = true;
    return false;
}

Py_ssize_t member_long_text(PyObject *object)
{
    Py_ssize_t length = PyUnicode_CheckExact(object)     ? PyUnicode_GetLength(object)
                        : PyBytes_CheckExact(object)     ? PyBytes_Size(object)
                        : PyByteArray_CheckExact(object) ? PyByteArray_Size(object)
                                                         : -1;
    return length > RENDER_COLUMNS ? length : -1;
}

Py_ssize_t member_piece(PyObject *text)
{
    return PyUnicode_Check(text) ? 64 : 16;
}

bool member_is_scalar(PyObject *object)
{
    PyTypeObject *const scalars[] = {&PyUnicode_Type, &PyLong_Type,  &PyFloat_Type,
                                     &PyBool_Type,    &PyBytes_Type, &PyByteArray_Type};
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        if (Py_TYPE(object) == scalars[i]) {
            return true;
        }
    }
    return object == Py_None || object == Py_Ellipsis || object == Py_NotImplemented;
}

static bool has_methods(const struct objects *objects, PyObject *object)
{
    bool found = false;
    group_each_method(objects, object, note_slot, &found);
    return found;
}

bool member_has_children(struct values *values, PyObject *object)
{
    if (member_is_scalar(object)) {
        return member_long_text(object) > 0;
    }
    if (render_length(&values->renderer, object) > 0 || PyType_Check(object) || PyModule_Check(object)) {
        return true;
    }
    PyObject *dict = object_dict(&values->objects, object);
    bool found = dict != NULL && PyDict_Size(dict) > 0;
    Py_XDECREF(dict);
    if (!found) {
        object_each_slot(&values->objects, object, note_slot, &found);
    }
    return found || member_special_names(&values->objects, object) != NULL ||
           member_has_properties(&values->objects, object) || has_methods(&values->objects, object);
}
