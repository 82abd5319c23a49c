#include "command_run.h"

#include "app.h"
#include "help.h"
#include "model.h"
#include "pane_commands.h"
#include "prompt.h"
#include "session.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A whole positive number; FALLBACK for an empty text, 0 for a wrong one. */
static long positive(const char *text, long fallback)
{
    if (!*text)
        return fallback;
    char *end;
    long number = strtol(text, &end, 10);
    return *end || number < 1 || number > INT_MAX ? 0 : number;
}

static void select_frame(struct app *app, const char *argument, int direction)
{
    const struct model *model = app_model(app);
    long count = positive(argument, 1);
    long index = (long)model->selected_frame + direction * count;
    if (count == 0) {
        app_message(app, true, "'%s' is no count", argument);
        return;
    }
    if (model->state != MODEL_STOPPED || model->frame_count == 0) {
        app_message(app, true, "frames can be selected while the program is stopped");
        return;
    }
    if (index >= (long)model->frame_count) {
        session_more_frames(app_session(app)); /* where there are */
        index = (long)model->frame_count - 1;
    }
    index = index < 0 ? 0 : index;
    if ((size_t)index == model->selected_frame)
        app_message(app, false, "%s", direction > 0 ? "this is the oldest frame" : "this is the newest frame");
    session_select_frame(app_session(app), (size_t)index);
    pane_stack_follow(app);
    pane_source_follow(app);
    app_damage(app);
}

void command_frame_up(struct app *app, const char *argument)
{
    select_frame(app, argument, 1);
}

void command_frame_down(struct app *app, const char *argument)
{
    select_frame(app, argument, -1);
}

static void follow_frames(struct session *session, void *data)
{
    (void)session;
    struct app *app = data;
    pane_stack_follow(app);
    pane_source_follow(app);
    app_damage(app);
}

void command_show_current(struct app *app, const char *argument)
{
    (void)argument;
    struct session *session = app_session(app);
    if (app_model(app)->chain_shown != MODEL_NO_EXCEPTION) { /* back from a traceback to the stack of the stop */
        session_show_exception(session, MODEL_NO_EXCEPTION, follow_frames, app);
        return;
    }
    session_select_frame(session, 0);
    follow_frames(session, app);
}

/* Search and lines */

static void search_changed(struct app *app, const char *text, void *data)
{
    (void)data;
    pane_source_search(app, text);
}

static void search_done(struct app *app, const char *text, void *data)
{
    (void)data;
    if (!text || !*text)
        pane_source_search_cancel(app);
    else if (!pane_source_search(app, text))
        app_message(app, true, "'%s' not found", text);
}

void command_search(struct app *app, const char *argument)
{
    app_focus(app, PANE_SOURCE);
    pane_source_search_begin(app);
    if (*argument)
        search_done(app, argument, NULL);
    else
        prompt_open(app, &(struct prompt_options){.label = "/", .done = search_done, .changed = search_changed});
}

static void search_again(struct app *app, bool backwards)
{
    if (!pane_source_search_again(app, backwards))
        app_message(app, true, "nothing to search for, or not found");
}

void command_search_next(struct app *app, const char *argument)
{
    (void)argument;
    search_again(app, false);
}

void command_search_previous(struct app *app, const char *argument)
{
    (void)argument;
    search_again(app, true);
}

static void go_to_line(struct app *app, const char *text, void *data)
{
    (void)data;
    if (!text || !*text)
        return;
    long line = positive(text, 0);
    if (line > 0)
        pane_source_go_to(app, (int)line);
    else
        app_message(app, true, "'%s' is no line number", text);
}

void command_go_to_line(struct app *app, const char *argument)
{
    app_focus(app, PANE_SOURCE);
    if (*argument)
        go_to_line(app, argument, NULL);
    else
        prompt_ask(app, "go to line: ", NULL, go_to_line, NULL);
}

/* Focus and layout */

void command_focus_source(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_SOURCE);
}

void command_focus_variables(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_VARIABLES);
}

void command_focus_stack(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_STACK);
}

void command_focus_breakpoints(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_BREAKPOINTS);
}

void command_focus_terminal(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_TERMINAL);
}

/* Tab goes round the panes that read keys as commands, and the console; T is for the terminal. */
static void focus_step(struct app *app, bool backwards)
{
    static const enum pane_kind order[] = {PANE_SOURCE, PANE_VARIABLES, PANE_STACK, PANE_BREAKPOINTS};
    const size_t count = sizeof order / sizeof *order;
    size_t at = 0;
    while (at < count && order[at] != app->focus)
        at++;
    app_focus(app, order[(at + (backwards ? count - 1 : 1)) % count]);
}

void command_focus_next(struct app *app, const char *argument)
{
    (void)argument;
    focus_step(app, false);
}

void command_focus_previous(struct app *app, const char *argument)
{
    (void)argument;
    focus_step(app, true);
}

void command_leave_terminal(struct app *app, const char *argument)
{
    (void)argument;
    bool zoomed = app->terminal_zoomed;
    app_focus(app, PANE_SOURCE);
    app->terminal_zoomed = zoomed; /* o ends that */
}

void command_toggle_console(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, app->focus == PANE_CONSOLE ? PANE_SOURCE : PANE_CONSOLE);
}

void command_help(struct app *app, const char *argument)
{
    if (*argument)
        help_open_command(app, argument);
    else
        help_open(app);
}

void command_redraw(struct app *app, const char *argument)
{
    (void)argument;
    app_redraw(app);
}

void command_suspend(struct app *app, const char *argument)
{
    (void)argument;
    app_suspend(app);
}

void command_start(struct app *app, const struct command *command, const char *argument)
{
    if (command->changes && session_read_only(app_session(app)))
        app_message(app, true, "%s", SESSION_READ_ONLY);
    else
        command->run(app, argument);
}

void command_detach(struct app *app, const char *argument)
{
    (void)argument;
    app_detach(app);
}

void command_quit(struct app *app, const char *argument)
{
    (void)argument;
    app_leave(app);
}

void command_restart(struct app *app, const char *argument)
{
    app_restart(app, argument);
}
