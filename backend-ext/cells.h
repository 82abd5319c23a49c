/* Cells of IPython and Jupyter: code without a file whose name says nothing to people. Runs no Python. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

struct objects;

/* "Cell [3]" for the code called FILENAME, whose text is PATH; false: it is no cell, or its number is not known. */
bool cell_label(const struct objects *objects, PyObject *filename, const char *path, char *buffer, size_t size);
