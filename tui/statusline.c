#include "statusline.h"

#include "app.h"
#include "hints.h"
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum role state_role(const struct model *model)
{
    switch (model->state) {
    case MODEL_STOPPED:
        return model->text && strcmp(model->reason, "pause") != 0 ? ROLE_STATUS_ERROR : ROLE_STATUS_STOPPED;
    case MODEL_RUNNING:
    case MODEL_STARTING:
        return ROLE_STATUS_RUNNING;
    case MODEL_LOST:
        return ROLE_STATUS_ERROR;
    case MODEL_ENDED:
        break;
    }
    return model->exit_known && model->exit_status != 0 ? ROLE_STATUS_ERROR : ROLE_STATUS_STOPPED;
}

/* "stepme.py:6 in work", or the program's name while it runs. */
static void describe_place(const struct model *model, char *buffer, size_t size)
{
    const struct model_frame *frame = model->state == MODEL_STOPPED ? model_frame_selected(model) : NULL;
    char column[16] = "", place[256];
    if (model->stop_column > 0 && model->selected_frame == 0)
        snprintf(column, sizeof column, ":%d", model->stop_column);
    if (!frame)
        snprintf(buffer, size, "%s", model->program ? model->program : "pytui");
    else
        model_frame_place(frame, place, sizeof place);
    if (frame && frame->listed_file)
        snprintf(buffer, size, MODEL_DISASSEMBLY "%s, %s", frame->name, place);
    else if (frame && frame->class_name)
        snprintf(buffer, size, "%s%s in %s [%s]", place, column, frame->name, frame->class_name);
    else if (frame)
        snprintf(buffer, size, "%s%s in %s", place, column, frame->name);
}

/* " · worker 2 (frozen) · single · 3 frozen": the thread that is shown, and what keeps others from running. */
static void describe_threads(const struct model *model, char *buffer, size_t size)
{
    bool stopped = model->state == MODEL_STOPPED && model->thread_name;
    bool lives = model->state == MODEL_STOPPED || model->state == MODEL_RUNNING;
    char frozen[48] = "";
    if (lives && model->frozen_count > 0)
        snprintf(frozen, sizeof frozen, " · %zu frozen", model->frozen_count);
    snprintf(buffer, size, "%s%s%s%s%s", stopped ? " · " : "", stopped ? model->thread_name : "",
             stopped && model_is_frozen(model, model->thread_id) ? " (frozen)" : "",
             lives && model->single ? " · single" : "", frozen);
}

void statusline_draw(struct app *app, struct canvas row)
{
    const struct model *model = app_model(app);
    char place[512], state[512];
    describe_place(model, place, sizeof place);
    model_describe_state(model, state, sizeof state);

    struct style style = app_style(app, ROLE_STATUS);
    canvas_fill(row, 0, 0, 1, row.columns, style);
    int left = row.columns - 4 - canvas_width(state, strlen(state)), most = row.columns * 2 / 3;
    int column = 1 + canvas_label(row, 0, 1, left > most ? left : most, /* long names leave room for the state */
                                  style_over(style, (struct style){.attributes = STYLE_BOLD}), place);
    column += canvas_label(row, 0, column, row.columns, style, " · ");
    column += canvas_label(row, 0, column, row.columns - column, app_style(app, state_role(model)), state);
    describe_threads(model, state, sizeof state);
    column += canvas_label(row, 0, column, row.columns - column, style, state);
    if (hints_at_top(app))
        hints_draw(app, row, column + 1, true);
}
