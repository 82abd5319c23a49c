/* The exception viewer: a dialog over the whole screen with the exception at the stop, what it was caused by, the
 * members of groups, and the frames of each. Its keys are commands of SCOPE_EXCEPTION. */
#pragma once

struct app;

/* Does nothing but say so when the program did not stop at an exception. */
void exception_view_open(struct app *app);

/* What those commands run; without an open viewer they say so. */
void exception_view_show(struct app *app, const char *argument);   /* Enter: select the frame */
void exception_view_toggle(struct app *app, const char *argument); /* Space: open or close the exception */
void exception_view_expand(struct app *app, const char *argument);
void exception_view_collapse(struct app *app, const char *argument); /* or go to the exception of a frame */
void exception_view_copy(struct app *app, const char *argument);     /* y: the whole traceback, also without a viewer */
void exception_view_search(struct app *app, const char *argument);
void exception_view_search_next(struct app *app, const char *argument);
void exception_view_search_previous(struct app *app, const char *argument);
void exception_view_close(struct app *app, const char *argument);
