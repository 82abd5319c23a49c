#include "groups.h"

#include <string.h>

#define NAME_BYTES 256

const char *group_title(enum name_group group, bool functions)
{
    static const char *const titles[GROUP_COUNT] = {
        [GROUP_PUBLIC] = "public",   [GROUP_PROTECTED] = "protected",
        [GROUP_PRIVATE] = "private", [GROUP_SPECIAL] = "special variables",
        [GROUP_METHODS] = "methods",
    };
    return functions && group == GROUP_METHODS ? "functions" : titles[group];
}

const char *group_visibility(const char *name)
{
    size_t length = strlen(name);
    if (length > 4 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 2, "__") == 0) {
        return "internal";
    }
    if (strncmp(name, "__", 2) == 0) {
        return "private";
    }
    const char *mangled = name[0] == '_' && name[1] != '\0' ? strstr(name + 1, "__") : NULL;
    return mangled != NULL && mangled[2] != '\0' ? "private" : name[0] == '_' ? "protected" : "public";
}

bool group_is_method(const struct objects *objects, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    return type == objects->function_type || type == objects->class_method_type || type == objects->static_method_type;
}

enum name_group group_of(const struct objects *objects, PyObject *name, PyObject *object, bool namespace)
{
    if (namespace && (group_is_method(objects, object) || Py_TYPE(object) == &PyCFunction_Type)) {
        return GROUP_METHODS;
    }
    if (!PyUnicode_Check(name) || PyUnicode_GetLength(name) == 0 || PyUnicode_ReadChar(name, 0) != '_') {
        return GROUP_PUBLIC;
    }
    if (object_is_dunder(name)) {
        return GROUP_SPECIAL;
    }
    char text[NAME_BYTES];
    object_copy_text(name, text, sizeof(text));
    return strcmp(group_visibility(text), "private") == 0 ? GROUP_PRIVATE : GROUP_PROTECTED;
}

/* The methods in DICT, of one class. False: stop. */
static bool each_method_of(const struct objects *objects, PyObject *dict, PyObject *seen, object_slot_function each,
                           void *data)
{
    Py_ssize_t position = 0;
    PyObject *name, *object;
    while (PyDict_Next(dict, &position, &name, &object)) {
        if (!PyUnicode_CheckExact(name)) {
            continue; /* its hash may be the program's */
        }
        bool hidden = PySet_Contains(seen, name) != 0 || PySet_Add(seen, name) != 0;
        if (!hidden && group_is_method(objects, object) && !each(data, name, object)) {
            return false;
        }
    }
    return true;
}

void group_each_method(const struct objects *objects, PyObject *object, object_slot_function each, void *data)
{
    PyObject *seen = PySet_New(NULL);
    PyObject *mro = seen != NULL ? object_type_mro(objects, Py_TYPE(object)) : NULL;
    bool go_on = true;
    for (Py_ssize_t i = 0; mro != NULL && go_on && i < PyTuple_Size(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GetItem(mro, i);
        PyObject *dict = object_type_is_heap(base) ? object_type_dict(objects, base) : NULL;
        if (dict != NULL) {
            go_on = each_method_of(objects, dict, seen, each, data);
            Py_DECREF(dict);
        }
    }
    Py_XDECREF(mro);
    Py_XDECREF(seen);
    PyErr_Clear();
}
