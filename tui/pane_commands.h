/* Functions of panes that stand in the command table. ARGUMENT is what followed the name, or "". */
#pragma once

#include <stddef.h>

struct app;

void pane_breakpoints_edit(struct app *app, const char *argument);           /* Enter: the dialog */
void pane_breakpoints_toggle_enabled(struct app *app, const char *argument); /* b, Space */
void pane_breakpoints_delete(struct app *app, const char *argument);         /* d, Delete */
struct model_breakpoint;
void pane_breakpoints_remove(struct app *app, const struct model_breakpoint *breakpoint); /* so that U brings it back */
void pane_breakpoints_undelete(struct app *app, const char *argument);                    /* U */
void pane_breakpoints_show(struct app *app, const char *argument); /* o: its place in the source */

void pane_variables_toggle(struct app *app, const char *argument);   /* Enter, Space: expand or collapse */
void pane_variables_expand(struct app *app, const char *argument);   /* l, Right */
void pane_variables_collapse(struct app *app, const char *argument); /* h, Left: or go to the parent */
void pane_variables_edit(struct app *app, const char *argument);     /* e: assign; opens the prompt */

/* How the variable is shown; the argument of the first is the display's name. */
void pane_variables_display(struct app *app, const char *argument);
void pane_variables_default(struct app *app, const char *argument);
void pane_variables_type(struct app *app, const char *argument);
void pane_variables_repr(struct app *app, const char *argument);
void pane_variables_str(struct app *app, const char *argument);
void pane_variables_id(struct app *app, const char *argument);
void pane_variables_hex(struct app *app, const char *argument);
void pane_variables_custom(struct app *app, const char *argument);
void pane_variables_sort(struct app *app, const char *argument);   /* a: by name, by type, or not */
void pane_variables_filter(struct app *app, const char *argument); /* /: only what holds a text */
void pane_variables_copy(struct app *app, const char *argument);   /* y: the whole text to the clipboard */

void pane_terminal_search(struct app *app, const char *argument);         /* in what the program printed */
void pane_variables_find(struct app *app, const char *argument);          /* F: in the open rows */
void pane_variables_go_to(struct app *app, const char *argument);         /* L: an item by its number */
void pane_variables_find_next(struct app *app, const char *argument);     /* . */
void pane_variables_find_previous(struct app *app, const char *argument); /* , */
void pane_variables_pin(struct app *app, const char *argument);           /* @: on top, too */
void pane_variables_highlight(struct app *app, const char *argument);     /* H */
void pane_variables_wrap(struct app *app, const char *argument);          /* w: over several lines */
void pane_variables_access(struct app *app, const char *argument);        /* *: public, private or all names */
void pane_variables_methods(struct app *app, const char *argument);       /* m */

void pane_watches_add(struct app *app, const char *argument);    /* n, Insert */
void pane_watches_remove(struct app *app, const char *argument); /* Delete; the argument is a number or an expression */
void pane_watches_restore(struct app *app, const char *argument); /* U */
void pane_watches_place(struct app *app, const char *argument);   /* o: this function, the project, everywhere */

void pane_console_results(struct app *app, const char *argument); /* Ctrl-o: its transcript gets the keys */
void pane_console_clear(struct app *app, const char *argument);   /* Ctrl-l */
void pane_console_history(struct app *app, const char *argument); /* Ctrl-r: search what was typed before */

/* End what takes long in it, a search or the reading of a file; else take away the marks of hits. False: nothing. */
bool pane_source_end(struct app *app);
void pane_source_reload(struct app *app, const char *argument); /* Ctrl-r: read the file anew */

/* The Stack pane's cursor follows the selected frame, after u and d. */
void pane_stack_follow(struct app *app);
/* The index of the frame under its cursor; greater than any when that is no frame. */
size_t pane_stack_cursor(const struct app *app);
void pane_stack_use(struct app *app, const char *argument);    /* Enter: the frame, thread or fold under the cursor */
void pane_stack_freeze(struct app *app, const char *argument); /* F: or thaw the thread under the cursor */
