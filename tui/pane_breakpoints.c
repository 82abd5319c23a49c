/* The Breakpoints pane: mark, place, condition and hits; a second line's worth of detail in the same
 * row, as far as it fits. Keys go through the command table (edit, enable, delete, undo). */
#include "app.h"
#include "breakpoint_mark.h"
#include "dialog.h"
#include "list_view.h"
#include "model.h"
#include "pane_commands.h"
#include "protocol/arena.h"
#include "protocol/schema.h"
#include "protocol/value.h"
#include "session.h"
#include "xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct breakpoints_pane {
    struct list_view list;
    /* The one deleted last, for undo: NULL path and function when there is none. Owned. */
    char *path, *function;
    int line;
    struct arena *arena;
    struct value *fields;
};

static struct breakpoints_pane *pane(struct app *app)
{
    return app->panes[PANE_BREAKPOINTS];
}

static void *create(struct app *app)
{
    (void)app;
    return xcalloc(1, sizeof(struct breakpoints_pane));
}

static void forget_deleted(struct breakpoints_pane *self)
{
    free(self->path);
    free(self->function);
    arena_destroy(self->arena);
    self->path = self->function = NULL;
    self->arena = NULL;
    self->fields = NULL;
}

static void destroy(void *data)
{
    if (data)
        forget_deleted(data);
    free(data);
}

static void append(char *buffer, size_t size, const char *format, const char *text)
{
    size_t used = strlen(buffer);
    if (text && *text && used < size)
        snprintf(buffer + used, size - used, format, text);
}

/* Fields that DAP does not have: "log {x}   thread Worker   after #2   temporary". */
static void describe_extension(const struct value *extension, char *buffer, size_t size)
{
    char number[32] = "";
    append(buffer, size, "log %s   ", value_get_text(extension, "logMessage", NULL));
    if (value_get_int(extension, "thread", 0) > 0)
        snprintf(number, sizeof number, "%lld", (long long)value_get_int(extension, "thread", 0));
    append(buffer, size, "thread %s   ", value_get_text(extension, "thread", number));
    number[0] = '\0';
    if (value_get_int(extension, "after", 0) > 0)
        snprintf(number, sizeof number, "%lld", (long long)value_get_int(extension, "after", 0));
    append(buffer, size, "after #%s   ", number);
    if (value_get_bool(extension, "temporary", false))
        append(buffer, size, "%s   ", "temporary");
}

/* "if total > 100   %3   3 hits   not imported yet" */
static void describe(const struct model_breakpoint *breakpoint, char *buffer, size_t size)
{
    char hits[48] = "", dropped[48] = "";
    if (breakpoint->dropped > 0)
        snprintf(dropped, sizeof dropped, "%lld dropped", (long long)breakpoint->dropped);
    if (breakpoint->hits > 0)
        snprintf(hits, sizeof hits, "%lld %s", (long long)breakpoint->hits, breakpoint->hits == 1 ? "hit" : "hits");
    buffer[0] = '\0';
    append(buffer, size, "if %s   ", value_get_text(breakpoint->fields, "condition", NULL));
    append(buffer, size, "hit %s   ", value_get_text(breakpoint->fields, "hitCondition", NULL));
    append(buffer, size, "log %s   ", value_get_text(breakpoint->fields, "logMessage", NULL));
    describe_extension(value_get_map(breakpoint->fields, "pytui"), buffer, size);
    append(buffer, size, "%s   ", hits);
    append(buffer, size, "%s   ", dropped);
    append(buffer, size, "%s", breakpoint->message);
}

static void describe_place(const struct model *model, const struct model_breakpoint *breakpoint, char *buffer,
                           size_t size)
{
    if (breakpoint->kind == MODEL_BREAKPOINT_FUNCTION) {
        snprintf(buffer, size, "%s()", breakpoint->function);
        return;
    }
    char column[16] = "";
    if (breakpoint->column > 0)
        snprintf(column, sizeof column, ":%d", breakpoint->column);
    snprintf(buffer, size, "%s:%d%s", model_file_label(model, breakpoint->path), breakpoint->line, column);
}

static void draw_row(struct app *app, struct canvas canvas, int row, const struct model_breakpoint *breakpoint)
{
    enum role role;
    const char *sign = breakpoint_mark(breakpoint, &role);
    char place[256], detail[512], number[16];
    int width = snprintf(number, sizeof number, "#%d", breakpoint->id);
    describe_place(app_model(app), breakpoint, place, sizeof place);
    describe(breakpoint, detail, sizeof detail);
    canvas_label(canvas, row, 1, 1, app_style(app, role), sign);
    int column =
        3 + canvas_label(canvas, row, 3, canvas.columns - 3,
                         app_style(app, breakpoint_is_enabled(breakpoint) ? ROLE_BREAKPOINT_LOCATION : ROLE_DIM),
                         place);
    bool wrong = breakpoint->state && strcmp(breakpoint->state, "error") == 0;
    canvas_label(canvas, row, column + 3, canvas.columns - column - 3 - width - 2,
                 app_style(app, wrong ? ROLE_MESSAGE_ERROR : ROLE_BREAKPOINT_DETAIL), detail);
    if (canvas.columns - width - 1 > column)
        canvas_label(canvas, row, canvas.columns - width - 1, width, app_style(app, ROLE_DIM), number);
}

static void draw_filter(struct app *app, struct canvas canvas, int row, enum model_filter_kind kind)
{
    const struct model *model = app_model(app);
    bool on = model->filters[kind].on;
    char text[512];
    model_describe_filter(model, kind, text, sizeof text);
    canvas_label(canvas, row, 1, 1, app_style(app, on ? ROLE_MARK_BREAKPOINT : ROLE_MARK_DISABLED), on ? "◆" : "○");
    canvas_label(canvas, row, 3, canvas.columns - 3, app_style(app, on ? ROLE_BREAKPOINT_LOCATION : ROLE_DIM), text);
}

/* Breakpoints, and below them the exceptions that stop or do not. */
static size_t row_count(const struct model *model)
{
    return model->breakpoint_count + model_filter_rows(model);
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct breakpoints_pane *self = data;
    const struct model *model = app_model(app);
    if (row_count(model) == 0) {
        canvas_label(canvas, 0, 3, canvas.columns - 3, app_style(app, ROLE_DIM), "none; b in Source sets one");
        return;
    }
    list_view_fit(&self->list, row_count(model), canvas.rows);
    for (int row = 0; row < canvas.rows; row++) {
        size_t index = self->list.top + (size_t)row;
        if (index >= row_count(model))
            break;
        if (index < model->breakpoint_count)
            draw_row(app, canvas, row, model->breakpoints[index]);
        else
            draw_filter(app, canvas, row, model_filter_row(model, index - model->breakpoint_count));
        if (index == self->list.cursor && focused)
            canvas_restyle(canvas, row, 0, 1, canvas.columns, app_style(app, ROLE_SELECTED_FOCUSED));
    }
}

static struct model_breakpoint *selected(struct app *app)
{
    const struct model *model = app_model(app);
    size_t cursor = pane(app)->list.cursor;
    return cursor < model->breakpoint_count ? model->breakpoints[cursor] : NULL;
}

/* Whether a filter is selected: *KIND. */
static bool selected_filter(struct app *app, enum model_filter_kind *kind)
{
    const struct model *model = app_model(app);
    size_t cursor = pane(app)->list.cursor;
    if (cursor < model->breakpoint_count || cursor >= row_count(model))
        return false;
    *kind = model_filter_row(model, cursor - model->breakpoint_count);
    return true;
}

static void form_done(struct app *app, const struct value *fields, void *data)
{
    int id = (int)(intptr_t)data;
    const struct model_breakpoint *breakpoint = model_breakpoint_find(app_model(app), id);
    if (!fields || !breakpoint)
        return;
    int64_t asked = value_get_int(breakpoint->fields, "line", 0); /* it may have been bound to another one */
    int line = (int)value_get_int(fields, "line", asked);
    if (breakpoint->kind == MODEL_BREAKPOINT_LINE && line != asked) {
        char *path = xstrdup(breakpoint->path);
        session_remove_breakpoint(app_session(app), id);
        session_add_breakpoint(app_session(app), path, line, fields);
        free(path);
    } else {
        session_change_breakpoint(app_session(app), id, fields);
    }
    app_damage(app);
}

void pane_breakpoints_edit(struct app *app, const char *argument)
{
    (void)argument;
    struct model_breakpoint *breakpoint = selected(app);
    enum model_filter_kind kind;
    if (selected_filter(app, &kind)) {
        app_message(app, false, ":catch %s TYPE, TYPE if CONDITION says which stop", model_filter_names[kind]);
        return;
    }
    if (!breakpoint) {
        app_message(app, true, "no breakpoint to edit; b on a source line sets one");
        return;
    }
    char place[256], title[300];
    describe_place(app_model(app), breakpoint, place, sizeof place);
    snprintf(title, sizeof title, "Breakpoint %s", place);
    const struct object_schema *schema =
        breakpoint->kind == MODEL_BREAKPOINT_LINE ? &schema_source_breakpoint : &schema_function_breakpoint;
    dialog_form(app, title, schema, breakpoint->fields, form_done, (void *)(intptr_t)breakpoint->id);
}

void pane_breakpoints_toggle_enabled(struct app *app, const char *argument)
{
    (void)argument;
    struct model_breakpoint *breakpoint = selected(app);
    enum model_filter_kind kind;
    if (selected_filter(app, &kind)) {
        session_set_filter(app_session(app), kind, !app_model(app)->filters[kind].on, NULL);
        app_damage(app);
    }
    if (!breakpoint)
        return;
    struct arena *arena = arena_create();
    struct value *fields = value_copy(arena, breakpoint->fields);
    if (!fields)
        fields = value_map(arena);
    struct value *extra = value_copy(arena, value_get_map(fields, "pytui"));
    if (!extra)
        extra = value_map(arena);
    value_set_bool(arena, extra, "enabled", !breakpoint_is_enabled(breakpoint));
    value_set(arena, fields, "pytui", extra);
    session_change_breakpoint(app_session(app), breakpoint->id, fields);
    arena_destroy(arena);
    app_damage(app);
}

void pane_breakpoints_remove(struct app *app, const struct model_breakpoint *breakpoint)
{
    struct breakpoints_pane *self = pane(app);
    forget_deleted(self);
    self->path = xstrdup(breakpoint->path);
    self->function = xstrdup(breakpoint->function);
    self->line = breakpoint->line;
    self->arena = arena_create();
    self->fields = value_copy(self->arena, breakpoint->fields);
    session_remove_breakpoint(app_session(app), breakpoint->id);
    app_damage(app);
}

void pane_breakpoints_delete(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_breakpoint *breakpoint = selected(app);
    enum model_filter_kind kind;
    if (selected_filter(app, &kind)) { /* as it was at the start */
        session_set_filter(app_session(app), kind, kind == MODEL_FILTER_UNCAUGHT, NULL);
        app_damage(app);
    }
    if (!breakpoint)
        return;
    pane_breakpoints_remove(app, breakpoint);
    app_message(app, false, "breakpoint deleted; U brings it back");
}

void pane_breakpoints_undelete(struct app *app, const char *argument)
{
    (void)argument;
    struct breakpoints_pane *self = pane(app);
    if (self->path)
        session_add_breakpoint(app_session(app), self->path, self->line, self->fields);
    else if (self->function)
        session_add_function_breakpoint(app_session(app), self->function, self->fields);
    else
        app_message(app, true, "no breakpoint was deleted");
    forget_deleted(self);
    app_damage(app);
}

void pane_breakpoints_show(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_breakpoint *breakpoint = selected(app);
    if (!breakpoint || breakpoint->kind != MODEL_BREAKPOINT_LINE)
        return;
    pane_source_show(app, breakpoint->path, breakpoint->line);
    app_focus(app, PANE_SOURCE);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct breakpoints_pane *self = data;
    if (!list_view_key(&self->list, row_count(app_model(app)), key))
        return false;
    app_damage(app);
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    struct breakpoints_pane *self = data;
    if (!list_view_mouse(&self->list, row_count(app_model(app)), key, row))
        return false;
    if (key->mouse == KEY_MOUSE_PRESS && column <= 2)
        pane_breakpoints_toggle_enabled(app, "");
    return true;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    (void)data;
    if (row_count(app_model(app)) > 0)
        snprintf(buffer, size, "%zu", row_count(app_model(app)));
}

const struct pane_ops pane_breakpoints_ops = {
    .title = "Breakpoints",
    .hotkey = 'B',
    .scope = SCOPE_BREAKPOINTS,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .status = status,
};
