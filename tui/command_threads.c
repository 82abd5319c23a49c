/* Threads: which one is looked at, which may run. */
#include "app.h"
#include "command_run.h"
#include "dialog_choose.h"
#include "model.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char no_program[] = "the program does not run under the debugger";

/* What a command wants of a thread that it names, while the list is on its way. */
struct wanted {
    struct app *app;
    char *name; /* owned: a number or a name */
    void (*act)(struct app *app, const struct model_thread *thread);
};

/* By number, else by the whole name, else by the only name that begins so. */
static const struct model_thread *find_thread(const struct model *model, const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    const struct model_thread *found = NULL;
    size_t beginning = 0;
    for (size_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if ((!*end && thread->id == number) || strcmp(thread->name, text) == 0)
            return thread;
        if (strncmp(thread->name, text, strlen(text)) == 0) {
            found = thread;
            beginning++;
        }
    }
    return beginning == 1 ? found : NULL;
}

static void wanted_arrived(struct session *session, void *data)
{
    struct wanted *wanted = data;
    const struct model_thread *thread = find_thread(session_model(session), wanted->name);
    if (thread)
        wanted->act(wanted->app, thread);
    else
        app_message(wanted->app, true, "there is no thread '%s'; :threads lists them", wanted->name);
    free(wanted->name);
    free(wanted);
}

/* ACT on the thread that TEXT names. */
static void with_thread(struct app *app, const char *text,
                        void (*act)(struct app *app, const struct model_thread *thread))
{
    struct wanted *wanted = xcalloc(1, sizeof *wanted);
    *wanted = (struct wanted){.app = app, .name = xstrdup(text), .act = act};
    if (session_list_threads(app_session(app), wanted_arrived, wanted))
        return;
    app_message(app, true, "%s", no_program);
    free(wanted->name);
    free(wanted);
}

static void select_thread(struct app *app, const struct model_thread *thread)
{
    session_select_thread(app_session(app), thread->id, thread->name);
}

static void freeze(struct app *app, const struct model_thread *thread)
{
    session_freeze(app_session(app), thread->id);
}

static void thaw(struct app *app, const struct model_thread *thread)
{
    session_thaw(app_session(app), thread->id);
}

/* The chooser. */

static void chosen(struct app *app, int index, void *data)
{
    (void)data;
    const struct model *model = app_model(app);
    if (index >= 0 && (size_t)index < model->thread_count)
        select_thread(app, &model->threads[index]);
}

/* "id 3 · frozen · daemon · Queue.get". */
static char *describe(const struct model *model, const struct model_thread *thread)
{
    bool stopped_here = model->state == MODEL_STOPPED && thread->id == model->stopped_thread;
    const char *state = stopped_here ? "stopped here" : thread->state ? thread->state : "?";
    return xasprintf("id %lld · %s%s%s%s", (long long)thread->id, state, thread->daemon ? " · daemon" : "",
                     thread->waits ? " · " : "", thread->waits ? thread->waits : "");
}

static void choose(struct session *session, void *data)
{
    struct app *app = data;
    const struct model *model = session_model(session);
    struct choice *rows = xcalloc(model->thread_count + 1, sizeof *rows);
    char **details = xcalloc(model->thread_count + 1, sizeof *details);
    size_t cursor = 0;
    for (size_t i = 0; i < model->thread_count; i++) {
        details[i] = describe(model, &model->threads[i]);
        rows[i] = (struct choice){.text = model->threads[i].name, .detail = details[i]};
        cursor = model->threads[i].id == model->thread_id ? i : cursor;
    }
    dialog_choose(
        app, &(struct choice_list){
                 .title = "Threads", .rows = rows, .count = model->thread_count, .cursor = cursor, .handler = chosen});
    for (size_t i = 0; i < model->thread_count; i++)
        free(details[i]);
    free(details);
    free(rows);
}

void command_threads(struct app *app, const char *argument)
{
    if (*argument)
        with_thread(app, argument, select_thread);
    else if (!session_list_threads(app_session(app), choose, app))
        app_message(app, true, "%s", no_program);
    else
        app_await_dialog(app);
}

/* The thread that a command without an argument means; 0 with a message when the program runs. */
static int64_t selected_thread(struct app *app)
{
    const struct model *model = app_model(app);
    if (model->state == MODEL_STOPPED)
        return model->thread_id;
    app_message(app, true, "the program is running: say which thread");
    return 0;
}

void command_freeze(struct app *app, const char *argument)
{
    int64_t thread = *argument ? 0 : selected_thread(app);
    if (*argument)
        with_thread(app, argument, freeze);
    else if (thread && !session_freeze(app_session(app), thread))
        app_message(app, true, "%s", no_program);
}

void command_thaw(struct app *app, const char *argument)
{
    bool all = strcmp(argument, "all") == 0;
    int64_t thread = *argument ? 0 : selected_thread(app);
    if (*argument && !all)
        with_thread(app, argument, thaw);
    else if ((all || thread) && !session_thaw(app_session(app), thread))
        app_message(app, true, "%s", no_program);
}

void command_single(struct app *app, const char *argument)
{
    bool on = strcmp(argument, "on") == 0, off = strcmp(argument, "off") == 0;
    if (*argument && !on && !off) {
        app_message(app, true, "single: on or off, not '%s'", argument);
        return;
    }
    bool single = *argument ? on : !app_model(app)->single;
    session_set_single(app_session(app), single);
    app_message(app, false, "%s",
                single ? "steps and continue run the shown thread alone" : "steps and continue run all threads");
}
