#include "live_internal.h"

#include "jupyter.h"
#include "protocol/arena.h"
#include "protocol/channel.h"
#include "protocol/message.h"
#include "protocol/rendezvous.h"
#include "protocol/transport.h"
#include "protocol/value.h"
#include "xalloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Questions */

struct question {
    struct live_program program;
    struct channel *channel; /* owned; NULL: answered, or in vain */
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static char *text_of(const struct value *body, const char *key)
{
    const char *text = value_get_text(body, key, NULL);
    return text ? xstrdup(text) : NULL;
}

/* Since when it runs, by the kernel's word. */
static int64_t process_age(int64_t pid)
{
    char path[64], text[1024];
    double uptime = 0;
    FILE *file = fopen("/proc/uptime", "re");
    if (file && fscanf(file, "%lf", &uptime) != 1)
        uptime = 0;
    if (file)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    file = fopen(path, "re");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    char *at = strrchr(text, ')'); /* after the name: state is field 3, the start field 22 */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    long ticks = sysconf(_SC_CLK_TCK);
    if (!at || ticks <= 0 || uptime <= 0)
        return -1;
    int64_t age = (int64_t)(uptime - strtod(at, NULL) / (double)ticks);
    return age < 0 ? 0 : age;
}

static char *join_words(const struct value *words)
{
    char *line = xstrdup("");
    for (size_t i = 0; i < value_count(words); i++) {
        const struct value *word = value_at(words, i);
        if (word->type != VALUE_STRING)
            continue;
        char *longer = xasprintf("%s%s%.*s", line, *line ? " " : "", (int)word->string.length, word->string.bytes);
        free(line);
        line = longer;
    }
    return line;
}

/* The first word of its command line after the interpreter that is a file. */
static char *find_script(const struct value *words, const char *directory)
{
    for (size_t i = 1; i < value_count(words); i++) {
        const struct value *word = value_at(words, i);
        if (word->type != VALUE_STRING || word->string.length == 0 || word->string.bytes[0] == '-')
            continue;
        char *name = xmemdup(word->string.bytes, word->string.length);
        char *path = name[0] == '/' ? xstrdup(name) : xasprintf("%s/%s", directory, name);
        free(name);
        size_t length = strlen(path);
        if (length > 3 && strcmp(path + length - 3, ".py") == 0 && access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static int64_t time_since(int64_t began)
{
    int64_t age = (int64_t)time(NULL) - began;
    return began <= 0 ? -1 : age < 0 ? 0 : age;
}

static void take_answer(struct live_program *program, const struct value *body)
{
    const struct value *words = value_get_array(body, "commandLine");
    program->name = text_of(body, "name");
    program->listens = text_of(body, "address");
    program->state = text_of(body, "state");
    program->attached = value_get_bool(body, "attached", false);
    program->watchers = (int)value_get_int(body, "watchers", 0);
    program->pid = value_get_int(body, "pid", 0);
    program->began = value_get_int(body, "began", 0);
    program->age = process_age(program->pid);
    program->rank = value_get_int(body, "rank", -1);
    program->job = text_of(body, "job");
    program->command = join_words(words);
    program->script = find_script(words, value_get_text(body, "directory", ""));
    program->python = text_of(body, "pythonVersion");
    program->executable = text_of(body, "executable");
}

void live_name_kernel(struct live_program *program)
{
    program->kernel = jupyter_kernel_name(program->pid);
    if (program->kernel && program->name && strncmp(program->name, "ipykernel", 9) == 0) { /* nobody gave it another */
        free(program->name);
        program->name = xstrdup(program->kernel);
    }
}

struct channel *live_question(int fd)
{
    struct arena *arena = arena_create();
    struct channel *channel = channel_create(fd);
    if (!arena || !channel)
        abort();
    channel_send(channel, arena, message_request(arena, "pytui/describe", NULL));
    arena_destroy(arena);
    return channel;
}

enum live_answer live_hear(struct channel *channel, struct live_program *program)
{
    struct arena *arena = arena_create();
    struct message message;
    const char *malformed = NULL;
    enum live_answer answer = LIVE_PENDING;
    if (!arena)
        abort();
    bool open = channel_receive(channel) == CHANNEL_OPEN;
    bool got = channel_next(channel, arena, &message, &malformed);
    if (got || !open)
        answer = LIVE_SILENT;
    if (got && !malformed && message.kind == MESSAGE_RESPONSE && message.success) {
        take_answer(program, message.body);
        answer = program->name ? LIVE_ANSWERED : LIVE_SILENT;
    }
    arena_destroy(arena);
    return answer;
}

static struct question ask(int fd)
{
    return (struct question){.program = {.age = -1, .rank = -1}, .channel = live_question(fd)};
}

/* Read what came; the question is done when it is an answer, or the end. */
static void listen_to(struct question *question)
{
    if (live_hear(question->channel, &question->program) == LIVE_PENDING)
        return;
    channel_destroy(question->channel);
    question->channel = NULL;
}

static void hear_all(struct question *questions, size_t count)
{
    struct pollfd *waiting = xcalloc(count + 1, sizeof *waiting);
    int64_t until = now() + LIVE_PATIENCE;
    for (;;) {
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            waiting[i] =
                (struct pollfd){.fd = questions[i].channel ? channel_fd(questions[i].channel) : -1, .events = POLLIN};
            any = any || questions[i].channel;
        }
        int64_t left = until - now();
        if (!any || left <= 0 || poll(waiting, count, (int)left) < 0)
            break;
        for (size_t i = 0; i < count; i++)
            if (questions[i].channel && waiting[i].revents)
                listen_to(&questions[i]);
    }
    for (size_t i = 0; i < count; i++)
        channel_destroy(questions[i].channel);
    free(waiting);
}

/* Finding */

struct search {
    struct question *questions; /* owned */
    size_t count, capacity;
};

static void ask_socket(struct search *search, int place, int directory, const char *path, const char *file)
{
    char error[256];
    int fd = rendezvous_dial(directory, file, error, sizeof error);
    if (fd < 0) {
        rendezvous_remove_stale(directory, file);
        return;
    }
    xgrow(&search->questions, &search->capacity, search->count + 1, sizeof *search->questions);
    struct question *question = &search->questions[search->count++];
    *question = ask(fd);
    question->program.address = xasprintf("unix:%s/%s", path, file);
    question->program.place = place;
    question->program.file = xstrdup(file);
}

static void search_place(struct search *search, int place)
{
    char path[4096], error[256];
    int directory = rendezvous_path(place, path, sizeof path) ? rendezvous_open(place, false, error, sizeof error) : -1;
    int copy = directory >= 0 ? fcntl(directory, F_DUPFD_CLOEXEC, 3) : -1;
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    long armed, owner;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (strncmp(entry->d_name, RENDEZVOUS_TERMINAL, strlen(RENDEZVOUS_TERMINAL)) == 0)
            rendezvous_remove_stale(directory, entry->d_name); /* a keeper's that was killed */
        else if (entry->d_name[0] != '.')
            ask_socket(search, place, directory, path, entry->d_name);
        else if (sscanf(entry->d_name, RENDEZVOUS_ARMED, &armed) == 1 && kill((pid_t)armed, 0) < 0)
            rendezvous_remove_stale(directory, entry->d_name); /* those at rest are not woken */
        else if (sscanf(entry->d_name, ".enter.%ld.%ld.py", &armed, &owner) == 2 && kill((pid_t)armed, 0) < 0 &&
                 kill((pid_t)owner, 0) < 0)
            unlinkat(directory, entry->d_name, 0); /* enter.py was killed, and the process ended before it looked */
    if (entries)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
    if (directory >= 0)
        close(directory);
}

int live_compare(const void *left, const void *right)
{
    const struct live_program *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (order == 0)
        order = (a->rank > b->rank) - (a->rank < b->rank);
    return order ? order : (a->pid > b->pid) - (a->pid < b->pid);
}

struct live_list live_find(void)
{
    struct search search = {0};
    struct live_list list = {0};
    for (int place = 0; place < RENDEZVOUS_PLACES; place++)
        search_place(&search, place);
    hear_all(search.questions, search.count);
    list.programs = xcalloc(search.count + 1, sizeof *list.programs);
    for (size_t i = 0; i < search.count; i++) {
        live_name_kernel(&search.questions[i].program);
        if (search.questions[i].program.name)
            list.programs[list.count++] = search.questions[i].program;
        else
            live_program_finish(&search.questions[i].program); /* no backend of pytui's */
    }
    free(search.questions);
    qsort(list.programs, list.count, sizeof *list.programs, live_compare);
    return list;
}

bool live_ask(const char *address, struct live_program *program, char *error, size_t size)
{
    int fd = transport_dial(address, error, size);
    if (fd < 0)
        return false;
    struct question question = ask(fd);
    hear_all(&question, 1);
    *program = question.program;
    program->address = xstrdup(address);
    program->elsewhere = strncmp(address, "unix:", 5) != 0;
    if (program->elsewhere)
        program->age = time_since(program->began);
    else
        live_name_kernel(program);
    if (program->name)
        return true;
    snprintf(error, size, "%s: nobody answers there", address);
    live_program_finish(program);
    return false;
}

/* Where its own texts are. */
static const size_t texts[] = {
    offsetof(struct live_program, address), offsetof(struct live_program, name),
    offsetof(struct live_program, state),   offsetof(struct live_program, job),
    offsetof(struct live_program, command), offsetof(struct live_program, script),
    offsetof(struct live_program, python),  offsetof(struct live_program, executable),
    offsetof(struct live_program, file),    offsetof(struct live_program, kernel),
    offsetof(struct live_program, note),    offsetof(struct live_program, listens),
};

static char **text_at(struct live_program *program, size_t index)
{
    return (char **)(void *)((char *)program + texts[index]);
}

struct live_program live_program_copy(const struct live_program *program)
{
    struct live_program copy = *program;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *text_at(&copy, i) = *text_at(&copy, i) ? xstrdup(*text_at(&copy, i)) : NULL;
    return copy;
}

void live_program_finish(struct live_program *program)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(*text_at(program, i));
    *program = (struct live_program){0};
}

void live_finish(struct live_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        live_program_finish(&list->programs[i]);
    free(list->programs);
    *list = (struct live_list){0};
}

void live_append(struct live_list *list, struct live_list *others)
{
    list->programs = xreallocarray(list->programs, list->count + others->count + 1, sizeof *list->programs);
    if (others->count)
        memcpy(list->programs + list->count, others->programs, others->count * sizeof *others->programs);
    list->count += others->count;
    free(others->programs);
    *others = (struct live_list){0};
}

void live_leave_out(struct live_list *list, const struct live_list *others)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool other = false;
        for (size_t j = 0; j < others->count && !other; j++)
            other = others->programs[j].pid == list->programs[i].pid;
        if (other)
            live_program_finish(&list->programs[i]);
        else
            list->programs[kept++] = list->programs[i];
    }
    list->count = kept;
}

int live_connect(const struct live_program *program, char *error, size_t size)
{
    if (!program->file)
        return transport_dial(program->address, error, size);
    int directory = rendezvous_open(program->place, false, error, size);
    int fd = directory >= 0 ? rendezvous_dial(directory, program->file, error, size) : -1;
    if (directory >= 0)
        close(directory);
    if (fd < 0)
        snprintf(error, size, "%s, process %lld, does not listen any more", program->name, (long long)program->pid);
    return fd;
}
