#include "shared_terminal.h"

#include "app.h"
#include "layout.h"
#include "lend.h"
#include "log.h"
#include "model.h"
#include "options.h"
#include "session.h"
#include "term.h"

void shared_terminal_connect(struct app *app)
{
    app->shared = true;
    layout_set_slot(app->layout, PANE_CONSOLE);
    session_connect(app_session(app), app->options->channel, false);
}

void shared_terminal_give(struct app *app, bool ends)
{
    app->given_to_end = ends;
    app->given_at = app_model(app)->stops;
    if (!app->shared || app->given)
        return;
    app->given = true;
    if (!app->lent)
        lend_begin(app);
}

bool shared_terminal_follow(struct app *app)
{
    const struct model *model = app_model(app);
    if (!app->shared || app->quitting)
        return false;
    if (model->state == MODEL_LOST || model->state == MODEL_ENDED || !session_connected(app_session(app))) {
        app_quit(app, 0);
        return false;
    }
    if (!app->given || model->state != MODEL_STOPPED || session_moving(app_session(app)) ||
        session_in_shell(app_session(app)) || (app->given_to_end && model->stops == app->given_at))
        return false;
    app->given = false;
    term_note_modes(app->term); /* the program may have set its own */
    lend_end(app);
    return true;
}

static void looked(struct app *app, int status, void *data)
{
    (void)app;
    (void)status;
    (void)data;
}

void shared_terminal_look(struct app *app)
{
    static char *const words[] = {"sh", "-c", "printf '\\n[pytui: Enter goes back] ' && read -r line", NULL};
    lend_terminal(app, words, looked, NULL);
}
