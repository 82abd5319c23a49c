/* The list that `pytui attach` shows: it follows what happens while it is open. */
#pragma once

#include <stdbool.h>

struct app;
struct live_list;
struct live_program;

typedef bool (*attach_keep)(const struct live_program *program, const char *word);

struct attach_choices {
    const struct live_list *list; /* borrowed until PICKED: what is shown at first */
    bool alone;                   /* there are no others, and none will come */
    attach_keep keep;             /* of programs that come later, which may be meant; NULL: all */
    const char *word;             /* borrowed: given to KEEP */
    /* Once: PROGRAM is borrowed for the call; NULL: none. */
    void (*picked)(struct app *app, const struct live_program *program, void *data);
    void *data;
};

void attach_choose(struct app *app, const struct attach_choices *choices);
