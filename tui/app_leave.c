/* The ways out. `q` asks while the program is alive: end it, or leave it to the keeper. Whatever the way,
 * the terminal is restored by app_run() and a program that is not ended on purpose goes on. */
#include "app.h"
#include "app_internal.h"
#include "config.h"
#include "dialog.h"
#include "finish.h"
#include "log.h"
#include "loop.h"
#include "model.h"
#include "notify.h"
#include "session.h"
#include "term.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 1000 /* ms for a program that was told to end, before the next stronger way */

void app_quit(struct app *app, int status)
{
    app->quitting = true;
    loop_stop(app->loop, status);
}

void app_program_exited(struct target *target, int status, void *data)
{
    (void)target;
    struct app *app = data;
    app->ended = true;
    app->exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    app->stopped_by = 0;
    session_exited(app_session(app), status);
    notify_stopped(app);
    app_damage(app);
    if (app->restarting)
        app_restart_now(app);
    else if (app->leaving || app->asking) /* it answered the question itself */
        app_quit(app, app->exit_status);
    else
        finish_program_ended(app);
}

void app_program_stopped(struct target *target, int number, void *data)
{
    (void)target;
    struct app *app = data;
    bool was_stopped = app->stopped_by != 0;
    app->stopped_by = number;
    const char *name = sigabbrev_np(number);
    if (number)
        app_message(app, true, "the program was suspended by SIG%s; :resume lets it go on", name ? name : "?");
    else if (was_stopped)
        app_message(app, false, "the program goes on");
}

/* Ending a program that may not want to: ask the interpreter, then SIGTERM, then SIGKILL. */

static void kill_it(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    app->patience = 0;
    target_signal(app->target, SIGKILL);
}

static void terminate_it(struct loop *loop, void *data)
{
    struct app *app = data;
    log_write("app: the program has not ended by itself");
    target_signal(app->target, SIGTERM);
    target_signal(app->target, SIGCONT);
    app->patience = loop_add_timer(loop, PATIENCE, kill_it, app);
}

static void give_up(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    app->patience = 0;
    app_quit(app, 0);
}

void app_end_program(struct app *app, const char *message)
{
    loop_remove(app->loop, app->patience);
    app_message(app, false, "%s", message);
    if (!app->target) { /* nobody here could use force; the end of the connection is the end */
        session_disconnect(app_session(app), true);
        app->patience = loop_add_timer(app->loop, PATIENCE, give_up, app);
        return;
    }
    if (session_connected(app_session(app)) && session_disconnect(app_session(app), true))
        app->patience = loop_add_timer(app->loop, PATIENCE, terminate_it, app);
    else
        terminate_it(app->loop, app);
}

void app_let_end(struct app *app)
{
    bool goes = session_step(app_session(app), SESSION_CONTINUE);
    if (goes && app->target)
        app->patience = loop_add_timer(app->loop, 2 * PATIENCE, terminate_it, app);
    else if (app->target)
        terminate_it(app->loop, app);
}

static void end_program(struct app *app)
{
    app->leaving = true;
    app_end_program(app, "ending the program…");
}

/* Where the program can be found again that was launched here and goes on. */
static void say_where(struct app *app)
{
    bool kept = app->attach || config_flag(app->config, CONFIG_REATTACH);
    if (app->target && !app->ended && kept && session_connected(app_session(app)))
        snprintf(app->farewell, sizeof app->farewell, "process %d goes on: `pytui attach %d` comes back to it",
                 (int)target_pid(app->target), (int)target_pid(app->target));
}

void app_detach(struct app *app)
{
    say_where(app);
    if (session_connected(app_session(app)))
        session_disconnect(app_session(app), false);
    app_quit(app, 0);
}

static void answered(struct app *app, int button, void *data)
{
    (void)data;
    app->asking = false;
    if (button == 0)
        end_program(app);
    else if (button == 1)
        app_detach(app);
}

/* Of a program that was not started here, what it is most likely to be wanted comes first. */
static void answered_attached(struct app *app, int button, void *data)
{
    answered(app, button < 0 || button > 1 ? button : !button, data);
}

static void ask(struct app *app)
{
    static const char *const buttons[] = {"End it", "Leave it running", "Cancel", NULL};
    static const char *const attached[] = {"Detach", "Terminate it", "Cancel", NULL};
    const char *setting = config_text(app->config, CONFIG_QUIT);
    if (strcmp(setting, "end") == 0)
        end_program(app);
    else if (strcmp(setting, "leave") == 0)
        app_detach(app);
    else if (app->attach)
        dialog_confirm(app, "Quit", "The program goes on when pytui is detached.", attached, answered_attached, NULL);
    else
        dialog_confirm(app, "Quit", "The program has not ended.", buttons, answered, NULL);
    app->asking = app->dialog != NULL;
}

void app_leave(struct app *app)
{
    const struct model *model = app_model(app);
    bool attached = app->attach && session_connected(app_session(app));
    if (session_read_only(app_session(app))) { /* the program is another debugger's */
        app_detach(app);
    } else if (app->ended || (!app->target && !app->shared && !attached)) {
        app_quit(app, app->exit_status);
    } else if (app->leaving && !app->target) {
        app_quit(app, 0);
    } else if (app->leaving || app->restarting) { /* asked again: no more patience */
        app->leaving = true;
        app->restarting = false;
        target_signal(app->target, SIGKILL);
    } else if (model->state == MODEL_STOPPED && model->post_mortem &&
               !model->goes_on) { /* it is over: let it come to its end */
        app->leaving = true;
        app_let_end(app);
    } else {
        ask(app);
    }
}

/* Signals */

static void signalled(struct loop *loop, int number, void *data)
{
    (void)loop;
    struct app *app = data;
    if (app->lent && (number == SIGINT || number == SIGQUIT))
        return; /* for the editor */
    log_write("app: signal %d: leaving, the program goes on", number);
    app_quit(app, 128 + number);
}

void app_hang_up(struct app *app)
{
    log_write("app: the terminal hung up: leaving, the program goes on");
    app_quit(app, 128 + SIGHUP);
}

/* All of it anew, also when the size is the old one again: between two quick changes a terminal may have
 * lost what did not fit. */
static void resized(struct loop *loop, int number, void *data)
{
    (void)loop;
    (void)number;
    struct app *app = data;
    term_resize(app->term);
    term_redraw(app->term);
    app_damage(app);
}

/* The whole job stops, as with any program in a pipeline. */
void app_suspend(struct app *app)
{
    bool lent = app->lent;
    if (!lent)
        term_suspend(app->term);
    struct sigaction old, by_default = {.sa_handler = SIG_DFL};
    sigaction(SIGTSTP, &by_default, &old);
    kill(0, SIGTSTP); /* stops here; goes on after fg */
    sigaction(SIGTSTP, &old, NULL);
    if (!lent)
        term_resume(app->term);
    term_resize(app->term);
    app_damage(app);
}

static void suspended(struct loop *loop, int number, void *data)
{
    (void)loop;
    (void)number;
    app_suspend(data);
}

void app_watch_signals(struct app *app)
{
    static const struct {
        int number;
        loop_signal_handler handler;
    } signals[] = {
        {SIGTERM, signalled}, {SIGHUP, signalled}, {SIGINT, signalled},
        {SIGQUIT, signalled}, {SIGWINCH, resized}, {SIGTSTP, suspended},
    };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        loop_add_signal(app->loop, signals[i].number, signals[i].handler, app);
}
