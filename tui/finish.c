#include "finish.h"

#include "app.h"
#include "config.h"
#include "dialog.h"
#include "model.h"

#include <stdio.h>
#include <string.h>

enum button { RESTART, EXAMINE, QUIT };

static void answered(struct app *app, int button, void *data)
{
    (void)data;
    if (!app->ended) /* restarted meanwhile */
        return;
    if (button == RESTART)
        app_restart(app, "");
    else if (button == QUIT)
        app_quit(app, app->exit_status);
}

static void ask(struct app *app)
{
    static const char *const buttons[] = {"Restart", "Examine", "Quit", NULL};
    char state[256], text[400];
    const struct model *model = app_model(app);
    model_describe_state(model, state, sizeof state);
    snprintf(text, sizeof text, "%.100s: %s", model->program ? model->program : "the program", state);
    dialog_confirm(app, "Finished", text, buttons, answered, NULL);
}

void finish_program_ended(struct app *app)
{
    const char *setting = config_text(app->config, CONFIG_FINISH);
    if (strcmp(setting, "quit") == 0)
        app_quit(app, app->exit_status);
    else if (strcmp(setting, "ask") == 0 && !app->dialog && !app->prompt)
        ask(app);
}
