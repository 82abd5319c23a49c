/* `:restart`: the program anew, as a process of its own, with what the user made of the session: breakpoints,
 * exception filters, watches, console and history. A program that has not ended is asked about and ended first, in
 * the ways of app_leave.c; the launch follows when its end is known. */
#include "app.h"
#include "app_internal.h"
#include "breakpoint_store.h"
#include "config.h"
#include "dialog.h"
#include "layout.h"
#include "log.h"
#include "loop.h"
#include "model.h"
#include "options.h"
#include "session.h"
#include "source.h"
#include "vt.h"
#include "words.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Whether FD reads as it did when we were started, the program's use of it apart. */
static bool can_be_used_again(int fd)
{
    struct stat status;
    bool null = fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
    return null || isatty(fd);
}

void app_restart_prepare(struct app *app)
{
    if (app->options->channel || app->options->found)
        app->no_restart = "the program was not started by pytui: it cannot be restarted";
    else if (app->options->target.kind == TARGET_STDIN)
        app->no_restart = "the program came on standard input, which is read: it cannot be restarted";
    else if (!can_be_used_again(0))
        app->no_restart = "standard input is redirected and was the program's: it cannot be restarted";
    else if (!can_be_used_again(1))
        app->no_restart = "standard output is redirected and was the program's: it cannot be restarted";
}

/* A line across the terminal's output, with the modes that the program may have left set back. */
static void mark_terminal(struct app *app)
{
    static const char leave[] = "\033[?1049l"; /* the alternate screen; elsewhere it would move the cursor */
    static const char reset[] = "\033[?1000l\033[?1002l\033[?1003l\033[?2004l\033[!p\033[m";
    static const char mark[] = "\033[2m── restarted ──\033[m\r\n";
    int row, column;
    if (vt_alternate(app->vt))
        vt_feed(app->vt, leave, sizeof leave - 1);
    vt_feed(app->vt, reset, sizeof reset - 1);
    vt_cursor(app->vt, &row, &column);
    if (column > 0)
        vt_feed(app->vt, "\r\n", 2);
    vt_feed(app->vt, mark, sizeof mark - 1);
}

static void forget_end(struct app *app)
{
    loop_remove(app->loop, app->patience);
    app->patience = 0;
    app->ended = app->leaving = app->asking = app->restarting = false;
    app->exit_status = 0;
    app->stopped_by = 0;
}

/* The launch, in a turn of its own: nobody who told of the end holds the old target any more. */
static void launch_again(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    char error[1024];
    struct target_options target = app->options->target;
    struct target *former = app->target;
    if (app->arguments)
        target.arguments = app->arguments;
    pane_terminal_drain(app);
    pane_terminal_detach(app);
    mark_terminal(app);
    if (!target_check(&target, error, sizeof error) || !app_launch(app, &target, error, sizeof error)) {
        app->restarting = false;
        app_message(app, true, "the program was not restarted: %s", error);
        return;
    }
    target_destroy(former);
    forget_end(app);
    session_reset(app_session(app));
    app_connect(app);
    if (app->focus != PANE_CONSOLE)
        layout_set_slot(app->layout, PANE_TERMINAL); /* a traceback may have brought the console up */
    breakpoint_store_refresh(app_session(app), app->sources);
    if (target_main_path(app->target))
        pane_source_show(app, target_main_path(app->target), 1);
    log_write("app: restarted as process %d", (int)target_pid(app->target));
    app_message(app, false, "restarted");
}

void app_restart_now(struct app *app)
{
    loop_add_timer(app->loop, 0, launch_again, app);
}

static void end_and_restart(struct app *app)
{
    app->restarting = true;
    app_end_program(app, "ending the program to restart it…");
}

static void answered(struct app *app, int button, void *data)
{
    (void)data;
    if (button != 0)
        return;
    if (app->ended)
        app_restart_now(app);
    else
        end_and_restart(app);
}

static void ask(struct app *app)
{
    static const char *const buttons[] = {"End and restart", "Cancel", NULL};
    if (strcmp(config_text(app->config, CONFIG_QUIT), "end") == 0)
        end_and_restart(app);
    else
        dialog_confirm(app, "Restart", "The program has not ended.", buttons, answered, NULL);
}

/* Arguments stay for the restarts that follow. */
static bool take_arguments(struct app *app, const char *line)
{
    char error[128];
    if (!line[strspn(line, " ")])
        return true;
    char **words = words_split(line, error, sizeof error);
    if (!words) {
        app_message(app, true, "%s", error);
        return false;
    }
    words_free(app->arguments);
    app->arguments = words;
    return true;
}

void app_restart(struct app *app, const char *arguments)
{
    const struct model *model = app_model(app);
    if (app->no_restart) {
        app_message(app, true, "%s", app->no_restart);
    } else if (app->restarting || !take_arguments(app, arguments)) {
        return;
    } else if (app->ended || !app->target) {
        app->restarting = true;
        app_restart_now(app);
    } else if (model->state == MODEL_STOPPED && model->post_mortem && !model->goes_on) {
        app->restarting = true; /* it is over: nothing to ask about */
        app_let_end(app);
    } else {
        ask(app);
    }
}
