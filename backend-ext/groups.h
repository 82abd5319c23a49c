/* How the names of a module, class or instance are gathered: public data stands plainly, the rest in
 * groups that are closed at first. */
#pragma once

#include "objects.h"

#include <stdbool.h>
#include <stddef.h>

enum name_group { GROUP_PUBLIC, GROUP_PROTECTED, GROUP_PRIVATE, GROUP_SPECIAL, GROUP_METHODS, GROUP_COUNT };
#define GROUP_ALL GROUP_COUNT /* no gathering */

/* "protected", "private", …; FUNCTIONS: what has methods elsewhere has functions here (modules). */
const char *group_title(enum name_group group, bool functions);

/* DAP's word for how NAME is meant: public, protected, private or internal. */
const char *group_visibility(const char *name);

/* The group of NAME in a namespace. NAMESPACE: of a module or class, where functions are gathered too;
 * in an instance they are data that was put there. */
enum name_group group_of(const struct objects *objects, PyObject *name, PyObject *object, bool namespace);

/* Whether OBJECT is what `def` makes in a class: a function, or one as static or class method. */
bool group_is_method(const struct objects *objects, PyObject *object);

/* Call EACH for the methods that the Python classes of OBJECT define, derived classes first, each name
 * once, until it gives false. */
void group_each_method(const struct objects *objects, PyObject *object, object_slot_function each, void *data);
