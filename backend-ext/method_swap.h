/* A function of ours in the place of the C function behind a built-in one: in its table of methods, so that the object,
 * and what the program sees of it, stay. GIL held for all. */
#pragma once

#include <Python.h>
#include <stdbool.h>

struct method_swap {
    PyMethodDef *method;  /* NULL: not swapped */
    PyCFunction original; /* stays known afterwards: another interpreter may be in ours still */
    PyCFunction ours;
};

/* FUNCTION, a built-in of that NAME and METH_ flags, calls OURS from now on. False where its table is not as it was
 * always, or cannot be written. No Python error. */
bool method_swap(struct method_swap *swap, PyObject *function, const char *name, int flags, PyCFunction ours);

/* Put back what was there, unless somebody else came after us. Idempotent. */
void method_swap_back(struct method_swap *swap);
