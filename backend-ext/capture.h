/* What evaluated code writes to sys.stdout and sys.stderr goes to the client, not to the program's
 * terminal: while it runs, both are replaced. GIL held. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

struct capture;
struct values_hooks;

/* NULL with a Python error. HOOKS is borrowed. */
struct capture *capture_create(const struct values_hooks *hooks);
void capture_destroy(struct capture *capture); /* streams that the program kept then swallow everything */

/* Replace the streams. False with a Python error; nothing is replaced then. */
bool capture_begin(struct capture *capture);

/* Send what is left and put back what stood there, unless the code has put in something itself. Keeps
 * a Python error that is set. */
void capture_end(struct capture *capture);

/* Write to the replaced sys.stdout, in order with what was printed. */
void capture_write(struct capture *capture, const char *text, size_t length);
