#include "prompt.h"

#include "app.h"
#include "complete.h"
#include "hints.h"
#include "history.h"
#include "history_find.h"
#include "lineedit.h"
#include "pane.h"
#include "xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct prompt {
    struct prompt_options options; /* label is owned */
    struct lineedit *edit;         /* owned */
    struct history_walk walk;
    struct history_find find;
};

void prompt_open(struct app *app, const struct prompt_options *options)
{
    prompt_close(app);
    struct prompt *prompt = xcalloc(1, sizeof *prompt);
    prompt->options = *options;
    prompt->options.label = xstrdup(options->label);
    prompt->edit = lineedit_create(options->initial);
    app->prompt = prompt;
    app->message[0] = '\0';
    app_damage(app);
}

void prompt_ask(struct app *app, const char *label, const char *initial, prompt_done done, void *data)
{
    prompt_open(app, &(struct prompt_options){.label = label, .initial = initial, .done = done, .data = data});
}

/* Close first, then tell: what is told may open another prompt. */
static void finish(struct app *app, bool accepted)
{
    struct prompt *prompt = app->prompt;
    app->prompt = NULL;
    completer_close(app);
    app_damage(app);
    if (prompt->options.done)
        prompt->options.done(app, accepted ? lineedit_text(prompt->edit) : NULL, prompt->options.data);
    lineedit_destroy(prompt->edit);
    history_walk_finish(&prompt->walk);
    history_find_finish(&prompt->find);
    free((char *)(uintptr_t)prompt->options.label);
    free(prompt);
}

void prompt_close(struct app *app)
{
    if (app->prompt)
        finish(app, false);
}

/* Up and Down: entries that start as what was typed. */
static void walk_history(struct app *app, bool back)
{
    struct prompt *prompt = app->prompt;
    const char *line = history_walk_step(app->history, &prompt->walk, lineedit_text(prompt->edit), back);
    if (line)
        lineedit_set(prompt->edit, line);
}

static void edit(struct app *app, const struct key *key)
{
    struct prompt *prompt = app->prompt;
    completer_hide(app);
    /* Backspace in an empty prompt leaves it, as in vi. */
    if (pane_key_is(key, "Backspace Ctrl-h") && !*lineedit_text(prompt->edit)) {
        finish(app, false);
        return;
    }
    enum lineedit_result result = lineedit_key(prompt->edit, key);
    if (result == LINEEDIT_CUT)
        app_message(app, true, "that is too long: its end is left out");
    if (result == LINEEDIT_CHANGED && prompt->options.commands && key->kind != KEY_KIND_PASTE)
        completer_type(app, prompt->edit, true);
    else
        completer_close(app);
    if (result != LINEEDIT_CHANGED && result != LINEEDIT_CUT)
        return;
    history_walk_leave(&prompt->walk);
    if (prompt->options.changed)
        prompt->options.changed(app, lineedit_text(prompt->edit), prompt->options.data);
}

const struct hint *prompt_hints(const struct app *app)
{
    static const struct hint plain[] = {{"Enter", "accept"}, {"Esc", "cancel"}, {"", NULL}};
    static const struct hint typed[] = {{"Enter", "run"},     {"Tab", "complete"}, {"Up", "history"},
                                        {"Ctrl-r", "search"}, {"Esc", "cancel"},   {"", NULL}};
    return app->prompt->options.commands ? typed : plain;
}

bool prompt_key(struct app *app, const struct key *key)
{
    struct prompt *prompt = app->prompt;
    if (!prompt)
        return false;
    app_damage(app);
    if (prompt->find.active && history_find_key(&prompt->find, app->history, prompt->edit, key))
        return true;
    if (prompt->options.commands && pane_key_is(key, "Ctrl-r")) {
        completer_close(app);
        history_find_begin(&prompt->find, prompt->edit);
    } else if (pane_key_is(key, "Enter")) {
        finish(app, true);
    } else if (pane_key_is(key, "Esc Ctrl-c Ctrl-g")) {
        if (completer_is_open(app))
            completer_refuse(app, true);
        else
            finish(app, false);
    } else if (prompt->options.commands && pane_key_is(key, "Up Ctrl-p Down Ctrl-n")) {
        completer_close(app);
        walk_history(app, pane_key_is(key, "Up Ctrl-p"));
    } else if (prompt->options.commands && pane_key_is(key, "Tab Shift-Tab")) {
        completer_tab(app, prompt->edit, true, pane_key_is(key, "Shift-Tab"));
    } else {
        edit(app, key);
    }
    return true;
}

void prompt_draw(struct app *app, struct canvas screen)
{
    struct prompt *prompt = app->prompt;
    if (!prompt || screen.rows < 1)
        return;
    int row = screen.rows - 1;
    canvas_fill(screen, row, 0, 1, screen.columns, app_style(app, ROLE_INPUT));
    int half = screen.columns > 8 ? screen.columns / 2 : screen.columns;
    char label[192];
    history_find_label(&prompt->find, label, sizeof label);
    int column = canvas_label(screen, row, 0, half, app_style(app, ROLE_PROMPT),
                              prompt->find.active ? label : prompt->options.label);
    int cursor = lineedit_draw(prompt->edit, screen, row, column, screen.columns - column, app_style(app, ROLE_INPUT));
    app_set_cursor(app, screen, row, cursor);
    completer_draw(app, screen, row, column);
}
