/* What the files of the Variables pane share; nobody else includes it.
 *
 * pane_variables.c       keys, mouse, expanding, editing
 * pane_variables_draw.c  rows on the screen
 * pane_variables_find.c  searching
 * pane_variables_pages.c values of any length: fetching what is seen, places in them
 * pane_variables_marks.c pins, highlights, wrapping, access
 * pane_watches.c         what it does with watches */
#pragma once

#include "canvas.h"
#include "list_view.h"
#include "model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;
struct key;

#define VARIABLES_INDENT    2   /* columns of one level */
#define VARIABLES_LINES_MAX 512 /* of a screen */

/* A search on its way, over rows that are fetched and, by the backend, over those that are not. */
struct variables_search {
    bool active;
    int step;          /* 1 or -1 */
    size_t at, left;   /* the row that comes next; how many are still to be looked at */
    bool round;        /* it went past an end */
    bool inside;       /* no row holds it: in the closed value under the cursor now */
    int64_t reference; /* of the value that the backend looks into */
    size_t start, end; /* the children that it looks at there; end 0: all */
    size_t resume;     /* the first of them that it has not looked at */
    bool hit;          /* backwards: in these children so far */
    size_t hit_index;
    unsigned slices;    /* asked for */
    unsigned in_flight; /* of them, not answered; and those of searches before, whose answers do not count */
    unsigned stale;
    int64_t jump; /* above 0: reference of the value whose child `hit_index` the cursor goes to once it is there */
};

struct variables_pane {
    struct list_view list;
    unsigned short line_rows[VARIABLES_LINES_MAX]; /* which row each line of the screen shows, from the first one */
    char *edited;                   /* owned: path of the variable that the prompt is open for; NULL: none */
    char *wanted;                   /* owned: what was searched for last; NULL: nothing */
    struct variables_search search; /* for it */
    struct model_watch removed;     /* owned: the watch removed last; expression NULL: none */
};

struct variables_pane *pane_variables_of(struct app *app);
/* The row under the cursor, or NULL. */
struct model_variable *pane_variables_selected(struct app *app);

/* pane_watches.c: let the user change the watch under the cursor; false when it is on something else. */
bool pane_watches_edit(struct app *app, const char *argument);
/* Where a watch is evaluated, in a word; "" for the usual. */
const char *pane_watches_place_of(struct app *app, int id);

/* Go to the exception of the stop, opened; false when none is there. */
bool pane_variables_show_exception(struct app *app);

/* End the search that is on its way; false when there is none. */
bool pane_variables_find_stop(struct app *app);
/* Bring the cursor to what was found, once it is there. */
void pane_variables_find_jump(struct app *app);
/* A number for people: 9,999,999. Gives BUFFER. */
const char *pane_variables_number(size_t number, char *buffer, size_t size);

/* Ask for rows in and around the view that are not fetched. */
void pane_variables_fetch(struct app *app);
/* To the begin or end of a long value rather than of all rows; false for other keys and places. */
bool pane_variables_page_key(struct app *app, const struct key *key);
/* "9,999,999 of 10,000,000"; false when the cursor is in no long value. */
bool pane_variables_page_status(struct app *app, char *buffer, size_t size);

/* pane_ops' draw. */
void pane_variables_draw(struct app *app, void *data, struct canvas canvas, bool focused);
