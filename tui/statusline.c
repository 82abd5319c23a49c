#include "statusline.h"

#include "app.h"
#include "hints.h"
#include "model.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HINTS_FROM 60 /* narrower screens have their columns for what the program does */

static enum role state_role(const struct model *model)
{
    switch (model->state) {
    case MODEL_STOPPED:
        return model->post_mortem || model->chain_count > 0 ? ROLE_STATUS_ERROR : ROLE_STATUS_STOPPED;
    case MODEL_RUNNING:
    case MODEL_STARTING:
        return ROLE_STATUS_RUNNING;
    case MODEL_LOST:
        return model->over ? ROLE_STATUS_STOPPED : ROLE_STATUS_ERROR;
    case MODEL_ENDED:
        break;
    }
    return model->exit_known && model->exit_status != 0 ? ROLE_STATUS_ERROR : ROLE_STATUS_STOPPED;
}

/* "stepme.py:6 in work", or the program's name while it runs. */
static void describe_place(const struct model *model, char *buffer, size_t size)
{
    const struct model_frame *frame = model->state == MODEL_STOPPED ? model_frame_selected(model) : NULL;
    char column[16] = "", place[160], title[320];
    if (model->stop_column > 0 && model->selected_frame == 0)
        snprintf(column, sizeof column, ":%d", model->stop_column);
    if (!frame)
        snprintf(buffer, size, "%s", model->program ? model->program : "pytui");
    else {
        model_frame_place(frame, place, sizeof place);
        model_frame_title(frame, title, sizeof title);
    }
    if (frame && frame->listed_file)
        snprintf(buffer, size, MODEL_DISASSEMBLY "%s, %s", frame->name, place);
    else if (frame)
        snprintf(buffer, size, "%s%s in %s", place, column, title);
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

static int width(const char *text)
{
    return canvas_width(text, strlen(text));
}

/* Whether the thread is the only one that there could be: its name tells nothing then. */
static bool is_plain_thread(const struct model *model, const char *threads)
{
    return model->thread_count <= 1 && strcmp(threads, " · MainThread") == 0;
}

/* Columns that the text at the left may take, so that the first hints are seen; LEFT is what it would like. */
static int room_for_text(struct app *app, int columns, int left)
{
    int hints = hints_at_top(app) && columns >= HINTS_FROM ? hints_least(app) : 0;
    int most = columns - hints - 1;
    return left <= most ? left : most > columns / 2 ? most : columns / 2;
}

void statusline_draw(struct app *app, struct canvas row)
{
    const struct model *model = app_model(app);
    char place[512], state[512], threads[256];
    describe_place(model, place, sizeof place);
    model_describe_state(model, state, sizeof state);
    describe_threads(model, threads, sizeof threads);
    int left = 4 + width(place) + width(state) + width(threads);
    left += session_read_only(app_session(app)) ? width(" · read-only") : 0;
    if (hints_at_top(app) && is_plain_thread(model, threads) && left + hints_wanted(app) > row.columns) {
        left -= width(threads);
        threads[0] = '\0';
    }

    struct style style = app_style(app, ROLE_STATUS);
    canvas_fill(row, 0, 0, 1, row.columns, style);
    struct canvas part = canvas_part(row, 0, 0, 1, room_for_text(app, row.columns, left));
    int rest = part.columns - 4 - width(state), most = part.columns * 2 / 3;
    int column = 1 + canvas_label(part, 0, 1, rest > most ? rest : most, /* long names leave room for the state */
                                  style_over(style, (struct style){.attributes = STYLE_BOLD}), place);
    column += canvas_label(part, 0, column, part.columns, style, " · ");
    column += canvas_label(part, 0, column, part.columns - column, app_style(app, state_role(model)), state);
    if (session_read_only(app_session(app)))
        column +=
            canvas_label(part, 0, column, part.columns - column, app_style(app, ROLE_STATUS_ERROR), " · read-only");
    column += canvas_label(part, 0, column, part.columns - column, style, threads);
    if (hints_at_top(app))
        hints_draw(app, row, column + 1, true);
}
