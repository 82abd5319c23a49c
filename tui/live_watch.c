/* One round: the sockets that are there are asked, those apart that still owe an answer from the round before; when all
 * have answered or the patience is over, the list is told, and a pause follows. Who is late keeps what was known. */
#include "live_watch.h"

#include "live_internal.h"
#include "loop.h"
#include "protocol/channel.h"
#include "protocol/rendezvous.h"
#include "xalloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAUSE    1000 /* ms from one round's end to the next round */
#define PRIORITY 2    /* as output of the program */

struct watched {
    struct live_watch *watch; /* borrowed */
    struct live_program shown, answer;
    int place;
    char *file, *address;    /* owned */
    struct channel *channel; /* owned; NULL: it owes no answer */
    uint64_t id;             /* of its descriptor in the loop */
    bool seen;               /* its socket was there in this round */
};

struct live_watch {
    struct loop *loop; /* borrowed */
    live_watch_handler handler;
    void *data;
    struct watched **watched; /* owned */
    size_t count, capacity;
    uint64_t timer;        /* the next round, or the end of this one */
    bool asking;           /* there is a round */
    struct live_list list; /* owned, with what its programs borrow from those watched */
};

static void begin_round(struct loop *loop, void *data);

static void hang_up(struct watched *each)
{
    if (!each->channel)
        return;
    loop_remove(each->watch->loop, each->id);
    channel_destroy(each->channel);
    each->channel = NULL;
}

static void forget(struct watched *each)
{
    hang_up(each);
    live_program_finish(&each->shown);
    live_program_finish(&each->answer);
    free(each->file);
    free(each->address);
    free(each);
}

static void take_over(struct watched *each)
{
    if (!each->answer.name)
        return;
    live_program_finish(&each->shown);
    each->shown = each->answer;
    each->answer = (struct live_program){0};
}

static void tell(struct live_watch *watch)
{
    size_t kept = 0;
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->watched[i]->seen)
            watch->watched[kept++] = watch->watched[i];
        else
            forget(watch->watched[i]);
    }
    watch->count = kept;
    free(watch->list.programs);
    watch->list = (struct live_list){.programs = xcalloc(kept + 1, sizeof *watch->list.programs)};
    for (size_t i = 0; i < kept; i++) {
        take_over(watch->watched[i]);
        if (watch->watched[i]->shown.name)
            watch->list.programs[watch->list.count++] = watch->watched[i]->shown;
    }
    qsort(watch->list.programs, watch->list.count, sizeof *watch->list.programs, live_compare);
    watch->handler(&watch->list, watch->data);
}

static void end_round(struct live_watch *watch)
{
    loop_remove(watch->loop, watch->timer);
    watch->asking = false;
    watch->timer = loop_add_timer(watch->loop, PAUSE, begin_round, watch);
    tell(watch);
}

static void out_of_patience(struct loop *loop, void *data)
{
    (void)loop;
    end_round(data);
}

static void end_if_answered(struct live_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->watched[i]->channel)
            return;
    end_round(watch);
}

static void heard(struct loop *loop, int fd, short events, void *data)
{
    (void)loop, (void)fd, (void)events;
    struct watched *each = data;
    struct live_program answer = {.age = -1, .rank = -1};
    enum live_answer said = live_hear(each->channel, &answer);
    if (said == LIVE_PENDING)
        return;
    hang_up(each);
    live_program_finish(&each->answer);
    if (said == LIVE_ANSWERED) {
        each->answer = answer;
        live_name_kernel(&each->answer);
        each->answer.address = xstrdup(each->address);
        each->answer.place = each->place;
        each->answer.file = xstrdup(each->file);
    } else {
        live_program_finish(&answer);
        each->seen = false;
    }
    if (each->watch->asking)
        end_if_answered(each->watch);
}

static struct watched *find(struct live_watch *watch, int place, const char *path, const char *file)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->watched[i]->place == place && strcmp(watch->watched[i]->file, file) == 0)
            return watch->watched[i];
    xgrow(&watch->watched, &watch->capacity, watch->count + 1, sizeof(struct watched *));
    struct watched *each = watch->watched[watch->count++] = xcalloc(1, sizeof *each);
    *each = (struct watched){
        .watch = watch, .place = place, .file = xstrdup(file), .address = xasprintf("unix:%s/%s", path, file)};
    return each;
}

static void ask(struct live_watch *watch, int place, int directory, const char *path, const char *file)
{
    struct watched *each = find(watch, place, path, file);
    each->seen = true;
    if (each->channel) /* it still owes an answer */
        return;
    char error[256];
    int fd = rendezvous_dial_now(directory, file, error, sizeof error);
    if (fd < 0) { /* gone, unless it is only that nobody accepts now */
        each->seen = !rendezvous_remove_stale(directory, file) && each->shown.name;
        return;
    }
    each->channel = live_question(fd);
    each->id = loop_add_fd(watch->loop, fd, POLLIN, PRIORITY, heard, each);
}

static void ask_place(struct live_watch *watch, int place)
{
    char path[4096], error[256];
    int directory = rendezvous_path(place, path, sizeof path) ? rendezvous_open(place, false, error, sizeof error) : -1;
    int copy = directory >= 0 ? fcntl(directory, F_DUPFD_CLOEXEC, 3) : -1;
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (entry->d_name[0] != '.')
            ask(watch, place, directory, path, entry->d_name);
    if (entries)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
    if (directory >= 0)
        close(directory);
}

static void begin_round(struct loop *loop, void *data)
{
    struct live_watch *watch = data;
    for (size_t i = 0; i < watch->count; i++)
        watch->watched[i]->seen = false;
    watch->asking = true;
    watch->timer = loop_add_timer(loop, LIVE_PATIENCE, out_of_patience, watch);
    for (int place = 0; place < RENDEZVOUS_PLACES; place++)
        ask_place(watch, place);
    end_if_answered(watch);
}

/* What is known already stays until a round says otherwise. */
static void know(struct live_watch *watch, const struct live_program *program)
{
    const char *end = program->file ? strrchr(program->address, '/') : NULL;
    if (!end)
        return;
    char *path = xmemdup(program->address + strlen("unix:"), (size_t)(end - program->address) - strlen("unix:"));
    find(watch, program->place, path, program->file)->shown = live_program_copy(program);
    free(path);
}

struct live_watch *live_watch_create(struct loop *loop, const struct live_list *known, live_watch_handler handler,
                                     void *data)
{
    struct live_watch *watch = xcalloc(1, sizeof *watch);
    *watch = (struct live_watch){.loop = loop, .handler = handler, .data = data};
    for (size_t i = 0; i < known->count; i++)
        know(watch, &known->programs[i]);
    watch->timer = loop_add_timer(loop, 0, begin_round, watch);
    return watch;
}

void live_watch_destroy(struct live_watch *watch)
{
    if (!watch)
        return;
    loop_remove(watch->loop, watch->timer);
    for (size_t i = 0; i < watch->count; i++)
        forget(watch->watched[i]);
    free(watch->watched);
    free(watch->list.programs);
    free(watch);
}
