#include "statusline.h"

#include "app.h"
#include "command.h"
#include "command_run.h"
#include "model.h"
#include "session.h"
#include "xalloc.h"

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

/* Columns that one hint takes with two blanks before it: "  n next". */
static int hint_width(const struct command *command, const char *key)
{
    return 3 + canvas_width(key, strlen(key)) + canvas_width(command->hint, strlen(command->hint));
}

/* The first of a command's keys that acts in the focused pane: in the console letters are text. */
static void first_key(const struct app *app, const struct command *command, char *buffer, size_t size)
{
    char keys[128], *save = NULL;
    keymap_keys(app->keymap, command, keys, sizeof keys);
    buffer[0] = '\0';
    enum command_scope scope = pane_table[app->focus]->scope;
    if (app->ended && scope == SCOPE_TERMINAL)
        scope = SCOPE_GLOBAL; /* nobody reads it: keys are commands again */
    for (const char *name = strtok_r(keys, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
        struct key key;
        if (!key_parse(name, &key) || keymap_find(app->keymap, scope, &key) != command)
            continue;
        snprintf(buffer, size, "%s", name);
        return;
    }
}

/* Hints of the focused pane's scope and the global ones that hold there, in the table's order. */
static bool hinted(const struct app *app, const struct command *command)
{
    if (app->ended) /* the moves are of no use any more */
        return (command->run == command_restart && !app->no_restart) || command->run == command_quit ||
               command->run == command_help;
    if (!command->hint || command->run == command_restart)
        return false;
    enum command_scope scope = pane_table[app->focus]->scope;
    if (command->scope == scope)
        return true;
    bool typing = scope == SCOPE_TERMINAL || scope == SCOPE_CONSOLE;
    return command->scope == SCOPE_GLOBAL && (!typing || (command->everywhere && scope == SCOPE_CONSOLE));
}

static void draw_hints(struct app *app, struct canvas row, int from)
{
    int total = 1;
    size_t fitting = 0;
    char key[64];
    struct style bar = app_style(app, ROLE_STATUS);
    struct style key_style = style_over(bar, app_style(app, ROLE_HINT_KEY));
    struct style text_style = style_over(bar, app_style(app, ROLE_HINT_TEXT));
    for (size_t i = 0; i < command_count; i++) {
        if (!hinted(app, &commands[i]))
            continue;
        first_key(app, &commands[i], key, sizeof key);
        if (!key[0])
            continue;
        int width = hint_width(&commands[i], key);
        if (from + total + width > row.columns)
            break;
        total += width;
        fitting++;
    }
    int column = row.columns - total;
    for (size_t i = 0; i < command_count && fitting > 0; i++) {
        if (!hinted(app, &commands[i]))
            continue;
        first_key(app, &commands[i], key, sizeof key);
        if (!key[0])
            continue;
        column += 2;
        column += canvas_label(row, 0, column, row.columns, key_style, key);
        column += 1 + canvas_label(row, 0, column + 1, row.columns, text_style, commands[i].hint);
        fitting--;
    }
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
    draw_hints(app, row, column + 1);
}
