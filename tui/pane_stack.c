/* The Stack pane: innermost frame first. Frames beyond the snapshot are fetched when the cursor nears
 * their end, so a stack of 10,000 costs what is looked at. */
#include "app.h"
#include "list_view.h"
#include "model.h"
#include "pane_commands.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLUMNS_MAX 28

struct stack_pane {
    struct list_view list;
    uint64_t stop; /* the stop that the cursor belongs to */
};

static void *create(struct app *app)
{
    (void)app;
    return xcalloc(1, sizeof(struct stack_pane));
}

static size_t row_count(const struct model *model)
{
    return model->frame_count + (model->more_frames ? 1 : 0);
}

/* The function's column is as wide as the widest name in view, within reason. */
static int name_width(const struct model *model, const struct list_view *list, int columns)
{
    int width = 8;
    for (size_t i = list->top; i < list->top + list->rows && i < model->frame_count; i++) {
        int own = canvas_width(model->frames[i].name, strlen(model->frames[i].name));
        width = own > width ? own : width;
    }
    int most = columns / 2 < NAME_COLUMNS_MAX ? columns / 2 : NAME_COLUMNS_MAX;
    return width < most ? width : most;
}

static void draw_frame(struct app *app, struct canvas canvas, int row, const struct model_frame *frame, bool selected,
                       int width)
{
    enum role role = selected ? ROLE_STACK_CURRENT : frame->subtle ? ROLE_DIM : ROLE_STACK_FUNCTION;
    if (selected)
        canvas_label(canvas, row, 1, 1, app_style(app, ROLE_MARK_CURRENT), "▶");
    canvas_label(canvas, row, 3, width, app_style(app, role), frame->name);
    char place[512], where[256];
    model_frame_place(frame, where, sizeof where);
    snprintf(place, sizeof place, "%s%s%s%s", where, frame->class_name ? "  [" : "",
             frame->class_name ? frame->class_name : "", frame->class_name ? "]" : "");
    canvas_label(canvas, row, 3 + width + 2, canvas.columns - width - 5, app_style(app, ROLE_STACK_LOCATION), place);
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct stack_pane *self = data;
    const struct model *model = app_model(app);
    if (model->frame_count == 0 || model->state == MODEL_STARTING) {
        canvas_label(canvas, 0, 3, canvas.columns - 3, app_style(app, ROLE_DIM), "no frames yet");
        return;
    }
    size_t count = row_count(model);
    list_view_fit(&self->list, count, canvas.rows);
    int width = name_width(model, &self->list, canvas.columns);
    for (int row = 0; row < canvas.rows && self->list.top + (size_t)row < count; row++) {
        size_t index = self->list.top + (size_t)row;
        if (index < model->frame_count)
            draw_frame(app, canvas, row, &model->frames[index], index == model->selected_frame, width);
        else
            canvas_label(canvas, row, 3, canvas.columns - 3, app_style(app, ROLE_DIM), "… more frames");
        if (index == self->list.cursor && focused)
            canvas_restyle(canvas, row, 0, 1, canvas.columns, app_style(app, ROLE_SELECTED_FOCUSED));
    }
}

static void fetch_when_near_end(struct app *app, const struct stack_pane *self)
{
    const struct model *model = app_model(app);
    if (model->more_frames && self->list.cursor + 2 * self->list.rows >= model->frame_count)
        session_more_frames(app_session(app));
}

static void select_frame(struct app *app, size_t index)
{
    const struct model *model = app_model(app);
    if (index >= model->frame_count)
        return;
    const struct model_frame *frame = &model->frames[index];
    session_select_frame(app_session(app), index);
    if (model->selected_frame == index)
        pane_source_follow(app);
    else if (frame->path) /* the program runs or is gone: where it was called from can still be read */
        pane_source_show(app, frame->path, frame->line);
    app_damage(app);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct stack_pane *self = data;
    if (list_view_key(&self->list, row_count(app_model(app)), key)) {
        fetch_when_near_end(app, self);
    } else if (pane_key_is(key, "Enter Space")) {
        if (self->list.cursor >= app_model(app)->frame_count)
            session_more_frames(app_session(app));
        else
            select_frame(app, self->list.cursor);
    } else {
        return false;
    }
    app_damage(app);
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    (void)column;
    struct stack_pane *self = data;
    if (!list_view_mouse(&self->list, row_count(app_model(app)), key, row))
        return false;
    fetch_when_near_end(app, self);
    if (key->mouse == KEY_MOUSE_PRESS)
        select_frame(app, self->list.cursor);
    return true;
}

/* u and d, Enter elsewhere: the cursor follows the selected frame. */
void pane_stack_follow(struct app *app)
{
    struct stack_pane *self = app->panes[PANE_STACK];
    self->list.cursor = app_model(app)->selected_frame;
    fetch_when_near_end(app, self);
}

size_t pane_stack_cursor(const struct app *app)
{
    const struct stack_pane *self = app->panes[PANE_STACK];
    return self->list.cursor;
}

static void stopped(struct app *app, void *data)
{
    struct stack_pane *self = data;
    self->list.top = 0;
    self->list.cursor = app_model(app)->selected_frame;
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
    .destroy = free,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .stopped = stopped,
    .status = status,
};
