/* Drawing what layout_place() has placed: once over the panes, then the borders between them. */
#include "app.h"
#include "hints.h"
#include "key.h"
#include "layout.h"
#include "layout_internal.h"
#include "statusline.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

/* Box characters, or ASCII where the locale cannot show them. */
struct box {
    const char *vertical, *horizontal, *left, *right, *up, *down;
};

static const struct box *box(void)
{
    static const struct box unicode = {"│", "─", "┤", "├", "┴", "┬"}, ascii = {"|", "-", "+", "+", "+", "+"};
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? &unicode : &ascii;
}

/* The title with its hotkey underlined; gives the column behind it. */
static int draw_title_text(struct app *app, struct canvas row, int column, enum pane_kind kind, bool shown)
{
    const struct pane_ops *ops = pane_table[kind];
    bool focused = app->focus == kind && shown;
    struct style style = app_style(app, focused ? ROLE_TITLE_FOCUSED : shown ? ROLE_TITLE : ROLE_DIM);
    if (shown && layout_in_slot(kind)) /* of two tabs the one that is seen */
        style.attributes |= STYLE_BOLD;
    int width = canvas_label(row, 0, column, row.columns - column, style, ops->title);
    for (int i = 0; ops->hotkey && ops->title[i]; i++) {
        if (ops->title[i] != ops->hotkey)
            continue;
        struct style hot = app_style(app, ROLE_TITLE_HOTKEY);
        canvas_restyle(row, 0, column + i, 1, 1, focused ? style_over(hot, style) : style_over(style, hot));
        break;
    }
    return column + width;
}

static void draw_title_status(struct app *app, struct canvas row, int column, enum pane_kind kind, enum role role)
{
    char text[64] = "";
    if (pane_table[kind]->status)
        pane_table[kind]->status(app, app->panes[kind], text, sizeof text);
    int width = canvas_width(text, strlen(text));
    if (width == 0 || row.columns - width - 1 <= column)
        return;
    if (role == ROLE_DIM && (app->layout->ruled[kind] || layout_in_slot(kind))) /* blanks between it and the rule */
        canvas_fill(row, 0, row.columns - width - 2, 1, width + 2, app_style(app, ROLE_TEXT));
    canvas_label(row, 0, row.columns - width - 1, width, app_style(app, role), text);
}

static void draw_rule(struct app *app, struct canvas row, int from)
{
    for (int column = from; column < row.columns; column++)
        canvas_label(row, 0, column, 1, app_style(app, ROLE_BORDER), box()->horizontal);
}

static void draw_sidebar_title(struct app *app, struct canvas row, enum pane_kind kind)
{
    bool focused = app->focus == kind;
    if (focused)
        canvas_fill(row, 0, 0, 1, row.columns, app_style(app, ROLE_TITLE_FOCUSED));
    int end = draw_title_text(app, row, 1, kind, true);
    if (!focused && app->layout->ruled[kind])
        draw_rule(app, row, end + 1);
    draw_title_status(app, row, end + 1, kind, focused ? ROLE_TITLE_FOCUSED : ROLE_DIM);
}

/* " Terminal │ Console ─────┤" */
static void draw_slot_title(struct app *app, struct canvas row)
{
    struct style border = app_style(app, ROLE_BORDER);
    enum pane_kind slot = app->layout->slot;
    int column = draw_title_text(app, row, 1, PANE_TERMINAL, slot == PANE_TERMINAL);
    canvas_label(row, 0, column + 1, 1, border, box()->vertical);
    column = draw_title_text(app, row, column + 3, PANE_CONSOLE, slot == PANE_CONSOLE) + 1;
    draw_rule(app, row, column);
    draw_title_status(app, row, column + 1, slot, ROLE_DIM);
}

/* What stands in the divider at ROW, where the titles beside it may be borders. */
static const char *divider_at(const struct layout *layout, int row)
{
    int column = layout->divider.column;
    bool left = false, right = false;
    for (int i = 0; i < PANE_COUNT; i++) {
        struct layout_place title = layout->titles[i];
        if (!layout->ruled[i] || title.row != row || title.rows == 0)
            continue;
        left = left || (title.column < column && title.column + title.columns >= column);
        right = right || (title.column <= column + 1 && title.column + title.columns > column);
    }
    if (left && right)
        return row == layout->divider.row ? box()->down : box()->up;
    return left ? box()->left : right ? box()->right : box()->vertical;
}

static void draw_borders(struct app *app, struct canvas screen)
{
    const struct layout *layout = app->layout;
    struct layout_place divider = layout->divider;
    struct style style = app_style(app, ROLE_BORDER);
    for (int row = divider.row; row < divider.row + divider.rows; row++)
        canvas_label(screen, row, divider.column, 1, style, divider_at(layout, row));
    int under = divider.row + divider.rows; /* the slot's title, in the layouts where it goes below */
    struct layout_place title = layout->titles[layout->slot];
    if (divider.rows > 0 && title.rows > 0 && title.row == under && app->focus != layout->slot)
        canvas_label(screen, under, divider.column, 1, style, box()->up);
}

/* Rows of the pane where it is seen. A message lies over the last row: a list does not hide its cursor there. */
static int rows_seen(const struct app *app, struct canvas screen, struct layout_place place, enum pane_kind kind)
{
    bool list = kind == PANE_VARIABLES || kind == PANE_STACK || kind == PANE_BREAKPOINTS;
    bool under = app->message[0] && place.row + place.rows == screen.rows;
    return list && under && place.rows > 1 ? place.rows - 1 : place.rows;
}

static void draw_panes(struct app *app, struct canvas screen)
{
    struct layout *layout = app->layout;
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        struct layout_place place = layout->places[kind], title = layout->titles[kind];
        if (title.rows > 0) {
            struct canvas row = canvas_part(screen, title.row, title.column, 1, title.columns);
            if (layout_in_slot((enum pane_kind)kind))
                draw_slot_title(app, row);
            else
                draw_sidebar_title(app, row, (enum pane_kind)kind);
        }
        if (place.rows > 0) {
            int rows = rows_seen(app, screen, place, (enum pane_kind)kind);
            struct canvas canvas = canvas_part(screen, place.row, place.column, rows, place.columns);
            pane_table[kind]->draw(app, app->panes[kind], canvas, app->focus == (enum pane_kind)kind);
        }
    }
}

static void draw_too_small(struct app *app, struct canvas screen)
{
    struct style style = app_style(app, ROLE_MESSAGE_ERROR);
    char text[64];
    snprintf(text, sizeof text, "too small: %dx%d, 20x5 at least", screen.columns, screen.rows);
    canvas_text(screen, 0, 0, style, text, strlen(text));
}

static void draw_footer(struct app *app, struct canvas row)
{
    canvas_fill(row, 0, 0, 1, row.columns, app_style(app, ROLE_STATUS));
    hints_draw(app, row, 0, false);
}

static void draw_message(struct app *app, struct canvas screen)
{
    if (!app->message[0])
        return;
    struct style style = app_style(app, app->message_error ? ROLE_MESSAGE_ERROR : ROLE_MESSAGE);
    canvas_fill(screen, screen.rows - 1, 0, 1, screen.columns, style);
    canvas_label(screen, screen.rows - 1, 1, screen.columns - 2, style, app->message);
}

void layout_draw(struct app *app, struct canvas screen)
{
    canvas_base(screen, app_style(app, ROLE_TEXT));
    canvas_clear(screen, app_style(app, ROLE_TEXT));
    app->cursor_visible = false;
    layout_place(app->layout, app, screen.rows, screen.columns);
    if (app->layout->too_small) {
        draw_too_small(app, screen);
        return;
    }
    pane_terminal_fit(app);
    draw_panes(app, screen);
    draw_borders(app, screen);
    statusline_draw(app, canvas_part(screen, 0, 0, 1, screen.columns));
    if (hints_at_bottom(app, screen.rows))
        draw_footer(app, canvas_part(screen, screen.rows - 1, 0, 1, screen.columns));
    draw_message(app, screen);
}
