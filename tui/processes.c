/* A round goes through the directory /proc. What a process runs is found out once, as long as its executable stays the
 * same: that is a look at one link for each of those that are no Python. */
#include "processes.h"

#include "jupyter.h"
#include "live_internal.h"
#include "loop.h"
#include "proc_file.h"
#include "xalloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAUSE 2000 /* ms between two rounds */
#define SLICE 2000 /* µs of one turn */

/* A process that was looked at. */
struct known {
    int64_t pid;
    uint64_t executable; /* what the link said, hashed */
    bool python;
};

struct processes {
    struct loop *loop; /* borrowed; NULL: all at once */
    void (*handler)(const struct live_list *list, void *data);
    void *data;
    uint64_t timer;
    DIR *entries;                /* owned: of this round; NULL: there is none */
    struct known *before, *here; /* owned: of the round before, by pid, and of this one */
    size_t before_count, here_count, here_capacity;
    struct live_list list, shown; /* owned: what this round found, and what was told */
    size_t capacity;
};

/* One process */

static bool is_option_with_argument(const char *word)
{
    return (word[1] == 'W' || word[1] == 'X') && !word[2] ? true : strcmp(word, "--check-hash-based-pycs") == 0;
}

/* What it runs, by its command line: a script, a module, -c, or the interpreter alone. SCRIPT: the word of a script. */
static const char *find_name(const char *words, size_t length, const char **script)
{
    const char *at = proc_file_next(words, length, NULL), *first = at;
    *script = NULL;
    for (at = at ? proc_file_next(words, length, at) : NULL; at; at = proc_file_next(words, length, at)) {
        const char *next = proc_file_next(words, length, at);
        if (strcmp(at, "-m") == 0)
            return next ? next : "-m";
        if (strncmp(at, "-c", 2) == 0)
            return "-c";
        if (at[0] != '-' || !at[1]) {
            const char *slash = strrchr(at, '/');
            *script = at[0] == '-' ? NULL : at;
            return slash && slash[1] ? slash + 1 : at;
        }
        if (is_option_with_argument(at) && next)
            at = next;
    }
    const char *slash = first ? strrchr(first, '/') : NULL;
    return slash && slash[1] ? slash + 1 : first && *first ? first : "?";
}

static int64_t rank_of(int64_t pid)
{
    static const char *const variables[] = {"RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID", "PMI_RANK"};
    char text[32], *end;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        long number = proc_file_variable(pid, variables[i], text, sizeof text) && *text ? strtol(text, &end, 10) : -1;
        if (number >= 0 && !*end)
            return number;
    }
    return -1;
}

static char *absolute(int64_t pid, const char *script)
{
    char link[64], directory[PATH_MAX];
    if (!script || script[0] == '/')
        return script ? xstrdup(script) : NULL;
    snprintf(link, sizeof link, "/proc/%lld/cwd", (long long)pid);
    ssize_t length = readlink(link, directory, sizeof directory - 1);
    return length > 0 ? xasprintf("%.*s/%s", (int)length, directory, script) : NULL;
}

static char *explain(const struct by_pid *process)
{
    switch (process->way) {
    case BY_PID_ARMED:
        return xstrdup("does not listen; it was armed: a sleeping listener in it waits for us");
    case BY_PID_REMOTE:
        return xstrdup("does not listen; entered by Python's own way for debuggers (3.14 and newer)");
    case BY_PID_GDB:
        return xasprintf("does not listen; entered through gdb, if the same did no harm to a new process of this "
                         "interpreter: %s",
                         process->gdb_only);
    case BY_PID_NONE:
        break;
    }
    return xasprintf("does not listen, and cannot be entered: %s", process->why);
}

/* `python -m pytui`, and what enters processes for it. */
static bool is_ourselves(const char *name, const char *words, size_t length)
{
    if (strcmp(name, "enter.py") == 0 && length > 0 &&
        strstr(words + strlen(words) + 1, "-ISB") == words + strlen(words) + 1)
        return true;
    if (strcmp(name, "pytui") != 0)
        return false;
    for (const char *at = proc_file_next(words, length, NULL); at; at = proc_file_next(words, length, at))
        if (strcmp(at, "--listen") == 0)
            return false;
    return true;
}

/* False: it is none that a list should show. */
static bool describe(const struct by_pid *process, struct live_program *out)
{
    char words[8192];
    const char *script;
    size_t length = proc_file_read(process->pid, "cmdline", words, sizeof words);
    const char *name = find_name(words, length, &script);
    if (!length || process->state == 'Z' || process->state == 'X' || is_ourselves(name, words, length))
        return false;
    char *kernel = jupyter_kernel_name(process->pid);
    *out =
        (struct live_program){.plain = true,
                              .name = xstrdup(kernel ? kernel : name),
                              .kernel = kernel,
                              .state = xstrdup(process->state == 'T' || process->state == 't' ? "stopped" : "running"),
                              .pid = process->pid,
                              .age = process->age,
                              .rank = rank_of(process->pid),
                              .command = xstrdup(process->command),
                              .script = absolute(process->pid, kernel ? NULL : script),
                              .executable = process->executable[0] ? xstrdup(process->executable) : NULL,
                              .address = process->way == BY_PID_ARMED ? xstrdup(process->armed) : NULL,
                              .way = process->way,
                              .note = explain(process)};
    if (process->major)
        out->python = xasprintf("%d.%d", process->major, process->minor);
    return true;
}

/* Rounds */

static uint64_t hash(const char *text, ssize_t length)
{
    uint64_t value = 14695981039346656037u;
    for (ssize_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)text[i]) * 1099511628211u;
    return value;
}

static const struct known *find_known(const struct processes *self, int64_t pid)
{
    size_t low = 0, high = self->before_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (self->before[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < self->before_count && self->before[low].pid == pid ? &self->before[low] : NULL;
}

static void look_at(struct processes *self, const char *entry)
{
    char link[64], executable[PATH_MAX];
    struct stat status;
    struct by_pid process;
    struct live_program program;
    int64_t pid = strtoll(entry, NULL, 10);
    if (pid <= 0 || pid == getpid() || fstatat(dirfd(self->entries), entry, &status, 0) < 0 ||
        status.st_uid != geteuid())
        return;
    snprintf(link, sizeof link, "%.20s/exe", entry);
    ssize_t length = readlinkat(dirfd(self->entries), link, executable, sizeof executable);
    if (length <= 0) /* of the kernel's own, or one that we may not look at */
        return;
    struct known here = {.pid = pid, .executable = hash(executable, length)};
    const struct known *known = find_known(self, pid);
    bool same = known && known->executable == here.executable;
    here.python = same && !known->python ? false : by_pid_look(pid, &process) && process.python;
    xgrow(&self->here, &self->here_capacity, self->here_count + 1, sizeof *self->here);
    self->here[self->here_count++] = here;
    if (here.python && describe(&process, &program)) {
        xgrow(&self->list.programs, &self->capacity, self->list.count + 1, sizeof program);
        self->list.programs[self->list.count++] = program;
    }
}

/* Those that can be entered first. */
static int compare(const void *left, const void *right)
{
    const struct live_program *a = left, *b = right;
    return !a->way != !b->way ? (a->way ? -1 : 1) : live_compare(left, right);
}

static int compare_known(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

static void begin_round(struct processes *self)
{
    self->entries = opendir("/proc");
    self->list = (struct live_list){0};
    self->capacity = 0;
}

static void end_round(struct processes *self)
{
    if (self->entries)
        closedir(self->entries);
    self->entries = NULL;
    qsort(self->list.programs, self->list.count, sizeof *self->list.programs, compare);
    qsort(self->here, self->here_count, sizeof *self->here, compare_known);
    free(self->before);
    self->before = self->here;
    self->before_count = self->here_count;
    self->here = NULL;
    self->here_count = self->here_capacity = 0;
}

/* True: the round is over. */
static bool go_on(struct processes *self, int64_t until)
{
    struct dirent *entry = NULL;
    while (self->entries && (entry = readdir(self->entries))) {
        look_at(self, entry->d_name);
        if (loop_now() >= until)
            return false;
    }
    return true;
}

static void next_slice(struct loop *loop, void *data)
{
    struct processes *self = data;
    if (!self->entries)
        begin_round(self);
    if (!go_on(self, loop_now() + SLICE)) {
        self->timer = loop_add_timer(loop, 1, next_slice, self);
        return;
    }
    end_round(self);
    struct live_list former = self->shown;
    self->shown = self->list;
    self->list = (struct live_list){0};
    self->timer = loop_add_timer(loop, PAUSE, next_slice, self);
    self->handler(&self->shown, self->data);
    live_finish(&former);
}

struct processes *processes_watch(struct loop *loop, void (*handler)(const struct live_list *list, void *data),
                                  void *data)
{
    struct processes *self = xcalloc(1, sizeof *self);
    *self = (struct processes){.loop = loop, .handler = handler, .data = data};
    self->timer = loop_add_timer(loop, 0, next_slice, self);
    return self;
}

static void finish(struct processes *self)
{
    if (self->entries)
        closedir(self->entries);
    live_finish(&self->list);
    live_finish(&self->shown);
    free(self->before);
    free(self->here);
}

void processes_destroy(struct processes *self)
{
    if (!self)
        return;
    loop_remove(self->loop, self->timer);
    finish(self);
    free(self);
}

struct live_list processes_find(const struct live_list *listening)
{
    struct processes self = {0};
    begin_round(&self);
    go_on(&self, INT64_MAX);
    end_round(&self);
    struct live_list list = self.list;
    self.list = (struct live_list){0};
    finish(&self);
    live_leave_out(&list, listening);
    return list;
}

bool processes_any(void)
{
    struct processes self = {0};
    begin_round(&self);
    while (self.list.count == 0 && !go_on(&self, 0))
        ;
    bool any = self.list.count > 0;
    finish(&self);
    return any;
}
