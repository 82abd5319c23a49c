#include "list_view.h"

#include "pane.h"

#define WHEEL_ROWS 3

void list_view_fit(struct list_view *view, size_t count, int rows)
{
    view->rows = rows > 0 ? (size_t)rows : 1;
    if (view->cursor >= count)
        view->cursor = count ? count - 1 : 0;
    if (view->cursor < view->top)
        view->top = view->cursor;
    if (view->cursor >= view->top + view->rows)
        view->top = view->cursor - view->rows + 1;
    size_t highest = count > view->rows ? count - view->rows : 0;
    if (view->top > highest)
        view->top = highest;
}

static void move_up(struct list_view *view, size_t by)
{
    view->cursor = view->cursor > by ? view->cursor - by : 0;
}

static void move_down(struct list_view *view, size_t count, size_t by)
{
    view->cursor = view->cursor + by < count ? view->cursor + by : count ? count - 1 : 0;
}

bool list_view_key(struct list_view *view, size_t count, const struct key *key)
{
    size_t page = view->rows > 1 ? view->rows - 1 : 1;
    if (pane_key_is(key, "j Down"))
        move_down(view, count, 1);
    else if (pane_key_is(key, "k Up"))
        move_up(view, 1);
    else if (pane_key_is(key, "PgDn Ctrl-f"))
        move_down(view, count, page);
    else if (pane_key_is(key, "PgUp Ctrl-b"))
        move_up(view, page);
    else if (pane_key_is(key, "g Home"))
        view->cursor = 0;
    else if (pane_key_is(key, "G End"))
        view->cursor = count ? count - 1 : 0;
    else
        return false;
    return true;
}

bool list_view_mouse(struct list_view *view, size_t count, const struct key *key, int row)
{
    if (key->mouse == KEY_MOUSE_WHEEL_UP)
        move_up(view, WHEEL_ROWS);
    else if (key->mouse == KEY_MOUSE_WHEEL_DOWN)
        move_down(view, count, WHEEL_ROWS);
    else if (key->mouse == KEY_MOUSE_PRESS && row >= 0 && view->top + (size_t)row < count)
        view->cursor = view->top + (size_t)row;
    else
        return false;
    return true;
}
