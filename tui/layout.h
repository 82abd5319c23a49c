/* Where panes stand and what frames them, fitted to any screen from 20×5 on. The setting `layout` says how:
 *
 *   source-first, pudb's              wide                       tall
 *   Source          │ Variables      Source     │ Variables     Source
 *                   │ Stack                     │ Stack         Variables │ Stack
 *   Terminal│Console│ Breakpoints               │ Breakpoints             │ Breakpoints
 *                                    Terminal│Console           Terminal│Console
 *
 * terminal-first is the first one with the larger part for Terminal and Console. The sidebar can be on the left.
 * What does not fit is left out in a sensible order; the focused pane is always there. */
#pragma once

#include "canvas.h"
#include "pane.h"

#include <stdbool.h>

struct app;
struct layout;

struct layout *layout_create(void);
void layout_destroy(struct layout *layout); /* NULL is fine */

/* Place the panes for a screen of this size; called by layout_draw() and by tests. */
void layout_place(struct layout *layout, const struct app *app, int rows, int columns);

/* Draw status line, panes, borders, and the message in the last row when there is one. The prompt
 * and dialogs are drawn over it by their owners. */
void layout_draw(struct app *app, struct canvas screen);

/* Where a pane was placed, without its title row; rows 0 when it is not shown. */
struct layout_place {
    int row, column, rows, columns;
};
struct layout_place layout_pane(const struct layout *layout, enum pane_kind kind);

/* The tab shown in the slot: PANE_TERMINAL or PANE_CONSOLE. Focusing one shows it. */
enum pane_kind layout_slot(const struct layout *layout);
void layout_set_slot(struct layout *layout, enum pane_kind kind);

/* What can be sized; each has a setting. */
enum layout_split { LAYOUT_SIDEBAR, LAYOUT_SLOT, LAYOUT_STACK, LAYOUT_BREAKPOINTS, LAYOUT_STRIP, LAYOUT_SPLITS };
#define LAYOUT_MOST 100000 /* as far as it goes */
/* Larger or smaller by rows or columns; written into config.ini a moment later. */
void layout_grow(struct app *app, enum layout_split split, int by);
/* Write sizes that are not yet written. Also at the end. */
void layout_save_sizes(struct app *app);
/* The settings changed: they say the sizes. */
void layout_forget_sizes(struct layout *layout);

/* A mouse event: drag a border, or focus the pane under it and hand it over. True if used. */
bool layout_mouse(struct app *app, const struct key *key);
