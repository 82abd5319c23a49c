/* The mouse over the layout: borders are dragged, a press focuses what is under it. */
#include "app.h"
#include "key.h"
#include "layout.h"
#include "layout_internal.h"

#include <string.h>

static bool inside(struct layout_place place, const struct key *key)
{
    return key->row >= place.row && key->row < place.row + place.rows && key->column >= place.column &&
           key->column < place.column + place.columns;
}

/* A click on the slot's title chooses the tab under it. */
static enum pane_kind slot_tab(const struct layout *layout, const struct key *key)
{
    int terminal_end = layout->titles[layout->slot].column + 1 + (int)strlen(pane_table[PANE_TERMINAL]->title) + 1;
    return key->column <= terminal_end ? PANE_TERMINAL : PANE_CONSOLE;
}

/* The border under the mouse, or -1. */
static int border_at(const struct layout *layout, const struct key *key)
{
    for (int i = 0; i < LAYOUT_SPLITS; i++)
        if (inside(layout->sizes[i].border, key))
            return i;
    return -1;
}

static void drag(struct app *app, const struct key *key)
{
    const struct layout_size *size = &app->layout->sizes[app->layout->dragged];
    if (app->focus != app->layout->focus_before) { /* the press was for the border, not for the title */
        app_focus(app, app->layout->focus_before);
        layout_set_slot(app->layout, app->layout->slot_before);
    }
    bool upright = size->border.columns == 1;
    int at = upright ? key->column : key->row;
    int wanted = size->before ? at - size->edge : upright ? size->edge - at - 1 : size->edge - at;
    layout_set_size(app, (enum layout_split)app->layout->dragged, wanted);
}

/* True when the event belongs to a border that is being dragged. */
static bool use_border(struct app *app, const struct key *key)
{
    struct layout *layout = app->layout;
    if (key->mouse == KEY_MOUSE_PRESS) {
        layout->dragged = key->button == 1 ? border_at(layout, key) : -1;
        layout->focus_before = app->focus;
        layout->slot_before = layout->slot;
    }
    if (layout->dragged < 0 || key->mouse == KEY_MOUSE_PRESS)
        return false;
    if (key->mouse == KEY_MOUSE_DRAG)
        drag(app, key);
    else if (key->mouse == KEY_MOUSE_RELEASE)
        layout->dragged = -1;
    return true;
}

bool layout_mouse(struct app *app, const struct key *key)
{
    struct layout *layout = app->layout;
    bool press = key->mouse == KEY_MOUSE_PRESS;
    if (use_border(app, key))
        return true;
    for (int i = 0; i < PANE_COUNT; i++) {
        enum pane_kind kind = (enum pane_kind)i;
        if (press && inside(layout->titles[i], key)) {
            app_focus(app, layout_in_slot(kind) ? slot_tab(layout, key) : kind);
            return true;
        }
        if (!inside(layout->places[i], key))
            continue;
        if (press)
            app_focus(app, kind);
        const struct pane_ops *ops = pane_table[i];
        if (ops->mouse)
            ops->mouse(app, app->panes[i], key, key->row - layout->places[i].row,
                       key->column - layout->places[i].column);
        app_damage(app);
        return true;
    }
    return false;
}
