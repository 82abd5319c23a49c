/* Which Python runs the program: --python, else the active virtual environment's, else python3 on PATH. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct interpreter {
    char *path; /* owned: the file to execute */
    char *name; /* owned: argv[0], as in a bare run: the interpreter finds its own home by it */
};

/* WANTED is a path, a command on PATH ("python3.12") or a bare version ("3.12"); NULL for the default.
 * False with a message for the user in ERROR. */
bool interpreter_find(const char *wanted, struct interpreter *out, char *error, size_t size);
void interpreter_finish(struct interpreter *interpreter);
