#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "invocation.h"
#include "keeper.h"
#include "log.h"
#include "loop.h"
#include "spawn.h"
#include "target_check.h"
#include "xalloc.h"

/* The backend's descriptor is out of the way of those that a wrapper around the interpreter may use. */
#define CHANNEL_FLOOR 200

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

struct target {
    struct loop *loop; /* borrowed */
    target_exit_handler on_exit;
    target_stop_handler on_stop; /* may be NULL */
    void *data;
    pid_t pid;
    int master;  /* owned */
    int channel; /* owned until taken; -1 later */
    int keeper;  /* socket to the keeper, owned */
    int pidfd;   /* of a program whose keeper was killed; -1 otherwise */
    uint64_t keeper_watch, pidfd_watch;
    bool on_terminal;
    char *main_path; /* owned; NULL when not known */
    char *screen;    /* owned: of one that was adopted */
    size_t screen_length;
};

/* The pty */

static void set_size(int master, int rows, int columns)
{
    struct winsize size = {
        .ws_row = (unsigned short)(rows > 0 ? rows : 24),
        .ws_col = (unsigned short)(columns > 0 ? columns : 80),
    };
    if (ioctl(master, TIOCSWINSZ, &size) != 0)
        log_errno("cannot set the size of the program's terminal");
}

static int open_slave(int master)
{
#ifdef TIOCGPTPEER
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0)
        return slave;
#endif
    char name[64];
    if (ptsname_r(master, name, sizeof(name)) != 0)
        return -1;
    return open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static bool open_pty(const struct target_options *options, int *master, int *slave)
{
    *slave = -1;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0)
        return false;
    *slave = open_slave(*master);
    if (*slave < 0)
        return false;
    set_size(*master, options->rows, options->columns);
    fcntl(*master, F_SETFL, O_RDWR | O_NONBLOCK);
    struct termios modes;
    if (tcgetattr(*slave, &modes) == 0) {
        modes.c_iflag |= IUTF8; /* erasing takes a whole character */
        tcsetattr(*slave, TCSANOW, &modes);
    }
    return true;
}

/* The channel */

/* OURS and the program's side, the latter with a high number. */
static bool open_channel(int *ours, int *theirs)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return false;
    *ours = sockets[0];
    *theirs = fcntl(sockets[1], F_DUPFD_CLOEXEC, CHANNEL_FLOOR);
    if (*theirs < 0) /* a low limit on descriptors: any number will do */
        *theirs = sockets[1];
    else
        close(sockets[1]);
    return true;
}

/* What comes from the keeper */

static void ended(struct target *target, int status)
{
    loop_remove(target->loop, target->keeper_watch);
    loop_remove(target->loop, target->pidfd_watch);
    target->keeper_watch = target->pidfd_watch = 0;
    target_exit_handler handler = target->on_exit;
    target->on_exit = NULL;
    if (handler != NULL)
        handler(target, status, target->data);
}

static void on_pidfd(struct loop *loop, int fd, short events, void *data)
{
    (void)loop, (void)fd, (void)events;
    ended(data, SIGHUP);
}

/* Somebody killed the keeper: its session hung up, which ends the program by SIGHUP unless it ignores that. */
static void keeper_gone(struct target *target)
{
    log_write("the keeper of process %d was killed", (int)target->pid);
    loop_remove(target->loop, target->keeper_watch);
    target->keeper_watch = 0;
    target->pidfd = (int)syscall(SYS_pidfd_open, target->pid, 0u);
    if (target->pidfd < 0)
        ended(target, SIGHUP);
    else
        target->pidfd_watch = loop_add_fd(target->loop, target->pidfd, POLLIN, 1, on_pidfd, target);
}

static void on_keeper(struct loop *loop, int fd, short events, void *data)
{
    (void)loop, (void)events;
    struct target *target = data;
    struct keeper_message message;
    enum keeper_result result = keeper_receive(fd, &message);
    if (result == KEEPER_GONE)
        keeper_gone(target);
    if (result != KEEPER_MESSAGE)
        return;
    if (message.event == KEEPER_EXITED)
        ended(target, message.value);
    else if (target->on_stop != NULL)
        target->on_stop(target, message.event == KEEPER_STOPPED ? message.value : 0, target->data);
}

/* Starting */

/* Others wait for the end of these: `pytui p.py | sort`, `cat p.py | pytui -`. Standard error stays for messages. */
static void release_streams(struct spawn_origin *origin)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd < 2; fd++) {
        if (!isatty(fd))
            dup2(null, fd);
    }
    if (null >= 0)
        close(null);
    if (origin != NULL)
        spawn_origin_release(origin);
}

static bool start(struct target *target, const struct target_options *options, int slave, int channel, char *error,
                  size_t size)
{
    struct invocation invocation;
    if (!invocation_init(&invocation, options, channel, target->on_terminal, error, size))
        return false;
    struct spawn_request request = {
        .path = invocation.path,
        .argv = invocation.argv,
        .environment = invocation.environment,
        .terminal = slave,
        .on_terminal = {isatty(0) == 1, isatty(1) == 1, isatty(2) == 1},
        .keep = channel,
        .origin = options->origin,
    };
    int number = 0;
    target->keeper = keeper_start(&request, target->master, options->keep, &target->pid, &number);
    if (target->keeper < 0)
        snprintf(error, size, "%s cannot be run: %s", invocation.path, strerror(number));
    invocation_finish(&invocation);
    return target->keeper >= 0;
}

struct target *target_launch(struct loop *loop, const struct target_options *options, target_exit_handler handler,
                             void *data, char *error, size_t size)
{
    struct target *target = xcalloc(1, sizeof(*target));
    *target = (struct target){.loop = loop, .on_exit = handler, .data = data};
    target->master = target->channel = target->keeper = target->pidfd = -1;
    target->on_terminal = isatty(0) || isatty(1) || isatty(2);
    int slave = -1, channel = -1;
    bool ok = open_pty(options, &target->master, &slave) && open_channel(&target->channel, &channel);
    if (!ok)
        snprintf(error, size, "cannot open a terminal for the program: %s", strerror(errno));
    ok = ok && start(target, options, slave, channel, error, size);
    if (slave >= 0)
        close(slave);
    if (channel >= 0)
        close(channel);
    if (!ok) {
        target_destroy(target);
        return NULL;
    }
    target->main_path = target_find_main(options);
    target->keeper_watch = loop_add_fd(loop, target->keeper, POLLIN, 1, on_keeper, target);
    release_streams(options->origin);
    log_write("started process %d", (int)target->pid);
    return target;
}

struct target *target_adopt(struct loop *loop, pid_t pid, target_exit_handler handler, void *data)
{
    struct keeper_handover taken;
    if (!keeper_adopt(pid, &taken))
        return NULL;
    struct target *target = xcalloc(1, sizeof(*target));
    *target = (struct target){.loop = loop,
                              .on_exit = handler,
                              .data = data,
                              .pid = pid,
                              .master = taken.master,
                              .channel = -1,
                              .keeper = taken.socket,
                              .pidfd = -1,
                              .on_terminal = true,
                              .screen = taken.screen,
                              .screen_length = taken.length};
    target->keeper_watch = loop_add_fd(loop, target->keeper, POLLIN, 1, on_keeper, target);
    log_write("took over the terminal of process %d", (int)pid);
    return target;
}

const char *target_screen(const struct target *target, size_t *length)
{
    *length = target->screen_length;
    return target->screen != NULL ? target->screen : "";
}

void target_leave(struct target *target, const char *screen, size_t length)
{
    keeper_leave(target->keeper, screen, length);
}

void target_destroy(struct target *target)
{
    if (target == NULL)
        return;
    loop_remove(target->loop, target->keeper_watch);
    loop_remove(target->loop, target->pidfd_watch);
    int *const owned[] = {&target->channel, &target->keeper, &target->pidfd, &target->master};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
        if (*owned[i] >= 0)
            close(*owned[i]);
    }
    free(target->main_path);
    free(target->screen);
    free(target);
}

void target_set_stop_handler(struct target *target, target_stop_handler handler)
{
    target->on_stop = handler;
}

int target_take_channel(struct target *target)
{
    int channel = target->channel;
    target->channel = -1;
    return channel;
}

int target_pty(const struct target *target)
{
    return target->master;
}

pid_t target_pid(const struct target *target)
{
    return target->pid;
}

bool target_has_terminal(const struct target *target)
{
    return target->on_terminal;
}

void target_resize(struct target *target, int rows, int columns)
{
    set_size(target->master, rows, columns);
}

void target_signal(struct target *target, int signal)
{
    keeper_signal(target->keeper, signal);
}

const char *target_main_path(const struct target *target)
{
    return target->main_path;
}
