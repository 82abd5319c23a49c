/* `:exception`: the viewer; `:exceptions`: the chain of the exception at the stop, and whose frames are shown. */
#include "command_run.h"

#include "app.h"
#include "dialog_choose.h"
#include "exception_view.h"
#include "model.h"
#include "pane_commands.h"
#include "session.h"
#include "xalloc.h"

#include <stdlib.h>

static void frames_shown(struct session *session, void *data)
{
    struct app *app = data;
    const struct model *model = session_model(session);
    pane_stack_follow(app);
    pane_source_follow(app);
    if (model->chain_shown > 0)
        app_message(app, false, "the frames of exception %d; :exceptions 1 goes back", model->chain_shown + 1);
    app_damage(app);
}

/* NUMBER is the protocol's; people count from 1, as the list does. */
static void show(struct app *app, size_t number)
{
    const struct model *model = app_model(app);
    if (number >= model->chain_count)
        app_message(app, true, "the chain has exceptions 1 to %zu", model->chain_count);
    else if (number > 0 && !model->chain[number].traceback)
        app_message(app, true, "exception %zu has no traceback: it was not raised", number + 1);
    else
        session_show_exception(app_session(app), number == 0 ? MODEL_NO_EXCEPTION : (int)number, frames_shown, app);
}

static void picked(struct app *app, int index, void *data)
{
    (void)data;
    if (index >= 0 && app_model(app)->chain_count > 0)
        show(app, (size_t)index);
}

/* What a row is to the one above that it hangs on, and how much below it the list has not. The caller owns it. */
static char *describe(const struct model_exception *exception)
{
    const char *relation = exception->traceback ? exception->relation : "not raised";
    const char *text = exception->relation ? relation : "as it stopped";
    if (exception->omitted > 0)
        return xasprintf("%s · %lld more members", text, (long long)exception->omitted);
    return exception->cut ? xasprintf("%s · more before it", text) : xstrdup(text);
}

static void choose(struct app *app, const struct model *model)
{
    struct choice *rows = xcalloc(model->chain_count, sizeof *rows);
    char **texts = xcalloc(2 * model->chain_count, sizeof *texts), **details = texts + model->chain_count;
    for (size_t i = 0; i < model->chain_count; i++) {
        const struct model_exception *exception = &model->chain[i];
        bool inner = exception->relation != NULL;
        texts[i] = xasprintf("%*s%s%.80s", 2 * exception->depth, "", inner ? "\u2514 " : "", exception->text);
        details[i] = describe(exception);
        rows[i] = (struct choice){.text = texts[i], .detail = details[i]};
    }
    dialog_choose(app, &(struct choice_list){.title = "Exceptions",
                                             .rows = rows,
                                             .count = model->chain_count,
                                             .cursor = model->chain_shown > 0 ? (size_t)model->chain_shown : 0,
                                             .handler = picked});
    for (size_t i = 0; i < 2 * model->chain_count; i++)
        free(texts[i]);
    free(texts);
    free(rows);
}

void command_exception(struct app *app, const char *argument)
{
    (void)argument;
    exception_view_open(app);
}

void command_exceptions(struct app *app, const char *argument)
{
    const struct model *model = app_model(app);
    char *end;
    long number = strtol(argument, &end, 10);
    if (model->state != MODEL_STOPPED || model->chain_count == 0)
        app_message(app, true, "the program did not stop at an exception");
    else if (!*argument)
        choose(app, model);
    else if (*end || number < 1)
        app_message(app, true, "'%s' is no number of an exception", argument);
    else
        show(app, (size_t)number - 1);
}
