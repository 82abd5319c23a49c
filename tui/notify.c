#include "notify.h"

#include "app.h"
#include "config.h"
#include "loop.h"
#include "model.h"
#include "term.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000000

void notify_running(struct app *app)
{
    if (app->running_since == 0 && app_model(app)->state == MODEL_RUNNING)
        app->running_since = loop_now();
}

void notify_stopped(struct app *app)
{
    int64_t since = app->running_since;
    int64_t least = (int64_t)config_number(app->config, CONFIG_NOTIFY_AFTER) * SECOND;
    const char *how = config_text(app->config, CONFIG_NOTIFY);
    app->running_since = 0;
    if (since == 0 || loop_now() - since < least || app->lent)
        return;
    bool both = strcmp(how, "both") == 0;
    if (both || strcmp(how, "bell") == 0)
        term_bell(app->term);
    if (both || strcmp(how, "desktop") == 0) {
        const struct model *model = app_model(app);
        char state[256], text[400];
        model_describe_state(model, state, sizeof state);
        snprintf(text, sizeof text, "%s: %s", model->program ? model->program : "pytui", state);
        term_notify(app->term, text);
    }
}
