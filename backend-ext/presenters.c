#include "presenters.h"

#include "groups.h"

#define METHOD "__pytui__"

/* The function registered for TYPE. Compared by identity: classes may have a __eq__ of their own. */
static PyObject *registered(PyObject *registry, PyObject *type)
{
    Py_ssize_t position = 0;
    PyObject *key, *function;
    while (registry != NULL && PyDict_Next(registry, &position, &key, &function)) {
        if (key == type) {
            return Py_NewRef(function);
        }
    }
    return NULL;
}

static PyObject *own_method(const struct objects *objects, PyTypeObject *type)
{
    PyObject *dict = object_type_is_heap(type) ? object_type_dict(objects, type) : NULL;
    PyObject *method = dict != NULL ? object_dict_find(dict, METHOD) : NULL;
    method = method != NULL && Py_TYPE(method) == objects->function_type ? Py_NewRef(method) : NULL;
    Py_XDECREF(dict);
    return method;
}

PyObject *presenter_find(const struct objects *objects, PyObject *object)
{
    PyObject *module = object_loaded_module("pytui");
    PyObject *registry = module != NULL ? object_dict_find(PyModule_GetDict(module), "_presenters") : NULL;
    PyObject *mro = object_type_mro(objects, Py_TYPE(object));
    PyObject *found = NULL;
    registry = registry != NULL && PyDict_CheckExact(registry) ? registry : NULL;
    for (Py_ssize_t i = 0; mro != NULL && found == NULL && i < PyTuple_Size(mro); i++) {
        PyObject *base = PyTuple_GetItem(mro, i);
        found = registered(registry, base);
        if (found == NULL) {
            found = own_method(objects, (PyTypeObject *)base);
        }
    }
    Py_XDECREF(mro);
    PyErr_Clear();
    return found;
}
