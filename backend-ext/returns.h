/* What functions returned to the frame that is stepped: those that its line called, in order, and the one that the
 * step left. The last few are kept, as the step's until it stops, then as the stop's. GIL held. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

#define RETURNS_KEPT   10
#define RETURNS_BUDGET 1000 /* calls and returns that a step looks at: recursion and loops are to cost no more */

struct returns {
    struct {
        PyObject *value;  /* owned */
        char *name;       /* owned: of the function */
    } kept[RETURNS_KEPT]; /* the earliest first */
    size_t count;
    long long seen; /* with those that are not kept any more */
    bool left;      /* the last is of the function that the step left */
};

/* VALUE came from a function that runs CODE. */
void returns_add(struct returns *returns, PyObject *code, PyObject *value);

/* The name of the row INDEX, of which there is only one: later ones of a function have a number. */
void returns_label(const struct returns *returns, size_t index, char *buffer, size_t size);

void returns_clear(struct returns *returns); /* may run finalizers */

/* All that FROM has is TO's, which had nothing. */
void returns_move(struct returns *to, struct returns *from);
