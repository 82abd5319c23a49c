/* Everything here is read from /proc, and what the kernel does not let us read is itself an answer: it says that we may
 * not touch the process. */
#include "by_pid.h"

#include "protocol/rendezvous.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STABLE_REMOTE 14         /* CPython 3.14 has sys.remote_exec() */
#define OLDEST        11         /* what pytui has a backend for */
#define CAP_PTRACE    (1u << 19) /* CAP_SYS_PTRACE */

/* Reading */

/* Up to SIZE - 1 bytes of /proc/PID/NAME, with a NUL behind; -1: it cannot be read (errno). */
static ssize_t read_file(int64_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t length = 0;
    ssize_t got = 0;
    while (length + 1 < size && (got = read(fd, out + length, size - 1 - length)) > 0)
        length += (size_t)got;
    int error = errno;
    close(fd);
    errno = error;
    out[length] = '\0';
    return got < 0 ? -1 : (ssize_t)length;
}

static bool read_link(int64_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, name);
    ssize_t length = readlink(path, out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* State and start time, field 3 and 22: the name before them may hold anything. */
static bool read_stat(int64_t pid, char *state, uint64_t *began)
{
    char text[1024];
    const char *at = read_file(pid, "stat", text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
    if (!at || !at[1] || !at[2])
        return false;
    *state = at[2];
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    *began = at ? strtoull(at, NULL, 10) : 0;
    return at != NULL;
}

static int64_t age_of(uint64_t began)
{
    char text[128];
    long ticks = sysconf(_SC_CLK_TCK);
    int fd = open("/proc/uptime", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    if (length <= 0 || ticks <= 0)
        return -1;
    int64_t age = (int64_t)(strtod(text, NULL) - (double)began / (double)ticks);
    return age < 0 ? 0 : age;
}

/* The number after KEY in a status file's TEXT. */
static unsigned long long number_after(const char *text, const char *key, int base)
{
    const char *at = strstr(text, key);
    return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

static void read_command(struct by_pid *out)
{
    ssize_t length = read_file(out->pid, "cmdline", out->command, sizeof out->command);
    while (length > 0 && out->command[length - 1] == '\0')
        length--;
    for (ssize_t i = 0; i < length; i++)
        if (out->command[i] == '\0')
            out->command[i] = ' ';
}

/* Python */

/* "…/python3.12", "…/libpython3.12.so.1.0": the version behind WORD in the last part of PATH. */
static bool version_in(const char *path, const char *word, struct by_pid *out)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(word);
    char *end;
    if (strncmp(name, word, length) != 0 || name[length] != '3' || name[length + 1] != '.')
        return false;
    long minor = strtol(name + length + 2, &end, 10);
    if (end == name + length + 2 || minor < 0 || minor > 99)
        return false;
    out->python = true;
    out->major = 3;
    out->minor = (int)minor;
    return true;
}

/* By the files that it has mapped: the library, or extension modules of the standard one. */
static void read_maps(struct by_pid *out)
{
    char path[64], line[PATH_MAX + 128];
    snprintf(path, sizeof path, "/proc/%lld/maps", (long long)out->pid);
    FILE *file = fopen(path, "re");
    while (file && !out->minor && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        const char *name = strchr(line, '/'), *module = name ? strstr(name, "/lib-dynload/") : NULL;
        if (!name || version_in(name, "libpython", out) || !module)
            continue;
        char home[PATH_MAX];
        snprintf(home, sizeof home, "%.*s", (int)(module - name), name);
        version_in(home, "python", out);
    }
    if (file)
        fclose(file);
}

static void read_python(struct by_pid *out)
{
    if (read_link(out->pid, "exe", out->executable, sizeof out->executable)) {
        const char *slash = strrchr(out->executable, '/');
        out->python = slash && strncmp(slash + 1, "python", 6) == 0;
        if (!version_in(out->executable, "python", out))
            read_maps(out);
    } else {
        out->python = strstr(out->command, "python") != NULL;
    }
}

/* May we */

/* The first that forbids us to touch it, in WHY; false: nothing does. */
static bool is_forbidden(struct by_pid *out, const char *status)
{
    char own[64], other[64], text[16] = "", mine[4096];
    bool capable = read_file((int64_t)getpid(), "status", mine, sizeof mine) > 0 &&
                   (number_after(mine, "\nCapEff:", 16) & CAP_PTRACE) != 0;
    long long tracer = (long long)number_after(status, "\nTracerPid:", 10);
    if (out->uid != geteuid())
        snprintf(out->why, sizeof out->why,
                 "it belongs to user %ld, not to user %ld: run pytui as that user (sudo -u '#%ld' pytui attach %lld)",
                 (long)out->uid, (long)geteuid(), (long)out->uid, (long long)out->pid);
    else if (tracer)
        snprintf(out->why, sizeof out->why, "process %lld (a debugger, or strace) traces it already", tracer);
    else if (!read_link(out->pid, "ns/mnt", other, sizeof other))
        snprintf(out->why, sizeof out->why,
                 "the system does not let this user look into it (%s): it changed its user, or holds secrets",
                 strerror(errno));
    else if ((read_link((int64_t)getpid(), "ns/mnt", own, sizeof own) && strcmp(own, other) != 0) ||
             (read_link((int64_t)getpid(), "root", own, sizeof own) &&
              (!read_link(out->pid, "root", other, sizeof other) || strcmp(own, other) != 0)))
        snprintf(out->why, sizeof out->why,
                 "it runs in a container (other file systems than here): run pytui there, for example by docker exec");
    else {
        int fd = capable ? -1 : open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
        ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
        if (fd >= 0)
            close(fd);
        if (length > 0 && text[0] != '0')
            snprintf(out->why, sizeof out->why,
                     "the system keeps processes of one user apart (/proc/sys/kernel/yama/ptrace_scope is %c): write 0 "
                     "there as root, or run pytui as root",
                     text[0]);
    }
    return out->why[0] != '\0';
}

/* NAME=… in the environment that it was started with. */
static bool has_variable(const struct by_pid *process, const char *name, char *value, size_t size)
{
    static char text[256 << 10];
    ssize_t length = read_file(process->pid, "environ", text, sizeof text);
    size_t width = strlen(name);
    for (const char *at = text; length > 0 && at < text + length; at += strlen(at) + 1) {
        if (strncmp(at, name, width) == 0 && at[width] == '=') {
            snprintf(value, size, "%s", at + width + 1);
            return true;
        }
    }
    return false;
}

/* Why sys.remote_exec() is no way; false: it is one. */
static bool is_not_remote(const struct by_pid *process, char *why, size_t size)
{
    char value[8];
    const char *slash = strrchr(process->executable, '/');
    why[0] = '\0';
    if (process->minor < STABLE_REMOTE)
        snprintf(why, size,
                 "it runs Python %d.%d, which lets nobody in from outside (3.%d and newer do) unless it was armed: "
                 "pytui.arm(), or PYTUI=arm in its environment, when it starts",
                 process->major, process->minor, STABLE_REMOTE);
    else if (has_variable(process, "PYTHON_DISABLE_REMOTE_DEBUG", value, sizeof value) && value[0])
        snprintf(why, size, "it was started with PYTHON_DISABLE_REMOTE_DEBUG in its environment");
    else if (strstr(process->command, "disable-remote-debug") || strstr(process->command, "disable_remote_debug"))
        snprintf(why, size, "it was started with -X disable_remote_debug");
    else if (slash && strncmp(slash, "/python3.", 9) == 0 && slash[strlen(slash) - 1] == 't')
        snprintf(why, size, "it is a free-threaded build of Python, for which pytui has no backend yet");
    return why[0] != '\0';
}

/* Ways */

/* In each place where programs of this user listen, and where the program itself would. */
static bool is_armed(struct by_pid *out)
{
    char places[RENDEZVOUS_PLACES + 1][400], runtime[380];
    struct stat status;
    size_t count = 0;
    for (int i = 0; i < RENDEZVOUS_PLACES; i++)
        count += rendezvous_path(i, places[count], sizeof places[count]);
    if (has_variable(out, "XDG_RUNTIME_DIR", runtime, sizeof runtime) && runtime[0] == '/')
        snprintf(places[count++], sizeof places[0], "%s/pytui", runtime);
    for (size_t i = 0; i < count; i++) {
        char path[450];
        snprintf(path, sizeof path, "%.400s/" RENDEZVOUS_ARMED, places[i], (long)out->pid);
        if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_uid == geteuid()) {
            snprintf(out->armed, sizeof out->armed, "unix:%s", path);
            return true;
        }
    }
    return false;
}

bool by_pid_has_program(const char *name)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : ""; *at;) {
        char file[PATH_MAX];
        int length = (int)strcspn(at, ":");
        snprintf(file, sizeof file, "%.*s/%s", length, at, name);
        if (file[0] == '/' && access(file, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

static void find_way(struct by_pid *out, const char *status)
{
    if (out->state == 'Z' || out->state == 'X')
        snprintf(out->why, sizeof out->why, "it has ended already; its parent has not asked for its status yet");
    else if (out->uid == geteuid() && is_armed(out))
        out->way = BY_PID_ARMED;
    else if (is_forbidden(out, status))
        return;
    else if (!out->python || !out->minor)
        snprintf(out->why, sizeof out->why, "it is no Python program: it runs %.200s", out->executable);
    else if (out->minor < OLDEST)
        snprintf(out->why, sizeof out->why, "it runs Python %d.%d; pytui has backends for 3.%d and newer", out->major,
                 out->minor, OLDEST);
    else if (!is_not_remote(out, out->why, sizeof out->why))
        out->way = BY_PID_REMOTE;
    else if (by_pid_has_program("gdb")) {
        out->way = BY_PID_GDB;
        memcpy(out->gdb_only, out->why, sizeof out->gdb_only);
        out->why[0] = '\0';
    }
}

bool by_pid_look(int64_t pid, struct by_pid *out)
{
    char status[4096];
    *out = (struct by_pid){.pid = pid, .age = -1};
    /* A thread's id has such files too, and is no process. */
    if (pid <= 0 || !read_stat(pid, &out->state, &out->began) || read_file(pid, "status", status, sizeof status) <= 0 ||
        (int64_t)number_after(status, "\nTgid:", 10) != pid)
        return false;
    out->uid = (uid_t)number_after(status, "\nUid:", 10);
    out->age = age_of(out->began);
    read_command(out);
    read_python(out);
    find_way(out, status);
    return true;
}

bool by_pid_same(const struct by_pid *process)
{
    uint64_t began;
    char state;
    return read_stat(process->pid, &state, &began) && began == process->began && state != 'Z' && state != 'X';
}

const char *by_pid_way_name(enum by_pid_way way)
{
    static const char *const names[] = {
        [BY_PID_NONE] = "-", [BY_PID_ARMED] = "armed", [BY_PID_REMOTE] = "3.14+", [BY_PID_GDB] = "gdb?"};
    return names[way];
}
