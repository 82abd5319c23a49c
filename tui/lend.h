/* Lending the user's terminal to another program, an editor above all. The loop goes on meanwhile, so that the debugged
 * program does not block on its output; nothing is painted and no key is read. */
#pragma once

#include <stdbool.h>

struct app;

/* The borrower ended with waitpid()'s STATUS; the terminal is ours again. */
typedef void (*lend_handler)(struct app *app, int status, void *data);

/* The terminal is somebody else's between these two. */
void lend_begin(struct app *app);
void lend_end(struct app *app);

/* Run ARGV (searched in PATH) on the terminal. False with a message shown to the user when it cannot be started. */
bool lend_terminal(struct app *app, char *const argv[], lend_handler handler, void *data);
