#include "returns.h"

#include "compat.h"
#include "step_frames.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 120

void returns_add(struct returns *returns, PyObject *code, PyObject *value)
{
    PyObject *dropped = NULL;
    char name[NAME_SIZE];
    step_frames_name(code, name, sizeof(name));
    char *kept = strdup(name);
    returns->seen++;
    if (!kept) {
        return;
    }
    if (returns->count == RETURNS_KEPT) {
        dropped = returns->kept[0].value;
        free(returns->kept[0].name);
        memmove(&returns->kept[0], &returns->kept[1], (RETURNS_KEPT - 1) * sizeof(returns->kept[0]));
        returns->count--;
    }
    returns->kept[returns->count].name = kept;
    returns->kept[returns->count++].value = Py_NewRef(value);
    Py_XDECREF(dropped);
}

void returns_label(const struct returns *returns, size_t index, char *buffer, size_t size)
{
    int number = 1;
    for (size_t i = 0; i < index; i++) {
        number += strcmp(returns->kept[i].name, returns->kept[index].name) == 0;
    }
    PyOS_snprintf(buffer, size, number > 1 ? "%s (%d)" : "%s", returns->kept[index].name, number);
}

void returns_clear(struct returns *returns)
{
    if (returns->count || returns->seen) {
        struct returns old;
        returns_move(&old, returns);
        for (size_t i = 0; i < old.count; i++) {
            free(old.kept[i].name);
            Py_DECREF(old.kept[i].value);
        }
    }
}

void returns_move(struct returns *to, struct returns *from)
{
    memcpy(to->kept, from->kept, from->count * sizeof(from->kept[0]));
    to->count = from->count;
    to->seen = from->seen;
    to->left = from->left;
    from->count = 0;
    from->seen = 0;
    from->left = false;
}
