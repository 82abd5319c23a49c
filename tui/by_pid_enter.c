#include "by_pid_enter.h"

#include "by_pid.h"
#include "install_paths.h"
#include "interpreter.h"
#include "protocol/rendezvous.h"
#include "width.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINGER    "10000" /* ms that the program listens when nobody comes */
#define TELL_WAIT 400     /* ms until the user is told that it waits */

struct by_pid_entry {
    pid_t helper;
    int in, out; /* to it, from it; -1: closed */
    char line[2048];
    size_t length;
    enum by_pid_state state;
};

/* Beginning */

static bool same_file(const char *path, int64_t pid)
{
    char link[64];
    struct stat own, other;
    snprintf(link, sizeof link, "/proc/%lld/exe", (long long)pid);
    return stat(path, &own) == 0 && stat(link, &other) == 0 && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/* The interpreter of PROCESS, else another one of its version. The caller frees it; NULL with a reason in ERROR. */
static char *find_python(const struct by_pid *process, char *error, size_t size)
{
    char version[16], why[256];
    struct interpreter other;
    const char *slash = strrchr(process->executable, '/');
    if (slash && strncmp(slash + 1, "python", 6) == 0 && same_file(process->executable, process->pid))
        return xstrdup(process->executable);
    snprintf(version, sizeof version, "%d.%d", process->major, process->minor);
    if (!interpreter_find(version, &other, why, sizeof why)) {
        snprintf(error, size, "the way into it is by a Python %s, and there is none here: %s", version, why);
        return NULL;
    }
    char *path = xstrdup(other.path);
    interpreter_finish(&other);
    return path;
}

/* Signals of the terminal are for us, not for it: it cleans when we are gone. */
static void become(char *const *words, int in, int out)
{
    setsid();
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
        _exit(126);
    execv(words[0], words);
    _exit(127);
}

static struct by_pid_entry *start(char *const *words, char *error, size_t size)
{
    int in[2], out[2];
    struct by_pid_entry *entry = NULL;
    if (pipe2(in, O_CLOEXEC) < 0)
        goto failed;
    if (pipe2(out, O_CLOEXEC) < 0)
        goto failed_in;
    entry = xcalloc(1, sizeof *entry);
    entry->helper = fork();
    if (entry->helper == 0)
        become(words, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    entry->in = in[1];
    entry->out = out[0];
    fcntl(entry->out, F_SETFL, O_NONBLOCK);
    if (entry->helper > 0)
        return entry;
    by_pid_leave(entry);
    goto failed;
failed_in:
    close(in[0]);
    close(in[1]);
failed:
    snprintf(error, size, "cannot start %s: %s", words[0], strerror(errno));
    return NULL;
}

/* The directory where it may leave a script for the process. */
static bool find_directory(char *path, size_t path_size, char *error, size_t size)
{
    int directory = rendezvous_path(0, path, path_size) ? rendezvous_open(0, true, error, size) : -1;
    if (directory >= 0)
        close(directory);
    return directory >= 0;
}

struct by_pid_entry *by_pid_enter(const struct by_pid *process, const char *home, char *error, size_t size)
{
    char directory[4096], pid[32], began[32];
    struct install_paths paths;
    if (process->way != BY_PID_REMOTE && process->way != BY_PID_GDB) {
        by_pid_explain(process, error, size);
        return NULL;
    }
    if (!find_directory(directory, sizeof directory, error, size) || !install_paths_find(home, &paths, error, size))
        return NULL;
    struct by_pid_entry *entry = NULL;
    char *python = find_python(process, error, size), *script = xasprintf("%s/enter.py", paths.home);
    snprintf(pid, sizeof pid, "%lld", (long long)process->pid);
    snprintf(began, sizeof began, "%llu", (unsigned long long)process->began);
    if (python) {
        char *words[] = {python,
                         (char[]){"-I"},
                         (char[]){"-S"},
                         (char[]){"-B"},
                         script,
                         process->way == BY_PID_GDB ? (char[]){"gdb"} : (char[]){"remote"},
                         pid,
                         began,
                         directory,
                         (char[]){LINGER},
                         NULL};
        entry = start(words, error, size);
    }
    free(script);
    free(python);
    install_paths_finish(&paths);
    return entry;
}

void by_pid_leave(struct by_pid_entry *entry)
{
    if (!entry)
        return;
    if (entry->in >= 0)
        close(entry->in);
    if (entry->out >= 0)
        close(entry->out);
    if (entry->helper > 0 && entry->state >= BY_PID_IN) /* else it ends by itself; nobody waits for that */
        waitpid(entry->helper, NULL, 0);
    free(entry);
}

int by_pid_entry_fd(const struct by_pid_entry *entry)
{
    return entry->out;
}

/* Following */

/* One line of enter.py. */
static void take_line(struct by_pid_entry *entry, const char *line, char *text, size_t size)
{
    if (strcmp(line, "asked") == 0) {
        entry->state = BY_PID_ASKED;
    } else if (strncmp(line, "ok ", 3) == 0) {
        entry->state = BY_PID_IN;
        snprintf(text, size, "%s", line + 3);
    } else if (strncmp(line, "error ", 6) == 0) {
        entry->state = BY_PID_FAILED;
        snprintf(text, size, "%s", line + 6);
    }
}

enum by_pid_state by_pid_follow(struct by_pid_entry *entry, char *text, size_t size)
{
    ssize_t got = 0;
    while (entry->state < BY_PID_IN) {
        size_t room = sizeof entry->line - 1 - entry->length;
        got = room ? read(entry->out, entry->line + entry->length, room) : 0;
        if (got <= 0)
            break;
        entry->length += (size_t)got;
        entry->line[entry->length] = '\0';
        for (char *end; entry->state < BY_PID_IN && (end = strchr(entry->line, '\n'));) {
            *end = '\0';
            take_line(entry, entry->line, text, size);
            entry->length -= (size_t)(end + 1 - entry->line);
            memmove(entry->line, end + 1, entry->length + 1);
        }
    }
    if (entry->state < BY_PID_IN && (got == 0 || (errno != EAGAIN && errno != EINTR))) {
        snprintf(text, size, "the interpreter that was to enter it ended without a word");
        entry->state = BY_PID_FAILED;
    }
    return entry->state;
}

void by_pid_waiting_text(const struct by_pid *process, char *text, size_t size)
{
    struct by_pid now;
    bool stopped = by_pid_look(process->pid, &now) && now.state == 'T';
    if (stopped)
        snprintf(text, size, "process %lld is stopped by a signal: waiting until it goes on (kill -CONT %lld)",
                 (long long)process->pid, (long long)process->pid);
    else
        snprintf(text, size, "waiting for the program to run Python");
}

bool by_pid_reach(const struct by_pid *process, const char *home, char address[512], char *error, size_t size)
{
    if (process->way == BY_PID_ARMED) {
        snprintf(address, 512, "%s", process->armed);
        return true;
    }
    char text[1024] = "";
    struct by_pid_entry *entry = by_pid_enter(process, home, error, size);
    bool told = false;
    enum by_pid_state state = BY_PID_GOES;
    while (entry && (state = by_pid_follow(entry, text, sizeof text)) < BY_PID_IN) {
        struct pollfd waiting = {.fd = entry->out, .events = POLLIN};
        if (poll(&waiting, 1, told ? -1 : TELL_WAIT) == 0 && state == BY_PID_ASKED) {
            by_pid_waiting_text(process, text, sizeof text);
            fprintf(stderr, "pytui: %s; Ctrl-C gives up\n", text);
            told = true;
        }
    }
    if (!entry)
        return false;
    by_pid_leave(entry);
    if (state == BY_PID_IN) {
        snprintf(address, 512, "%s", text);
        return true;
    }
    struct by_pid failed = *process;
    failed.way = BY_PID_NONE;
    snprintf(failed.why, sizeof failed.why, "%s", text);
    by_pid_explain(&failed, error, size);
    return false;
}

/* Explaining */

void by_pid_explain(const struct by_pid *process, char *text, size_t size)
{
    bool python = process->python && process->minor;
    int length = snprintf(text, size, "process %lld cannot be attached to: %s", (long long)process->pid, process->why);
    if (process->gdb_only[0] && length > 0 && (size_t)length < size)
        length +=
            snprintf(text + length, size - (size_t)length, "\n  by the interpreter itself: %s", process->gdb_only);
    if (!python || process->state == 'Z' || length <= 0 || (size_t)length >= size)
        return;
    snprintf(text + length, size - (size_t)length,
             "\nWays into a program that runs: it listens (PYTUI_LISTEN=1, pytui.listen()); it was armed (PYTUI=arm, "
             "pytui.arm());\nit runs Python 3.14 or newer and this user may trace it. For the next time start it with "
             "PYTUI=arm in its environment.");
}
