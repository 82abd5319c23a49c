/* pytui/exec: a text of Python runs in a thread of its own, while the program goes on. What that thread prints goes to
 * the client, until the session ends; then it is interrupted. */
#pragma once

#include "request.h"

struct backend;
struct value;

struct value *exec_handle(struct request *request, bool *ok);

/* The session is over: a KeyboardInterrupt for what still runs. GIL held. */
void exec_interrupt(struct backend *backend);
