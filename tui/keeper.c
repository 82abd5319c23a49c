#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct keeper {
    pid_t program;
    bool ended;  /* the program did, and was waited for */
    int stopped; /* by this signal; 0 when it runs */
    int socket;  /* to pytui; -1 when it is gone */
    int master;  /* -1 once it hung up */
    int slave;   /* open while the program lives, so that the master does not hang up when the
                  * program closes its streams for a while; -1 later */
    int signals; /* signalfd for SIGCHLD */
    bool unsent; /* the last message waits for room in the socket */
    struct keeper_message message;
};

static void send_message(struct keeper *keeper, enum keeper_event event, int value)
{
    keeper->message = (struct keeper_message){.event = event, .value = value};
    ssize_t length = send(keeper->socket, &keeper->message, sizeof(keeper->message), MSG_DONTWAIT | MSG_NOSIGNAL);
    /* Only the last state counts: a later message may take the place of one that found no room. */
    keeper->unsent = length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static void signal_program(const struct keeper *keeper, int number)
{
    if (!keeper->ended && kill(-keeper->program, number) < 0)
        kill(keeper->program, number);
}

/* Nobody is left who could continue what the terminal's own keys stopped. SIGSTOP is somebody else's act, and a
 * program in the background that wants to read would only stop again. */
static void continue_alone(const struct keeper *keeper)
{
    if (keeper->socket < 0 && keeper->stopped == SIGTSTP)
        signal_program(keeper, SIGCONT);
}

static void program_ended(struct keeper *keeper, int status)
{
    keeper->ended = true;
    /* As a shell does. Children in the background that read the terminal must not be hung up when the keeper ends. */
    tcsetpgrp(keeper->master, getpgrp());
    close(keeper->slave);
    keeper->slave = -1;
    send_message(keeper, KEEPER_EXITED, status);
}

static void wait_for_program(struct keeper *keeper)
{
    struct signalfd_siginfo info;
    while (read(keeper->signals, &info, sizeof(info)) > 0) {
    }
    int status;
    while (!keeper->ended && waitpid(keeper->program, &status, WNOHANG | WUNTRACED | WCONTINUED) == keeper->program) {
        if (WIFSTOPPED(status)) {
            keeper->stopped = WSTOPSIG(status);
            send_message(keeper, KEEPER_STOPPED, keeper->stopped);
            continue_alone(keeper);
        } else if (WIFCONTINUED(status)) {
            keeper->stopped = 0;
            send_message(keeper, KEEPER_CONTINUED, 0);
        } else {
            program_ended(keeper, status);
        }
    }
}

static void pytui_gone(struct keeper *keeper)
{
    close(keeper->socket);
    keeper->socket = -1;
    keeper->unsent = false;
    continue_alone(keeper);
}

static void serve_pytui(struct keeper *keeper)
{
    int number;
    ssize_t length = recv(keeper->socket, &number, sizeof(number), MSG_DONTWAIT);
    if (length == sizeof(number))
        signal_program(keeper, number);
    else if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        pytui_gone(keeper);
}

static void discard_output(struct keeper *keeper)
{
    char bytes[4096];
    ssize_t length;
    do
        length = read(keeper->master, bytes, sizeof(bytes));
    while (length > 0);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    close(keeper->master); /* EIO: nobody has the terminal open any more */
    keeper->master = -1;
}

static void keep(struct keeper *keeper)
{
    while (!keeper->ended || keeper->socket >= 0 || keeper->master >= 0) {
        bool alone = keeper->socket < 0;
        struct pollfd fds[] = {
            {.fd = keeper->signals, .events = POLLIN},
            {.fd = keeper->socket, .events = (short)(POLLIN | (keeper->unsent ? POLLOUT : 0))},
            {.fd = alone ? keeper->master : -1, .events = POLLIN},
        };
        if (poll(fds, 3, -1) < 0)
            continue;
        if (fds[0].revents != 0)
            wait_for_program(keeper);
        if ((fds[1].revents & POLLOUT) != 0 && keeper->unsent)
            send_message(keeper, keeper->message.event, keeper->message.value);
        if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && keeper->socket >= 0)
            serve_pytui(keeper);
        if (fds[2].revents != 0)
            discard_output(keeper);
    }
}

/* Nothing that a terminal, a shell or a user's `kill` sends may end the keeper before the program. */
static void shield(struct keeper *keeper)
{
    static const int ignored[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP,
                                  SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM};
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored, it would swallow the status */
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    keeper->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    prctl(PR_SET_PDEATHSIG, 0);
    /* `pkill pytui` goes for the debugger, not for the debugged. */
    prctl(PR_SET_NAME, "tty-keeper");
}

/* Keep nothing open that somebody may wait for the end of. */
static void drop_descriptors(struct keeper *keeper)
{
    int *const kept[] = {&keeper->socket, &keeper->master, &keeper->slave, &keeper->signals};
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    /* High and in a row first, so that two ranges hold all the rest. */
    int floor = 3;
    for (size_t i = 0; i < 4; i++) {
        if (*kept[i] >= floor)
            floor = *kept[i] + 1;
    }
    for (size_t i = 0; i < 4; i++)
        *kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, floor);
    for (size_t i = 0; i < 4; i++)
        *kept[i] = dup3(*kept[i], 3 + (int)i, O_CLOEXEC);
    spawn_close_range(7, UINT_MAX, false);
}

static _Noreturn void keeper_main(struct keeper keeper, const struct spawn_request *program)
{
    int error = 0;
    shield(&keeper);
    setsid();
    keeper.program = -1;
    if (keeper.signals < 0 || ioctl(keeper.slave, TIOCSCTTY, 0) < 0)
        error = errno;
    else
        keeper.program = spawn(program, &error);
    if (keeper.program < 0) {
        send_message(&keeper, KEEPER_FAILED, error);
        _exit(1);
    }
    fcntl(keeper.master, F_SETFL, O_RDWR | O_NONBLOCK);
    drop_descriptors(&keeper);
    send_message(&keeper, KEEPER_STARTED, keeper.program);
    keep(&keeper);
    _exit(0);
}

/* The keeper is nobody's child but init's: pytui never has to wait for it. */
static bool fork_keeper(struct keeper keeper, const struct spawn_request *program, int *error)
{
    pid_t between = fork();
    if (between == 0) {
        pid_t pid = fork();
        if (pid == 0)
            keeper_main(keeper, program);
        _exit(pid < 0 ? errno : 0);
    }
    *error = errno;
    if (between < 0)
        return false;
    int status;
    pid_t waited;
    do
        waited = waitpid(between, &status, 0);
    while (waited < 0 && errno == EINTR);
    if (waited == between && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    *error = waited == between && WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return false;
}

/* Wait for the first message; the keeper always sends one. */
static bool wait_for_start(int socket, pid_t *pid, int *error)
{
    struct keeper_message message;
    ssize_t length;
    do
        length = recv(socket, &message, sizeof(message), 0);
    while (length < 0 && errno == EINTR);
    if (length == sizeof(message) && message.event == KEEPER_STARTED) {
        *pid = message.value;
        return true;
    }
    *error = length == sizeof(message) ? message.value : ECHILD;
    return false;
}

int keeper_start(const struct spawn_request *program, int master, pid_t *pid, int *error)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
        *error = errno;
        return -1;
    }
    struct keeper keeper = {.socket = sockets[1], .master = master, .slave = program->terminal};
    bool started = fork_keeper(keeper, program, error);
    close(sockets[1]);
    if (started && wait_for_start(sockets[0], pid, error)) {
        fcntl(sockets[0], F_SETFL, O_NONBLOCK);
        return sockets[0];
    }
    close(sockets[0]);
    return -1;
}

enum keeper_result keeper_receive(int socket, struct keeper_message *message)
{
    ssize_t length = recv(socket, message, sizeof(*message), MSG_DONTWAIT);
    if (length == sizeof(*message))
        return KEEPER_MESSAGE;
    return length < 0 && (errno == EAGAIN || errno == EINTR) ? KEEPER_NOTHING : KEEPER_GONE;
}

void keeper_signal(int socket, int signal)
{
    send(socket, &signal, sizeof(signal), MSG_DONTWAIT | MSG_NOSIGNAL);
}
