/* Placing is a pure function of size, focus and the user's splits; drawing goes once over the
 * placed panes. Nothing here knows what a pane shows. */
#include "layout.h"

#include "app.h"
#include "config.h"
#include "key.h"
#include "statusline.h"
#include "term.h"
#include "xalloc.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_ROWS    5
#define MIN_COLUMNS 20
#define SIDEBAR_MIN 22 /* narrower than this, names and values are unreadable */
#define SOURCE_MIN  30
#define SLOT_MIN    2
#define SLOT_FROM   12 /* screens lower than this keep their rows for the focused pane */
#define PART_MIN    2  /* title and one row */

struct layout {
    struct layout_place places[PANE_COUNT];
    struct layout_place titles[PANE_COUNT]; /* title rows; rows 0: none */
    enum pane_kind slot;                    /* the tab shown under Source */
    int sidebar_extra;                      /* the user's changes to the default sizes */
    int slot_extra;
    int divider;  /* column of │; -1: none */
    int slot_row; /* row of the slot's title; -1: none */
    bool too_small;
};

struct layout *layout_create(void)
{
    struct layout *layout = xcalloc(1, sizeof *layout);
    layout->slot = PANE_TERMINAL;
    return layout;
}

void layout_destroy(struct layout *layout)
{
    free(layout);
}

static int clamp(int value, int low, int high)
{
    if (value > high)
        value = high;
    return value < low ? low : value;
}

static bool in_sidebar(enum pane_kind kind)
{
    return kind == PANE_VARIABLES || kind == PANE_STACK || kind == PANE_BREAKPOINTS;
}

static bool in_slot(enum pane_kind kind)
{
    return kind == PANE_TERMINAL || kind == PANE_CONSOLE;
}

/* A pane with a title row above it. */
static void place_titled(struct layout *layout, enum pane_kind kind, int row, int column, int rows, int columns)
{
    if (rows < 1)
        return;
    layout->titles[kind] = (struct layout_place){row, column, 1, columns};
    layout->places[kind] = (struct layout_place){row + 1, column, rows - 1, columns};
}

/* Variables get half of the sidebar, Stack the larger part of the rest. */
static void place_sidebar(struct layout *layout, enum pane_kind focus, int column, int rows, int columns)
{
    static const enum pane_kind order[] = {PANE_VARIABLES, PANE_STACK, PANE_BREAKPOINTS};
    int heights[3] = {0, 0, 0};
    if (rows < 3 * PART_MIN) { /* too low for all three: the focused one, else Variables */
        place_titled(layout, in_sidebar(focus) ? focus : PANE_VARIABLES, 1, column, rows, columns);
        return;
    }
    heights[1] = clamp(rows * 30 / 100, PART_MIN, rows);
    heights[2] = clamp(rows * 20 / 100, PART_MIN, rows);
    heights[0] = rows - heights[1] - heights[2];
    for (int i = 0, row = 1; i < 3; row += heights[i], i++)
        place_titled(layout, order[i], row, column, heights[i], columns);
}

static void place_left(struct layout *layout, const struct app *app, int rows, int columns)
{
    int slot = 0, percent = config_number(app->config, CONFIG_SLOT_HEIGHT);
    if (rows >= SLOT_FROM)
        slot = clamp(rows * percent / 100 + layout->slot_extra, SLOT_MIN, rows - 4);
    else if (in_slot(app->focus))
        slot = rows;
    if (slot > 0) {
        layout->slot_row = 1 + rows - slot;
        place_titled(layout, layout->slot, layout->slot_row, 0, slot, columns);
    }
    layout->places[PANE_SOURCE] = (struct layout_place){1, 0, rows - slot, columns};
}

void layout_place(struct layout *layout, const struct app *app, int rows, int columns)
{
    memset(layout->places, 0, sizeof layout->places);
    memset(layout->titles, 0, sizeof layout->titles);
    layout->divider = layout->slot_row = -1;
    layout->too_small = rows < MIN_ROWS || columns < MIN_COLUMNS;
    if (layout->too_small)
        return;
    if (app->terminal_zoomed) {
        layout->slot = PANE_TERMINAL;
        layout->places[PANE_TERMINAL] = (struct layout_place){1, 0, rows - 1, columns};
        return;
    }
    if (in_slot(app->focus))
        layout->slot = app->focus;

    int body = rows - 1, percent = config_number(app->config, CONFIG_SIDEBAR_WIDTH);
    int sidebar = clamp(columns * percent / 100 + layout->sidebar_extra, SIDEBAR_MIN, columns - SOURCE_MIN - 1);
    if (columns >= SOURCE_MIN + 1 + SIDEBAR_MIN) {
        layout->divider = columns - sidebar - 1;
        place_sidebar(layout, app->focus, layout->divider + 1, body, sidebar);
        place_left(layout, app, body, layout->divider);
    } else if (in_sidebar(app->focus)) {
        place_titled(layout, app->focus, 1, 0, body, columns);
    } else {
        place_left(layout, app, body, columns);
    }
}

struct layout_place layout_pane(const struct layout *layout, enum pane_kind kind)
{
    return layout->places[kind];
}

enum pane_kind layout_slot(const struct layout *layout)
{
    return layout->slot;
}

void layout_set_slot(struct layout *layout, enum pane_kind kind)
{
    if (in_slot(kind))
        layout->slot = kind;
}

void layout_grow_sidebar(struct layout *layout, int columns)
{
    layout->sidebar_extra = clamp(layout->sidebar_extra + columns, -300, 300);
}

void layout_grow_slot(struct layout *layout, int rows)
{
    layout->slot_extra = clamp(layout->slot_extra + rows, -100, 100);
}

/* Box characters, or ASCII where the locale cannot show them. */
struct box {
    const char *vertical, *horizontal, *join;
};

static const struct box *box(void)
{
    static const struct box unicode = {"│", "─", "┤"}, ascii = {"|", "-", "+"};
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? &unicode : &ascii;
}

/* The title with its hotkey underlined; gives the column behind it. */
static int draw_title_text(struct app *app, struct canvas row, int column, enum pane_kind kind, bool shown)
{
    const struct pane_ops *ops = pane_table[kind];
    bool focused = app->focus == kind && shown;
    struct style style = app_style(app, focused ? ROLE_TITLE_FOCUSED : shown ? ROLE_TITLE : ROLE_DIM);
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
    if (width > 0 && row.columns - width - 1 > column)
        canvas_label(row, 0, row.columns - width - 1, width, app_style(app, role), text);
}

static void draw_sidebar_title(struct app *app, struct canvas row, enum pane_kind kind)
{
    bool focused = app->focus == kind;
    if (focused)
        canvas_fill(row, 0, 0, 1, row.columns, app_style(app, ROLE_TITLE_FOCUSED));
    int end = draw_title_text(app, row, 1, kind, true);
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
    for (int i = column; i < row.columns; i++)
        canvas_label(row, 0, i, 1, border, box()->horizontal);
    draw_title_status(app, row, column + 1, slot, ROLE_DIM);
}

static void draw_borders(struct app *app, struct canvas screen)
{
    struct layout *layout = app->layout;
    if (layout->divider < 0)
        return;
    for (int row = 1; row < screen.rows; row++)
        canvas_label(screen, row, layout->divider, 1, app_style(app, ROLE_BORDER),
                     row == layout->slot_row ? box()->join : box()->vertical);
}

static void draw_panes(struct app *app, struct canvas screen)
{
    struct layout *layout = app->layout;
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        struct layout_place place = layout->places[kind], title = layout->titles[kind];
        if (title.rows > 0) {
            struct canvas row = canvas_part(screen, title.row, title.column, 1, title.columns);
            if (in_slot((enum pane_kind)kind))
                draw_slot_title(app, row);
            else
                draw_sidebar_title(app, row, (enum pane_kind)kind);
        }
        if (place.rows > 0) {
            struct canvas canvas = canvas_part(screen, place.row, place.column, place.rows, place.columns);
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
    draw_borders(app, screen);
    draw_panes(app, screen);
    statusline_draw(app, canvas_part(screen, 0, 0, 1, screen.columns));
    draw_message(app, screen);
}

static bool inside(struct layout_place place, const struct key *key)
{
    return key->row >= place.row && key->row < place.row + place.rows && key->column >= place.column &&
           key->column < place.column + place.columns;
}

/* A click on the slot's title chooses the tab under it. */
static enum pane_kind slot_tab(const struct key *key)
{
    int terminal_end = 1 + (int)strlen(pane_table[PANE_TERMINAL]->title) + 1;
    return key->column <= terminal_end ? PANE_TERMINAL : PANE_CONSOLE;
}

bool layout_mouse(struct app *app, const struct key *key)
{
    struct layout *layout = app->layout;
    bool press = key->mouse == KEY_MOUSE_PRESS;
    for (int i = 0; i < PANE_COUNT; i++) {
        enum pane_kind kind = (enum pane_kind)i;
        if (press && inside(layout->titles[i], key)) {
            app_focus(app, in_slot(kind) ? slot_tab(key) : kind);
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
