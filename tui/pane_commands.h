/* Functions of panes that stand in the command table. ARGUMENT is what followed the name, or "". */
#pragma once

struct app;

void pane_breakpoints_edit(struct app *app, const char *argument);           /* Enter: the dialog */
void pane_breakpoints_toggle_enabled(struct app *app, const char *argument); /* b, Space */
void pane_breakpoints_delete(struct app *app, const char *argument);         /* d, Delete */
void pane_breakpoints_undelete(struct app *app, const char *argument);       /* U */
void pane_breakpoints_show(struct app *app, const char *argument);           /* o: its place in the source */

void pane_variables_toggle(struct app *app, const char *argument);   /* Enter, Space: expand or collapse */
void pane_variables_expand(struct app *app, const char *argument);   /* l, Right */
void pane_variables_collapse(struct app *app, const char *argument); /* h, Left: or go to the parent */
void pane_variables_edit(struct app *app, const char *argument);     /* e: assign; opens the prompt */

void pane_source_reload(struct app *app, const char *argument); /* Ctrl-r: read the file anew */

/* The Stack pane's cursor follows the selected frame, after u and d. */
void pane_stack_follow(struct app *app);
