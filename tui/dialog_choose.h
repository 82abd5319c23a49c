/* A modal list to pick one row from. Arrows, j and k move, a letter goes to the next row that starts with
 * it, a number to that row; Enter, or a click on the row under the cursor, picks; Esc cancels. */
#pragma once

#include <stddef.h>

struct app;

struct choice {
    const char *text;
    const char *detail; /* beside it, dimmed; NULL: none */
};

/* INDEX is the row picked, or -1 for Esc. Called once in any case. */
typedef void (*dialog_choose_handler)(struct app *app, int index, void *data);

/* All borrowed for the call but DATA, which is the handler's. */
struct choice_list {
    const char *title;
    const struct choice *rows;
    size_t count;  /* none: the handler is told -1 at once */
    size_t cursor; /* where it stands at first */
    dialog_choose_handler handler;
    void *data;
};

void dialog_choose(struct app *app, const struct choice_list *list);
