/* The terminal of a launched program from one pytui to the next one. Who leaves the program alive gives its keeper what
 * the Terminal pane shows; who attaches to it later gets that, with what was printed since, and the terminal itself. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct app;

/* pytui ends: if the program goes on, its keeper is told what the terminal shows. */
void handover_leave(struct app *app);

/* The terminal of the program PID, which has just been attached to, as app->target and in its pane. False: it was not
 * launched by a pytui, or its terminal is somebody else's. */
bool handover_take(struct app *app, pid_t pid);
