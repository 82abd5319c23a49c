/* Commands that move the program: steps, runs, jumps, its end. */
#include "app.h"
#include "command_run.h"
#include "command_script.h"
#include "dialog_choose.h"
#include "location.h"
#include "model.h"
#include "session.h"
#include "xalloc.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

void command_step_over(struct app *app, const char *argument)
{
    (void)argument;
    session_step(app_session(app), SESSION_NEXT);
}

void command_step_into(struct app *app, const char *argument)
{
    (void)argument;
    session_step(app_session(app), SESSION_STEP_IN);
}

void command_finish(struct app *app, const char *argument)
{
    (void)argument;
    session_step(app_session(app), SESSION_STEP_OUT);
}

void command_continue(struct app *app, const char *argument)
{
    (void)argument;
    session_step(app_session(app), SESSION_CONTINUE);
}

/* Go by GO to the cursor, a line of the file under it, or FILE:LINE. */
static void go_to_place(struct app *app, const char *argument,
                        bool (*go)(struct session *session, const char *path, int line))
{
    const char *path = NULL;
    int line = 0;
    bool cursor = pane_source_cursor(app, &path, &line);
    if (!*argument) {
        if (cursor)
            go(app_session(app), path, line);
        else
            app_message(app, true, "there is no source to go to");
        return;
    }
    struct location location;
    char error[256];
    if (!location_parse(argument, cursor ? path : NULL, &location, error, sizeof error))
        app_message(app, true, "%s", error);
    else if (!location.path)
        app_message(app, true, "%s is no line", argument);
    else
        go(app_session(app), location.path, location.line);
    location_finish(&location);
}

void command_run_to(struct app *app, const char *argument)
{
    go_to_place(app, argument, session_run_to);
}

void command_jump(struct app *app, const char *argument)
{
    go_to_place(app, argument, session_jump);
}

void command_step_into_target(struct app *app, const char *argument)
{
    session_step_into_target(app_session(app), argument);
    app_await_dialog(app);
}

struct target_choice {
    size_t count;
    int64_t ids[];
};

static void target_chosen(struct app *app, int index, void *data)
{
    struct target_choice *choice = data;
    if (index >= 0)
        session_step_to(app_session(app), choice->ids[index]);
    free(choice);
}

void command_choose_target(struct app *app, const struct session_target *list, size_t count)
{
    struct target_choice *choice = xcalloc(1, sizeof *choice + count * sizeof *choice->ids);
    struct choice *rows = xcalloc(count, sizeof *rows);
    char(*details)[24] = xcalloc(count, sizeof *details);
    bool several = false;
    choice->count = count;
    for (size_t i = 0; i < count; i++) {
        several = several || list[i].line != list[0].line;
        snprintf(details[i], sizeof details[i], "line %d", list[i].line);
        choice->ids[i] = list[i].id;
    }
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct choice){.text = list[i].label, .detail = several ? details[i] : NULL};
    dialog_choose(app,
                  &(struct choice_list){
                      .title = "Step into", .rows = rows, .count = count, .handler = target_chosen, .data = choice});
    free(details);
    free(rows);
}

void command_until(struct app *app, const char *argument)
{
    char *end;
    long line = strtol(argument, &end, 10);
    if (*argument && (*end || line < 1 || line > INT_MAX))
        app_message(app, true, "'%s' is no line number", argument);
    else
        session_until(app_session(app), *argument ? (int)line : 0);
}

static void stacks_written(struct session *session, void *data)
{
    (void)session;
    app_show_console(data);
}

void command_stacks(struct app *app, const char *argument)
{
    (void)argument;
    if (!session_where(app_session(app), stacks_written, app))
        app_message(app, true, "the program does not run under the debugger");
}

void command_pause(struct app *app, const char *argument)
{
    (void)argument;
    struct session *session = app_session(app);
    script_drop(app);
    if (session_evaluating(session) || session_in_shell(session))
        session_interrupt_evaluate(session);
    else
        session_pause(session, stacks_written, app);
}

void command_resume(struct app *app, const char *argument)
{
    (void)argument;
    if (app->target && app->stopped_by)
        target_signal(app->target, SIGCONT);
    else
        app_message(app, true, "no signal has suspended the program");
}

void command_terminate(struct app *app, const char *argument)
{
    (void)argument;
    if (!session_terminate(app_session(app)))
        app_message(app, true, "the program does not run under the debugger any more");
}
