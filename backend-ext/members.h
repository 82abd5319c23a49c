/* What an object has besides items and names of its own: members of the interpreter's types that are
 * worth a row, and properties. Found without running code of the program. */
#pragma once

#include "objects.h"

#include <stdbool.h>

struct values;

#define MEMBER_SPECIAL_MAX 8

/* The members of OBJECT's type that are worth a row: names, at most MEMBER_SPECIAL_MAX or ended by NULL.
 * NULL when its type has none. */
const char *const *member_special_names(const struct objects *objects, PyObject *object);

/* Whether the slots of OBJECT, which has the special members NAMES (may be NULL), are noise beside them. */
bool member_slots_are_noise(PyObject *object, const char *const *names);

/* Call EACH for the properties that the classes of OBJECT define in Python, until it gives false. */
void member_each_property(const struct objects *objects, PyObject *object, bool (*each)(void *, PyObject *),
                          void *data);
bool member_has_properties(const struct objects *objects, PyObject *object);

/* The length of a str, bytes or bytearray, exactly of these types, that no row shows whole; else -1. Its children are
 * pieces of it, each of that length: a row shows as many bytes even where each is \xNN. */
Py_ssize_t member_long_text(PyObject *object);
Py_ssize_t member_piece(PyObject *text);

/* Values that have no children, but for long text: most of what one sees. */
bool member_is_scalar(PyObject *object);
bool member_has_children(struct values *values, PyObject *object);
