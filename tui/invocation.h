/* The command line and the environment that a program is started with: those of a bare run and, for
 * the backend's start-up, a few variables that are gone again before any code of the program runs.
 *
 * The way in is entry/sitecustomize.py, through PYTHONPATH. An interpreter that ignores PYTHONPATH or
 * starts without `site` (-I, -E, -S) gets a preloaded library instead (backend-ext/preload.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct target_options;

struct invocation {
    char *path;  /* owned, as all: file to execute */
    char **argv; /* NULL-terminated */
    char **environment;
};

/* CHANNEL is the number that the backend's descriptor has in the program. ON_TERMINAL: some standard
 * stream is the pane's terminal. False with a message for the user in ERROR. */
bool invocation_init(struct invocation *invocation, const struct target_options *options, int channel, bool on_terminal,
                     char *error, size_t size);
void invocation_finish(struct invocation *invocation);

/* Whether the interpreter's OPTIONS (NULL-terminated; NULL is fine) keep it from reading PYTHONPATH or
 * from importing `site`. */
bool invocation_is_isolated(char *const *options);
