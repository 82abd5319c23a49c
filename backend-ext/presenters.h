/* The program's own ways to show its objects: a function registered with pytui.register_presenter(), or a
 * method __pytui__ of their class. */
#pragma once

#include "objects.h"

/* What is to be called with OBJECT: of the first class of its mro that has one, a registered function before
 * the method. New reference; NULL without error when there is none. Runs no code. */
PyObject *presenter_find(const struct objects *objects, PyObject *object);
