#include "spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "xalloc.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

static void plug_closed_streams(struct spawn_origin *origin)
{
    for (int fd = 0; fd < 3; fd++)
        origin->closed[fd] = fcntl(fd, F_GETFD) < 0;
    for (int fd = 0; fd < 3; fd++) {
        /* The lowest free number is this one, since those below are open by now. */
        if (origin->closed[fd] && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) < 0)
            _exit(127);
    }
}

static void note_descriptors(struct spawn_origin *origin)
{
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return;
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        int fd = atoi(entry->d_name); /* "." and ".." give 0 */
        if (fd < 3 || fd == dirfd(directory))
            continue;
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0)
            continue;
        xgrow(&origin->descriptors, &capacity, origin->descriptor_count + 1, sizeof(*origin->descriptors));
        origin->descriptors[origin->descriptor_count++] = fd;
    }
    closedir(directory);
}

void spawn_origin_init(struct spawn_origin *origin)
{
    *origin = (struct spawn_origin){0};
    sigprocmask(SIG_SETMASK, NULL, &origin->mask);
    sigemptyset(&origin->ignored);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            sigaddset(&origin->ignored, number);
    }
    plug_closed_streams(origin);
    note_descriptors(origin);
}

void spawn_origin_release(struct spawn_origin *origin)
{
    for (size_t i = 0; i < origin->descriptor_count; i++)
        close(origin->descriptors[i]);
    origin->descriptor_count = 0;
}

void spawn_origin_finish(struct spawn_origin *origin)
{
    free(origin->descriptors);
    *origin = (struct spawn_origin){0};
}

/* For kernels before 5.11 and sandboxes that refuse the call. */
static void close_one_by_one(unsigned first, unsigned last, bool only_on_exec)
{
    struct rlimit limit;
    unsigned end = 65536;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < end)
        end = (unsigned)limit.rlim_cur;
    for (unsigned fd = first; fd <= last && fd < end; fd++) {
        if (only_on_exec)
            fcntl((int)fd, F_SETFD, FD_CLOEXEC);
        else
            close((int)fd);
    }
}

void spawn_close_range(unsigned first, unsigned last, bool only_on_exec)
{
    if (first <= last && syscall(SYS_close_range, first, last, only_on_exec ? CLOSE_RANGE_CLOEXEC : 0u) != 0)
        close_one_by_one(first, last, only_on_exec);
}

/* The child's side. Only async-signal-safe calls from here on. */

static void child_signals(const struct spawn_origin *origin)
{
    for (int number = 1; number < NSIG; number++) {
        bool ignored = origin != NULL && sigismember(&origin->ignored, number) == 1;
        struct sigaction action = {.sa_handler = ignored ? SIG_IGN : SIG_DFL};
        sigaction(number, &action, NULL); /* fails for KILL, STOP and the C library's own: as it should */
    }
    sigset_t mask;
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, origin != NULL ? &origin->mask : &mask, NULL);
}

static bool child_streams(const struct spawn_request *request)
{
    for (int fd = 0; fd < 3; fd++) {
        if (request->on_terminal[fd] && dup2(request->terminal, fd) < 0)
            return false;
        if (request->origin != NULL && request->origin->closed[fd])
            close(fd);
    }
    return true;
}

static bool child_descriptors(const struct spawn_request *request)
{
    spawn_close_range(3, UINT_MAX, true);
    for (size_t i = 0; request->origin != NULL && i < request->origin->descriptor_count; i++)
        fcntl(request->origin->descriptors[i], F_SETFD, 0);
    return request->keep < 0 || fcntl(request->keep, F_SETFD, 0) == 0;
}

static void child_run(const struct spawn_request *request, int report)
{
    setpgid(0, 0);
    if (request->terminal >= 0) {
        sigset_t stop;
        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);
        sigprocmask(SIG_BLOCK, &stop, NULL);
        tcsetpgrp(request->terminal, getpid());
    }
    if (child_streams(request) && child_descriptors(request)) {
        child_signals(request->origin);
        execve(request->path, request->argv, request->environment);
    }
    int error = errno;
    if (write(report, &error, sizeof(error)) < 0)
        _exit(126);
    _exit(127);
}

pid_t spawn(const struct spawn_request *request, int *error)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *error = errno;
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        child_run(request, report[1]);
    *error = errno;
    close(report[1]);
    if (pid > 0) {
        setpgid(pid, pid); /* whoever comes first: it must be set before anybody signals the group */
        ssize_t length;
        do
            length = read(report[0], error, sizeof(*error));
        while (length < 0 && errno == EINTR);
        if (length == sizeof(*error))
            pid = -1;
    }
    close(report[0]);
    return pid;
}
