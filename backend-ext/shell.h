/* A shell in the stopped program: IPython, ptpython, bpython or a plain one, with the variables of a frame, at the
 * program's own terminal. shells.py runs it in the stopped thread, as `evaluate` would; this is what surrounds it: the
 * terminal in the place of the standard streams, Ctrl-C, and a way to end it from outside. */
#pragma once

#include "request.h"

struct backend;
struct shell;

struct value *shell_handle(struct request *request, bool *ok);

/* End the shell that runs, as often as it takes. Any thread, lock held. */
void shell_end(struct shell *shell);
