/* Where panes stand and what frames them: pudb's layout, fitted to any screen from 20×5 on.
 *
 *   status line
 *   Source          │ Variables
 *                   │ Stack
 *   Terminal│Console│ Breakpoints
 *
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

/* The tab shown in the slot under Source: PANE_TERMINAL or PANE_CONSOLE. Focusing one shows it. */
enum pane_kind layout_slot(const struct layout *layout);
void layout_set_slot(struct layout *layout, enum pane_kind kind);

/* Sidebar wider or narrower, slot higher or lower, by columns or rows. */
void layout_grow_sidebar(struct layout *layout, int columns);
void layout_grow_slot(struct layout *layout, int rows);

/* A mouse event: focus the pane under it and hand it over. True if used. */
bool layout_mouse(struct app *app, const struct key *key);
