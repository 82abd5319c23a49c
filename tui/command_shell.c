/* A shell in the selected frame: the keys go to the program's terminal until it is left. */
#include "app.h"
#include "command_run.h"
#include "config.h"
#include "session.h"

#include <stdio.h>
#include <string.h>

static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = choices; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == length && strncmp(at, word, length) == 0)
            return true;
    }
    return false;
}

static void left(struct session *session, const char *failure, void *data)
{
    (void)session;
    struct app *app = data;
    if (app->focus == PANE_TERMINAL)
        app_focus(app, app->shell_from);
    if (failure)
        app_message(app, true, "%s", failure);
    app_damage(app);
}

static void open_shell(struct app *app, const char *kind)
{
    if (app->target && target_pty(app->target) < 0) {
        app_message(app, true, "the program's terminal is closed");
        return;
    }
    enum pane_kind from = app->focus == PANE_TERMINAL ? PANE_SOURCE : app->focus;
    if (!session_shell(app_session(app), kind, left, app))
        return;
    app->shell_from = from;
    if (app->shared) /* which has been given to it */
        return;
    if (!app->target) {
        app_message(app, false, "the shell is at the terminal that the program was started from");
        return;
    }
    pane_terminal_scroll(app, 0);
    app_focus(app, PANE_TERMINAL);
}

void command_shell(struct app *app, const char *argument)
{
    const char *choices = config_info(CONFIG_SHELL)->choices;
    const char *kind = *argument ? argument : config_text(app->config, CONFIG_SHELL);
    if (!is_choice(choices, kind))
        app_message(app, true, "there is no shell '%s': one of %s", kind, choices);
    else if (session_in_shell(app_session(app)))
        app_focus(app, PANE_TERMINAL);
    else if (strcmp(kind, "internal") == 0)
        app_focus(app, PANE_CONSOLE);
    else
        open_shell(app, kind);
}
