/* The borrower stays in our process group, as an editor that git starts does: Ctrl-Z stops all of the job, fg brings it
 * back. What the keyboard raises is for it alone: app_leave.c looks at app->lent. */
#include "lend.h"

#include "app.h"
#include "log.h"
#include "loop.h"
#include "term.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_EVERY 30 /* ms between looks whether it has ended */

struct loan {
    struct app *app;
    pid_t pid;
    lend_handler handler;
    void *data;
};

void lend_begin(struct app *app)
{
    term_suspend(app->term);
    app->lent = true;
    loop_set_events(app->loop, app->keyboard, 0); /* what is typed is not ours */
}

void lend_end(struct app *app)
{
    app->lent = false;
    loop_set_events(app->loop, app->keyboard, POLLIN);
    term_resume(app->term);
    app_redraw(app);
}

/* Take the terminal back. */
static void take_back(struct loan *loan, int status)
{
    struct app *app = loan->app;
    struct loan own = *loan;
    free(loan);
    lend_end(app);
    own.handler(app, status, own.data);
}

/* By a timer and not by SIGCHLD or a pidfd: it works everywhere, and what waits is a person. */
static void look(struct loop *loop, void *data)
{
    struct loan *loan = data;
    int status = 0;
    pid_t ended = waitpid(loan->pid, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        loop_add_timer(loop, LOOK_EVERY, look, loan);
    else
        take_back(loan, status);
}

/* In the child: the terminal as its streams, and no signal ignored or blocked. */
static _Noreturn void become(char *const argv[])
{
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int tty = open("/dev/tty", O_RDWR);
    for (int fd = STDIN_FILENO; tty >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(tty, fd);
    if (tty > STDERR_FILENO)
        close(tty);
    execvp(argv[0], argv);
    _exit(127);
}

bool lend_terminal(struct app *app, char *const argv[], lend_handler handler, void *data)
{
    struct loan *loan = xcalloc(1, sizeof *loan);
    *loan = (struct loan){.app = app, .handler = handler, .data = data};
    lend_begin(app);
    loan->pid = fork();
    if (loan->pid == 0)
        become(argv);
    int error = errno;
    if (loan->pid > 0) {
        loop_add_timer(app->loop, LOOK_EVERY, look, loan);
        return true;
    }
    free(loan);
    lend_end(app);
    app_message(app, true, "%s: %s", argv[0], strerror(error));
    return false;
}
