/* Arrays whose items stand in a buffer: array.array, memoryview, those of ctypes and numpy. Length and items are read
 * by the C functions of these types, whatever a subclass says; of an array of several dimensions the items are its
 * rows. Leaves no Python error set. */
#pragma once

#include "render.h"

/* How many items; -1: it is no such array, or one whose items cannot be had without running code. */
Py_ssize_t array_length(const struct renderer *renderer, PyObject *object);

/* Item INDEX of what has a length: new reference, or NULL. */
PyObject *array_item(const struct renderer *renderer, PyObject *object, Py_ssize_t index);
