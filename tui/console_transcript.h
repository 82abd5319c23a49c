/* What stands above the console's prompt: its lines, and below results that were opened their children. With the focus
 * of the keyboard it has a cursor, opens and closes values, and is searched. Belongs to pane_console.c. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;
struct model;

#define TRANSCRIPT_ROWS 400 /* of a canvas, as far as the mouse reaches */

struct transcript {
    bool active;                   /* keys are for it */
    bool clicked;                  /* they are not, but the value at `cursor` was opened by a click: it stays in view */
    uint64_t last_line;            /* the console's newest then */
    size_t cursor;                 /* the item that it is on, from the oldest */
    size_t scrolled;               /* items below the last one shown */
    int rows;                      /* of the last canvas */
    size_t shown[TRANSCRIPT_ROWS]; /* the item of each row of it; (size_t)-1: none */
    char needle[128];              /* searched for last */
    size_t search_from;            /* where that began */
};

void transcript_draw(struct app *app, struct transcript *transcript, struct canvas canvas, bool focused);
/* Give it the keys, with the cursor on the last value that opens, else the last line. */
void transcript_enter(struct app *app, struct transcript *transcript);
bool transcript_key(struct app *app, struct transcript *transcript, const struct key *key); /* while it is active */
void transcript_scroll(struct app *app, struct transcript *transcript, bool up, size_t by);
/* A click opens or closes the value on ROW; false when there is none. */
bool transcript_click(struct app *app, struct transcript *transcript, int row);
/* All lines, with the rows of what is open. */
size_t transcript_items(const struct model *model);
