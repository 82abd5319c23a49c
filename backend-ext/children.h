/* The children of a reference in pages. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

struct values;

#define CHILD_NAME_COLUMNS 80
#define CHILD_NAME_BYTES   (CHILD_NAME_COLUMNS * 4 + 32)

/* Whether OBJECT can be written down as a literal that gives an equal object. */
bool child_is_literal(PyObject *object, int depth);

/* [key], bounded, as the row of a dict's entry is called; true when it is the whole literal, so that it
 * can be evaluated. */
bool child_key_name(struct values *values, PyObject *key, char *buffer, size_t size);
