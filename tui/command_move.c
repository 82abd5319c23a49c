/* Commands that move the program: steps, runs, jumps, its end. */
#include "app.h"
#include "command_run.h"
#include "location.h"
#include "model.h"
#include "session.h"

#include <limits.h>
#include <signal.h>
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
    if (session_evaluating(session))
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
