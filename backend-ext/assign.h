/* Assigning to what a row of the variables stands for. Runs code of the program. */
#pragma once

#include "compat.h"

#include <stdbool.h>

struct values;

/* Assign VALUE to the child NAME of REFERENCE. False with a Python error. */
bool assign_child(struct values *values, long long reference, const char *name, PyObject *value);
