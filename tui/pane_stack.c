/* The Stack pane: innermost frame first, under its thread when there are several. Frames beyond the snapshot are
 * fetched when the cursor nears their end, so a stack of 10,000 costs what is looked at; the list of threads is asked
 * for at stops of programs that have more than one, when nothing else was typed ahead. */
#include "app.h"
#include "config.h"
#include "layout.h"
#include "list_view.h"
#include "model.h"
#include "pane_commands.h"
#include "session.h"
#include "stack_rows.h"
#include "xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLUMNS_MAX 28
#define INDENT           2 /* of frames below a thread */

struct stack_pane {
    struct list_view list;
    struct stack_rows rows;
    uint64_t filled; /* of model->frames_filled: rows were made since */
};

static void *create(struct app *app)
{
    (void)app;
    return xcalloc(1, sizeof(struct stack_pane));
}

static void destroy(void *data)
{
    struct stack_pane *self = data;
    if (self)
        stack_rows_finish(&self->rows);
    free(self);
}

/* The row under the cursor; NULL when there are none. */
static const struct stack_row *row_under_cursor(const struct stack_pane *self)
{
    return self->list.cursor < self->rows.count ? &self->rows.rows[self->list.cursor] : NULL;
}

/* Frames that were missing may fold when they come: the cursor stays on its frame, as far from the first row shown. */
static void make_rows(struct app *app, struct stack_pane *self)
{
    const struct model *model = app_model(app);
    const struct stack_row *row = row_under_cursor(self);
    size_t frame = row && row->kind == STACK_ROW_FRAME && self->filled != model->frames_filled ? row->index : SIZE_MAX;
    size_t above = self->list.cursor - self->list.top;
    self->rows.fold = config_flag(app->config, CONFIG_FOLD_LIBRARY);
    stack_rows_make(&self->rows, model);
    self->filled = model->frames_filled;
    if (frame < model->frame_count) {
        self->list.cursor = stack_rows_of_frame(&self->rows, frame);
        self->list.top = self->list.cursor > above ? self->list.cursor - above : 0;
    }
}

/* The function's column is as wide as the widest name in view, within reason. */
static int name_width(const struct model *model, const struct stack_pane *self, int columns)
{
    int width = 8;
    for (size_t i = self->list.top; i < self->list.top + self->list.rows && i < self->rows.count; i++) {
        const struct stack_row *row = &self->rows.rows[i];
        char name[512];
        if (row->kind != STACK_ROW_FRAME || model->frames[row->index].missing)
            continue;
        model_frame_title(&model->frames[row->index], name, sizeof name);
        int own = canvas_width(name, strlen(name));
        width = own > width ? own : width;
    }
    int most = columns / 2 < NAME_COLUMNS_MAX ? columns / 2 : NAME_COLUMNS_MAX;
    return width < most ? width : most;
}

/* LINE is the row, from its mark on. */
static void draw_frame(struct app *app, struct canvas line, const struct model_frame *frame, bool selected, int width)
{
    enum role role = selected ? ROLE_STACK_CURRENT : frame->subtle ? ROLE_DIM : ROLE_STACK_FUNCTION;
    char name[512], place[512];
    if (frame->missing) {
        canvas_label(line, 0, 3, line.columns - 3, app_style(app, ROLE_DIM), "…");
        return;
    }
    if (selected)
        canvas_label(line, 0, 1, 1, app_style(app, ROLE_MARK_CURRENT), "▶");
    model_frame_title(frame, name, sizeof name);
    canvas_label(line, 0, 3, width, app_style(app, role), name);
    model_frame_place(frame, place, sizeof place);
    canvas_label(line, 0, 3 + width + 2, line.columns - width - 5, app_style(app, ROLE_STACK_LOCATION), place);
}

/* "stopped here", "frozen", "waits in Thread.join: worker 0". What was told at the last stop is no longer true when
 * the program runs. */
static void describe_thread(const struct model *model, const struct model_thread *thread, char *buffer, size_t size)
{
    const char *state = thread->state ? thread->state : "";
    if (model_is_frozen(model, thread->id))
        snprintf(buffer, size, "frozen");
    else if (model->state != MODEL_STOPPED)
        snprintf(buffer, size, "%s", model->state == MODEL_RUNNING ? "running" : "");
    else if (thread->id == model->stopped_thread)
        snprintf(buffer, size, "stopped here");
    else if (thread->waits)
        snprintf(buffer, size, "waits in %s", thread->waits);
    else
        snprintf(buffer, size, "%s", state);
}

static void draw_thread(struct app *app, struct canvas line, const struct model_thread *thread, bool open)
{
    const struct model *model = app_model(app);
    bool shown = thread->id == model->thread_id;
    char state[256];
    describe_thread(model, thread, state, sizeof state);
    canvas_label(line, 0, 1, 1, app_style(app, ROLE_DIM), open ? "▾" : "▸");
    int width = canvas_label(line, 0, 3, line.columns - 3,
                             app_style(app, shown ? ROLE_STACK_CURRENT : ROLE_STACK_FUNCTION), thread->name);
    canvas_label(line, 0, 3 + width + 2, line.columns - width - 5, app_style(app, ROLE_DIM), state);
}

static void draw_row(struct app *app, const struct stack_pane *self, const struct stack_row *row, struct canvas line)
{
    const struct model *model = app_model(app);
    int indent = self->rows.threads ? INDENT : 0;
    struct canvas inner = canvas_part(line, 0, indent, 1, line.columns - indent);
    char text[64];
    switch (row->kind) {
    case STACK_ROW_THREAD:
        draw_thread(app, line, &model->threads[row->index],
                    model->threads[row->index].id == model->thread_id && !self->rows.collapsed);
        break;
    case STACK_ROW_FRAME:
        draw_frame(app, inner, &model->frames[row->index], row->index == model->selected_frame,
                   name_width(model, self, inner.columns));
        break;
    case STACK_ROW_FOLD:
        snprintf(text, sizeof text, "… %zu library frames", row->count);
        canvas_label(inner, 0, 3, inner.columns - 3, app_style(app, ROLE_DIM), text);
        break;
    case STACK_ROW_MORE:
        canvas_label(inner, 0, 3, inner.columns - 3, app_style(app, ROLE_DIM), "… more frames");
        break;
    }
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct stack_pane *self = data;
    const struct model *model = app_model(app);
    if (model->frame_count == 0 || model->state == MODEL_STARTING) {
        canvas_label(canvas, 0, 3, canvas.columns - 3, app_style(app, ROLE_DIM),
                     model->state == MODEL_ENDED ? "the program has ended" : "shown when the program stops");
        return;
    }
    make_rows(app, self);
    list_view_fit(&self->list, self->rows.count, canvas.rows);
    for (int row = 0; row < canvas.rows && self->list.top + (size_t)row < self->rows.count; row++) {
        size_t index = self->list.top + (size_t)row;
        draw_row(app, self, &self->rows.rows[index], canvas_part(canvas, row, 0, 1, canvas.columns));
        if (index == self->list.cursor && focused)
            canvas_restyle(canvas, row, 0, 1, canvas.columns, app_style(app, ROLE_SELECTED_FOCUSED));
    }
}

/* Frames that are not known yet, and stand within AHEAD rows of the cursor. */
static void fetch_within(struct app *app, const struct stack_pane *self, size_t ahead)
{
    const struct model *model = app_model(app);
    size_t behind = self->list.cursor + ahead;
    for (size_t i = self->list.cursor; model->more_frames && i <= behind && i < self->rows.count; i++) {
        if (self->rows.rows[i].kind == STACK_ROW_MORE) {
            session_more_frames(app_session(app));
            return;
        }
    }
}

static void filled(struct session *session, void *data);

/* Those that are missing where the pane may show them. */
static void fill_around_cursor(struct app *app, const struct stack_pane *self)
{
    const struct model *model = app_model(app);
    size_t page = self->list.rows, cursor = self->list.cursor;
    for (size_t i = cursor > page ? cursor - page : 0; i <= cursor + page && i < self->rows.count; i++) {
        const struct stack_row *row = &self->rows.rows[i];
        if (row->kind == STACK_ROW_FRAME && model->frames[row->index].missing) {
            session_fill_frames(app_session(app), row->index, filled, app);
            return;
        }
    }
}

static void fetch_when_near_end(struct app *app, const struct stack_pane *self)
{
    fetch_within(app, self, 2 * self->list.rows);
    fill_around_cursor(app, self);
}

/* The cursor may have gone on meanwhile. */
static void filled(struct session *session, void *data)
{
    struct app *app = data;
    struct stack_pane *self = app->panes[PANE_STACK];
    if (session != app_session(app))
        return;
    make_rows(app, self);
    fill_around_cursor(app, self);
}

static void end_arrived(struct session *session, void *data)
{
    struct app *app = data;
    struct stack_pane *self = app->panes[PANE_STACK];
    if (session != app_session(app))
        return;
    make_rows(app, self);
    self->list.cursor = self->rows.count > 0 ? self->rows.count - 1 : 0;
    app_damage(app);
}

/* The cursor is at the last row: the oldest frame, which may be far from those that are here. */
static bool fetch_end(struct app *app, const struct stack_pane *self)
{
    const struct stack_row *row = row_under_cursor(self);
    if (!row || row->kind != STACK_ROW_MORE)
        return false;
    session_last_frames(app_session(app), end_arrived, app);
    return true;
}

static void select_frame(struct app *app, size_t index)
{
    const struct model *model = app_model(app);
    const struct model_frame *frame = &model->frames[index];
    session_select_frame(app_session(app), index);
    if (model->selected_frame == index)
        pane_source_follow(app);
    else if (frame->path) /* the program runs or is gone: where it was called from can still be read */
        pane_source_show(app, frame->path, frame->line);
}

/* Enter, or a click on a row. */
static void use_row(struct app *app, struct stack_pane *self)
{
    const struct model *model = app_model(app);
    const struct stack_row *row = row_under_cursor(self);
    if (!row)
        return;
    switch (row->kind) {
    case STACK_ROW_THREAD:
        if (model->threads[row->index].id == model->thread_id)
            self->rows.collapsed = !self->rows.collapsed;
        else
            session_select_thread(app_session(app), model->threads[row->index].id, model->threads[row->index].name);
        break;
    case STACK_ROW_FRAME:
        select_frame(app, row->index);
        break;
    case STACK_ROW_FOLD:
        stack_rows_open(&self->rows, row->index);
        break;
    case STACK_ROW_MORE:
        session_more_frames(app_session(app));
        break;
    }
    app_damage(app);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct stack_pane *self = data;
    make_rows(app, self);
    if (!list_view_key(&self->list, self->rows.count, key))
        return false;
    if (!pane_key_is(key, "G End") || !fetch_end(app, self))
        fetch_when_near_end(app, self);
    app_damage(app);
    return true;
}

void pane_stack_use(struct app *app, const char *argument)
{
    (void)argument;
    struct stack_pane *self = app->panes[PANE_STACK];
    make_rows(app, self);
    use_row(app, self);
    app_damage(app);
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    (void)column;
    struct stack_pane *self = data;
    make_rows(app, self);
    if (!list_view_mouse(&self->list, self->rows.count, key, row))
        return false;
    fetch_when_near_end(app, self);
    if (key->mouse == KEY_MOUSE_PRESS)
        use_row(app, self);
    return true;
}

static void go_to_selected(struct app *app, struct stack_pane *self)
{
    self->rows.collapsed = false;
    make_rows(app, self);
    self->list.cursor = stack_rows_of_frame(&self->rows, app_model(app)->selected_frame);
}

/* u and d, Enter elsewhere: the cursor follows the selected frame. */
void pane_stack_follow(struct app *app)
{
    struct stack_pane *self = app->panes[PANE_STACK];
    go_to_selected(app, self);
    fetch_when_near_end(app, self);
}

size_t pane_stack_cursor(const struct app *app)
{
    const struct stack_pane *self = app->panes[PANE_STACK];
    const struct stack_row *row = row_under_cursor(self);
    return row && row->kind == STACK_ROW_FRAME ? row->index : SIZE_MAX;
}

/* The thread under the cursor, or the one that the frame under it belongs to. */
void pane_stack_freeze(struct app *app, const char *argument)
{
    (void)argument;
    struct stack_pane *self = app->panes[PANE_STACK];
    const struct model *model = app_model(app);
    make_rows(app, self);
    const struct stack_row *row = row_under_cursor(self);
    int64_t thread = row && row->kind == STACK_ROW_THREAD ? model->threads[row->index].id : model->thread_id;
    if (thread == 0 || !session_connected(app_session(app)))
        app_message(app, true, "there is no thread to freeze");
    else if (model_is_frozen(model, thread))
        session_thaw(app_session(app), thread);
    else
        session_freeze(app_session(app), thread);
}

/* Only what fills the pane is asked for: a step is answered by one message. */
static void show_stop(struct app *app, struct stack_pane *self)
{
    go_to_selected(app, self);
    if (self->list.rows > 0)
        fetch_within(app, self, self->list.rows - 1);
}

static void threads_arrived(struct session *session, void *data)
{
    struct app *app = data;
    struct stack_pane *self = app->panes[PANE_STACK];
    const struct stack_row *row = row_under_cursor(self);
    if (session == app_session(app) && (!row || row->kind == STACK_ROW_FRAME) && session_pending(session) == 0)
        show_stop(app, self); /* rows came above it */
}

static void stopped(struct app *app, void *data)
{
    struct stack_pane *self = data;
    const struct model *model = app_model(app);
    self->list.top = 0;
    stack_rows_reset(&self->rows);
    show_stop(app, self);
    bool several = model->threads_stale || model->thread_count > 1;
    if (several && layout_pane(app->layout, PANE_STACK).rows > 0 && session_pending(app_session(app)) == 0)
        session_list_threads(app_session(app), threads_arrived, app);
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    (void)data;
    const struct model *model = app_model(app);
    const char *code = model->all_code ? "all code · " : "";
    const char *frozen = model_is_frozen(model, model->thread_id) ? "frozen · " : "";
    const char *other = model->thread_id != model->stopped_thread ? "other thread · " : "";
    if (model->frame_count > 0)
        snprintf(buffer, size, "%s%s%s%zu/%zu%s", other, frozen, code, model->selected_frame + 1, model->frame_count,
                 model->more_frames ? "+" : "");
    else
        snprintf(buffer, size, "%s", model->all_code ? "all code" : "");
}

const struct pane_ops pane_stack_ops = {
    .title = "Stack",
    .hotkey = 'S',
    .scope = SCOPE_STACK,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .stopped = stopped,
    .status = status,
};
