#include "arrays.h"

#include <string.h>

/* The type whose C functions are used; NULL: OBJECT is no array. */
static PyTypeObject *array_base(const struct renderer *renderer, PyObject *object)
{
    if (PyMemoryView_Check(object)) {
        return &PyMemoryView_Type;
    }
    enum known_type known = render_known_type(renderer, object);
    bool array = known == KNOWN_ARRAY || known == KNOWN_CTYPES_ARRAY || known == KNOWN_NDARRAY;
    return array ? renderer->known[known] : NULL;
}

/* The first of a numpy array's dimensions; -1: it has none, or its rows would be made by a subclass in Python. */
static Py_ssize_t numpy_length(const struct renderer *renderer, PyObject *object)
{
    PyTypeObject *type = renderer->known[KNOWN_NDARRAY];
    PyObject *shape = object_member(renderer->objects, type, "shape", object);
    Py_ssize_t dimensions = shape != NULL && PyTuple_Check(shape) ? PyTuple_Size(shape) : 0;
    Py_ssize_t length = -1;
    if (dimensions == 1 || (dimensions > 1 && Py_TYPE(object) == type)) {
        length = PyLong_AsSsize_t(PyTuple_GetItem(shape, 0));
    }
    Py_XDECREF(shape);
    return length;
}

/* Only a view of one dimension gives items, if it was not released. */
static bool is_flat_view(const struct renderer *renderer, PyObject *view)
{
    PyObject *dimensions = object_member(renderer->objects, &PyMemoryView_Type, "ndim", view);
    bool flat = dimensions != NULL && PyLong_AsLong(dimensions) == 1;
    Py_XDECREF(dimensions);
    PyErr_Clear();
    return flat;
}

Py_ssize_t array_length(const struct renderer *renderer, PyObject *object)
{
    PyTypeObject *base = array_base(renderer, object);
    Py_ssize_t length = -1;
    if (base != NULL && base == renderer->known[KNOWN_NDARRAY]) {
        length = numpy_length(renderer, object);
    } else if (base != NULL && (base != &PyMemoryView_Type || is_flat_view(renderer, object))) {
        void *slot = PyType_GetSlot(base, base == &PyMemoryView_Type ? Py_mp_length : Py_sq_length);
        lenfunc function;
        memcpy(&function, &slot, sizeof(function));
        length = function != NULL ? function(object) : -1;
    }
    PyErr_Clear();
    return length;
}

PyObject *array_item(const struct renderer *renderer, PyObject *object, Py_ssize_t index)
{
    PyTypeObject *base = array_base(renderer, object);
    void *slot = base != NULL ? PyType_GetSlot(base, Py_sq_item) : NULL;
    ssizeargfunc function;
    memcpy(&function, &slot, sizeof(function));
    PyObject *item = function != NULL ? function(object, index) : NULL;
    PyErr_Clear();
    return item;
}
