/* Keys on their way to whoever wants them: dialog, prompt, pane, the global bindings.
 *
 * Keys typed ahead are kept in order: while a move of the program is on its way the keys after it wait for
 * it, but no longer than HOLD; a program that runs on is a running program, and keys act at once. Keys behind one that
 * opens a dialog with what the program answers are for that dialog: as commands they would do what nobody meant. */
#include "app.h"
#include "app_internal.h"
#include "command_run.h"
#include "dialog.h"
#include "layout.h"
#include "loop.h"
#include "model.h"
#include "prompt.h"
#include "session.h"
#include "term.h"

#include <poll.h>

#define HOLD        40000   /* µs */
#define HOLD_DIALOG 1000000 /* µs */
#define KEYS_A_TURN 256

/* A key that no command of the pane took and no global one either. */
static void unbound(struct app *app, const struct key *key)
{
    char name[32];
    if (key->kind != KEY_KIND_CHAR && key->kind != KEY_KIND_NAMED)
        return;
    key_format(key, name, sizeof name);
    const char *help = app->focus == PANE_CONSOLE ? "F1" : "?"; /* there it is text */
    app_message(app, false, "%s does nothing here; %s shows the keys", name, help);
}

/* Once the program has ended nobody reads its terminal: keys are commands again. */
static bool dead_terminal(struct app *app)
{
    return app->focus == PANE_TERMINAL && app->ended;
}

/* Esc ends an evaluation that the user was told of, whatever asked for it; in the Terminal it is the program's. */
static bool interrupts(struct app *app, const struct key *key)
{
    if (app->focus == PANE_TERMINAL || !pane_key_is(key, "Esc") || !session_evaluates_long(app_session(app)))
        return false;
    session_interrupt_evaluate(app_session(app));
    app_message(app, false, "interrupting…");
    return true;
}

static void pane_key(struct app *app, const struct key *key)
{
    if (interrupts(app, key))
        return;
    const struct pane_ops *ops = pane_table[app->focus];
    const struct command *command = keymap_find(app->keymap, ops->scope, key);
    if (!command && dead_terminal(app))
        command = keymap_find(app->keymap, SCOPE_GLOBAL, key);
    if (command && (command->scope != SCOPE_GLOBAL || dead_terminal(app)))
        command_start(app, command, "");
    else if (ops->key && ops->key(app, app->panes[app->focus], key))
        app_damage(app);
    else if (command)
        command_start(app, command, "");
    else
        unbound(app, key);
}

/* What a dialog or a prompt covers is painted anew with it. */
static bool redraws(struct app *app, const struct key *key)
{
    const struct command *command = app->dialog || app->prompt ? keymap_find(app->keymap, SCOPE_GLOBAL, key) : NULL;
    return command && command->run == command_redraw;
}

void app_key(struct app *app, const struct key *key)
{
    app_damage(app);
    if (key->kind == KEY_KIND_RESIZE) /* the terminal has told its background */
        app_fit_theme(app);
    if (key->kind == KEY_KIND_NONE || key->kind == KEY_KIND_RESIZE)
        return;
    if (key->kind != KEY_KIND_MOUSE || key->mouse == KEY_MOUSE_PRESS)
        app->message[0] = '\0';
    if (redraws(app, key)) {
        app_redraw(app);
        return;
    }
    if (dialog_key(app, key) || prompt_key(app, key))
        return;
    if (key->kind == KEY_KIND_MOUSE)
        layout_mouse(app, key);
    else
        pane_key(app, key);
}

/* Whether the program is on its way to a stop that was asked for. */
static bool moving(struct app *app)
{
    return app_model(app)->state == MODEL_RUNNING && session_pending(app_session(app)) > 0;
}

/* Whether the next key has to wait for the move before it. */
static bool held(struct app *app)
{
    const struct session *session = app_session(app);
    return app->hold_until > 0 && loop_now() < app->hold_until &&
           (app->browser || (app->awaited ? session_awaits(session, app->awaited) : session_pending(session) > 0));
}

void app_await_dialog(struct app *app)
{
    app->awaited = session_newest_request(app_session(app));
    app->hold_until = app->awaited ? loop_now() + HOLD_DIALOG : 0;
}

void app_hold_keys(struct app *app)
{
    app->hold_until = loop_now() + HOLD_DIALOG;
}

static void hush(struct app *app, bool hushed)
{
    if (app->hushed != hushed)
        loop_set_events(app->loop, app->keyboard, hushed ? 0 : POLLIN);
    app->hushed = hushed;
}

int app_read_keys(struct app *app)
{
    struct key key;
    if (app->lent)
        return -1;
    for (int i = 0; i < KEYS_A_TURN && !app->quitting && !app->lent; i++) {
        if (held(app)) {
            hush(app, true);
            return (int)((app->hold_until - loop_now()) / 1000) + 1;
        }
        app->hold_until = app->awaited = 0;
        if (!term_read_key(app->term, &key)) {
            hush(app, false);
            return term_timeout(app->term);
        }
        bool moved_before = moving(app);
        app_key(app, &key);
        if (!moved_before && moving(app)) {
            app->hold_until = loop_now() + HOLD;
            app->awaited = 0;
        }
    }
    return 0;
}

static void keyboard_ready(struct loop *loop, int fd, short events, void *data)
{
    (void)loop;
    (void)fd;
    struct app *app = data;
    if (events & (POLLHUP | POLLERR | POLLNVAL))
        app_hang_up(app);
    /* the keys themselves are read at the end of the turn */
}

void app_watch_keyboard(struct app *app)
{
    app->keyboard = loop_add_fd(app->loop, term_fd(app->term), POLLIN, 0, keyboard_ready, app);
}
