/* Placing is a pure function of size, focus, settings and the sizes that the user chose. Areas are cut off the body
 * one after the other: the slot, the sidebar, and what is left is Source's. Nothing here knows what a pane shows. */
#include "layout.h"

#include "app.h"
#include "config.h"
#include "hints.h"
#include "layout_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define MIN_ROWS    5
#define MIN_COLUMNS 20
#define SIDEBAR_MIN 22 /* narrower than this, names and values are unreadable */
#define SOURCE_MIN  30
#define SLOT_MIN    2
#define SLOT_FROM   12 /* screens lower than this keep their rows for the focused pane */
#define TALL_FROM   15 /* the same of the layout tall */
#define STRIP_MIN   4
#define SOURCE_ROWS 4
#define PART_MIN    2 /* title and one row */

struct layout *layout_create(void)
{
    struct layout *layout = xcalloc(1, sizeof *layout);
    layout->slot = PANE_TERMINAL;
    layout->dragged = -1;
    return layout;
}

void layout_destroy(struct layout *layout)
{
    free(layout);
}

int layout_clamp(int value, int low, int high)
{
    if (value > high)
        value = high;
    return value < low ? low : value;
}

bool layout_in_sidebar(enum pane_kind kind)
{
    return kind == PANE_VARIABLES || kind == PANE_STACK || kind == PANE_BREAKPOINTS;
}

bool layout_in_slot(enum pane_kind kind)
{
    return kind == PANE_TERMINAL || kind == PANE_CONSOLE;
}

static bool is_layout(const struct app *app, const char *name)
{
    return strcmp(config_text(app->config, CONFIG_LAYOUT), name) == 0;
}

/* In terminal-first the slot's setting is what the others leave to Source; in tall Breakpoints share with Stack. */
static int percent_of(const struct app *app, enum layout_split split)
{
    int percent = config_number(app->config, layout_settings[split]);
    if (split == LAYOUT_BREAKPOINTS && is_layout(app, "tall"))
        return 100 * percent / (percent + config_number(app->config, CONFIG_STACK_HEIGHT));
    return split == LAYOUT_SLOT && is_layout(app, "terminal-first") ? 100 - percent : percent;
}

/* The size of SPLIT as a part of WHOLE, between LOW and HIGH. */
static int size_of(struct layout *layout, const struct app *app, enum layout_split split, int whole, int low, int high)
{
    struct layout_size *size = &layout->sizes[split];
    int own = size->whole_wanted == whole ? size->wanted : whole * percent_of(app, split) / 100;
    size->whole = whole;
    size->now = layout_clamp(own, low, high);
    return size->now;
}

/* A pane with a title row above it. */
static void place_titled(struct layout *layout, enum pane_kind kind, struct layout_place area)
{
    if (area.rows < 1)
        return;
    layout->titles[kind] = (struct layout_place){area.row, area.column, 1, area.columns};
    layout->places[kind] = (struct layout_place){area.row + 1, area.column, area.rows - 1, area.columns};
}

/* Cut ROWS off the bottom of AREA. */
static struct layout_place cut_rows(struct layout_place *area, int rows)
{
    area->rows -= rows;
    return (struct layout_place){area->row + area->rows, area->column, rows, area->columns};
}

/* The title row of KIND is the border that SPLIT is dragged by; what is sized ends at row EDGE. */
static void drag_by_title(struct layout *layout, enum layout_split split, enum pane_kind kind, int edge)
{
    layout->sizes[split].border = layout->titles[kind];
    layout->sizes[split].edge = edge;
}

/* Variables get what Stack and Breakpoints leave: half of the sidebar, if the settings say nothing else. */
static void place_sidebar(struct layout *layout, const struct app *app, struct layout_place area)
{
    int rows = area.rows;
    if (rows < 3 * PART_MIN) { /* too low for all three: the focused one, else Variables */
        place_titled(layout, layout_in_sidebar(app->focus) ? app->focus : PANE_VARIABLES, area);
        return;
    }
    int breakpoints = size_of(layout, app, LAYOUT_BREAKPOINTS, rows, PART_MIN, rows - 2 * PART_MIN);
    int stack = size_of(layout, app, LAYOUT_STACK, rows, PART_MIN, rows - breakpoints - PART_MIN);
    int bottom = area.row + rows;
    place_titled(layout, PANE_BREAKPOINTS, cut_rows(&area, breakpoints));
    place_titled(layout, PANE_STACK, cut_rows(&area, stack));
    place_titled(layout, PANE_VARIABLES, area);
    drag_by_title(layout, LAYOUT_BREAKPOINTS, PANE_BREAKPOINTS, bottom);
    drag_by_title(layout, LAYOUT_STACK, PANE_STACK, bottom - breakpoints);
}

/* Cut the slot off AREA. A screen that is too low for both shows the one that has the focus. */
static void place_slot(struct layout *layout, const struct app *app, struct layout_place *area)
{
    if (area->rows < SLOT_FROM) {
        if (layout_in_slot(app->focus))
            place_titled(layout, layout->slot, cut_rows(area, area->rows));
        return;
    }
    int bottom = area->row + area->rows;
    int rows = size_of(layout, app, LAYOUT_SLOT, area->rows, SLOT_MIN, area->rows - SOURCE_ROWS);
    place_titled(layout, layout->slot, cut_rows(area, rows));
    layout->ruled[layout->slot] = true;
    drag_by_title(layout, LAYOUT_SLOT, layout->slot, bottom);
}

/* Cut the sidebar off AREA; false when that is too narrow. */
static bool place_side(struct layout *layout, const struct app *app, struct layout_place *area)
{
    if (area->columns < SOURCE_MIN + 1 + SIDEBAR_MIN)
        return false;
    bool left = strcmp(config_text(app->config, CONFIG_SIDEBAR), "left") == 0;
    int columns = area->columns, end = area->column + columns;
    int width = size_of(layout, app, LAYOUT_SIDEBAR, columns, SIDEBAR_MIN, columns - SOURCE_MIN - 1);
    struct layout_place side = *area;
    side.columns = width;
    area->columns -= width + 1;
    if (left)
        area->column += width + 1;
    else
        side.column = end - width;
    layout->divider = (struct layout_place){area->row, left ? width : side.column - 1, area->rows, 1};
    layout->sizes[LAYOUT_SIDEBAR].border = layout->divider;
    layout->sizes[LAYOUT_SIDEBAR].edge = left ? side.column : end;
    layout->sizes[LAYOUT_SIDEBAR].before = left;
    place_sidebar(layout, app, side);
    return true;
}

static void place_source_first(struct layout *layout, const struct app *app, struct layout_place area)
{
    struct layout_place body = area;
    if (!place_side(layout, app, &area) && layout_in_sidebar(app->focus)) {
        place_titled(layout, app->focus, body);
        return;
    }
    place_slot(layout, app, &area);
    layout->places[PANE_SOURCE] = area;
}

/* The slot goes over the whole width. */
static void place_wide(struct layout *layout, const struct app *app, struct layout_place area)
{
    if (area.rows < SLOT_FROM || area.columns < SOURCE_MIN + 1 + SIDEBAR_MIN) {
        place_source_first(layout, app, area);
        return;
    }
    place_slot(layout, app, &area);
    place_side(layout, app, &area);
    layout->places[PANE_SOURCE] = area;
}

/* Variables beside Stack and Breakpoints; where that is too narrow the focused one of them. */
static void place_strip(struct layout *layout, const struct app *app, struct layout_place area)
{
    if (area.columns < 2 * SIDEBAR_MIN + 1) {
        enum pane_kind kind = layout_in_sidebar(app->focus) ? app->focus : PANE_VARIABLES;
        place_titled(layout, kind, area);
        layout->ruled[kind] = true;
        return;
    }
    struct layout_place left = area, right = area;
    left.columns = size_of(layout, app, LAYOUT_STRIP, area.columns, SIDEBAR_MIN, area.columns - 1 - SIDEBAR_MIN);
    right.column = left.columns + 1;
    right.columns = area.columns - right.column;
    layout->divider = (struct layout_place){area.row, left.columns, area.rows, 1};
    layout->sizes[LAYOUT_STRIP].border = layout->divider;
    layout->sizes[LAYOUT_STRIP].edge = 0;
    layout->sizes[LAYOUT_STRIP].before = true;
    int bottom = area.row + area.rows;
    if (right.rows >= 2 * PART_MIN) {
        int rows = size_of(layout, app, LAYOUT_BREAKPOINTS, right.rows, PART_MIN, right.rows - PART_MIN);
        place_titled(layout, PANE_BREAKPOINTS, cut_rows(&right, rows));
        drag_by_title(layout, LAYOUT_BREAKPOINTS, PANE_BREAKPOINTS, bottom);
    } else if (app->focus == PANE_BREAKPOINTS) {
        place_titled(layout, PANE_BREAKPOINTS, cut_rows(&right, right.rows));
    }
    place_titled(layout, PANE_STACK, right);
    place_titled(layout, PANE_VARIABLES, left);
    layout->ruled[PANE_VARIABLES] = layout->ruled[PANE_STACK] = true;
}

static void place_tall(struct layout *layout, const struct app *app, struct layout_place area)
{
    if (area.rows < TALL_FROM) { /* one thing at a time */
        if (layout_in_sidebar(app->focus))
            place_titled(layout, app->focus, area);
        else if (layout_in_slot(app->focus))
            place_titled(layout, layout->slot, area);
        else
            layout->places[PANE_SOURCE] = area;
        return;
    }
    struct layout_place above = {area.row, area.column, area.rows - STRIP_MIN, area.columns};
    int bottom = area.row + area.rows;
    int slot = size_of(layout, app, LAYOUT_SLOT, area.rows, SLOT_MIN, above.rows - SOURCE_ROWS);
    place_titled(layout, layout->slot, cut_rows(&area, slot));
    layout->ruled[layout->slot] = true;
    drag_by_title(layout, LAYOUT_SLOT, layout->slot, bottom);
    int strip = size_of(layout, app, LAYOUT_SIDEBAR, bottom - area.row, STRIP_MIN, area.rows - SOURCE_ROWS);
    bottom = area.row + area.rows;
    struct layout_place below = cut_rows(&area, strip);
    place_strip(layout, app, below);
    layout->sizes[LAYOUT_SIDEBAR].border = (struct layout_place){below.row, 0, 1, below.columns};
    layout->sizes[LAYOUT_SIDEBAR].edge = bottom;
    layout->sizes[LAYOUT_SIDEBAR].before = false;
    layout->places[PANE_SOURCE] = area;
}

static void forget_places(struct layout *layout)
{
    memset(layout->places, 0, sizeof layout->places);
    memset(layout->titles, 0, sizeof layout->titles);
    memset(layout->ruled, 0, sizeof layout->ruled);
    layout->divider = (struct layout_place){0};
    for (int i = 0; i < LAYOUT_SPLITS; i++) {
        layout->sizes[i].border = (struct layout_place){0};
        layout->sizes[i].whole = 0;
    }
}

void layout_place(struct layout *layout, const struct app *app, int rows, int columns)
{
    static const struct {
        const char *name;
        void (*place)(struct layout *layout, const struct app *app, struct layout_place area);
    } layouts[] = {{"wide", place_wide}, {"tall", place_tall}};
    forget_places(layout);
    layout->rows = rows;
    layout->columns = columns;
    layout->too_small = rows < MIN_ROWS || columns < MIN_COLUMNS;
    if (layout->too_small)
        return;
    struct layout_place body = {1, 0, rows - 1 - hints_at_bottom(app, rows), columns};
    if (app->terminal_zoomed) {
        layout->slot = PANE_TERMINAL;
        layout->places[PANE_TERMINAL] = body;
        return;
    }
    if (layout_in_slot(app->focus))
        layout->slot = app->focus;
    if (app->zoomed && app->focus == PANE_SOURCE) {
        layout->places[PANE_SOURCE] = body;
        return;
    }
    if (app->zoomed) {
        place_titled(layout, app->focus, body);
        return;
    }
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (is_layout(app, layouts[i].name)) {
            layouts[i].place(layout, app, body);
            return;
        }
    }
    place_source_first(layout, app, body);
}

void layout_place_again(struct app *app)
{
    layout_place(app->layout, app, app->layout->rows, app->layout->columns);
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
    if (layout_in_slot(kind))
        layout->slot = kind;
}
