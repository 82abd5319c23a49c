/* A list to search in and to pick from: typing filters it, the best matches first. The palette, files, modules. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;

struct find_row {
    const char *text;   /* what is searched and shown */
    const char *detail; /* shown beside it, dimly; NULL */
    const char *right;  /* at the right border: keys; NULL */
    const char *note;   /* about the row under the cursor, below the list; NULL */
    bool dim;           /* shown as what is less likely to be wanted */
    int64_t id;         /* for dialog_find_update(): the same in the next list; 0: none */
};

/* INDEX is the row that was picked, or -1 for Esc. TEXT is what was typed (borrowed for the call). */
typedef void (*dialog_find_handler)(struct app *app, int index, const char *text, void *data);
/* Whether INDEX may be picked; if not, the list stays open. */
typedef bool (*dialog_find_allows)(struct app *app, int index, void *data);
/* The cursor came to INDEX (-1: nothing matches): for a preview. */
typedef void (*dialog_find_moved)(struct app *app, int index, void *data);

struct find_list {
    const char *title;
    const struct find_row *rows; /* copied */
    size_t count;
    size_t cursor;     /* the row that the cursor begins on */
    const char *empty; /* said when nothing matches; NULL: "nothing matches" */
    bool details;      /* details are searched as well: what is found there comes last */
    bool any_text;     /* Enter with no match hands on what was typed, with index -1 and a text that is not empty */
    dialog_find_handler handler;
    dialog_find_moved moved;   /* NULL: none */
    dialog_find_allows allows; /* NULL: all are allowed */
    void *data;                /* borrowed until the handler was called, once for sure */
};

void dialog_find(struct app *app, const struct find_list *list);

/* The rows of the open list that was opened with the same data are now those of LIST, of which nothing else is looked
 * at. What is typed stays, and if the cursor was moved, its row and the place in the list; else it is on the best
 * match. False: it is not open. */
bool dialog_find_update(struct app *app, const struct find_list *list);
