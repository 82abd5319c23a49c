/* The reader polls the socket and takes the channel's lock only to receive; the writer sleeps on a
 * condition until something is posted, hands it to the channel and flushes. Encoding happens on the
 * writer's side: posting is a pointer put in a list.
 *
 * A server is never freed while the process lives: its threads may still be in their last lines when
 * the interpreter is gone already. */
#include "server.h"

#include "native_thread.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define POSTED_LIMIT    ((size_t)64 << 20) /* bytes in arenas that wait: the peer counts as dead */
#define CONGESTED_LIMIT ((size_t)4 << 20)
#define HIGH_DESCRIPTOR 500
#define CLOSE_PATIENCE  2000 /* ms that a peer gets to take what was sent before the end */
#define POLL_SLICE      100  /* ms between looks at `closing` while the peer is slow */

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

struct posted {
    struct posted *next;
    struct arena *arena; /* owned */
    struct value *message;
    size_t size;
};

struct server {
    struct server_hooks hooks;
    int fd;
    bool private_table;
    pthread_mutex_t lock; /* of everything below but the channel */
    pthread_cond_t changed;
    struct posted *first, **last; /* what waits for the writer */
    size_t waiting;               /* bytes of it */
    bool started, failed;         /* the threads run, or could not be started */
    bool writing;                 /* the writer has taken messages that are not sent yet */
    struct timespec alarm;        /* when on_alarm is called; 0: not */
    bool closing;                 /* send what waits, then end */
    bool closed;                  /* nothing is sent or received any more */
    int threads;                  /* of ours that run */
    pthread_mutex_t channel_lock; /* taken after lock, if both */
    struct channel *channel;      /* owned; destroyed by the last thread */
    struct channel_counts counts; /* as they were when the channel was destroyed */
};

static void free_posted(struct posted *list)
{
    while (list) {
        struct posted *next = list->next;
        arena_destroy(list->arena);
        free(list);
        list = next;
    }
}

/* A thread ends: the last one destroys the channel. */
static void leave_thread(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    bool last = --server->threads == 0;
    pthread_mutex_unlock(&server->lock);
    if (last) {
        pthread_mutex_lock(&server->channel_lock);
        server->counts = channel_counts(server->channel);
        channel_destroy(server->channel);
        server->channel = NULL;
        pthread_mutex_unlock(&server->channel_lock);
    }
}

/* Nothing goes any more: wake everybody, and the reader out of its poll. */
static void mark_closed(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    struct posted *dropped = server->first;
    server->first = NULL;
    server->last = &server->first;
    server->waiting = 0;
    server->closed = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    free_posted(dropped);
    pthread_mutex_lock(&server->channel_lock);
    if (server->channel && channel_fd(server->channel) >= 0) {
        shutdown(channel_fd(server->channel), SHUT_RDWR);
    }
    pthread_mutex_unlock(&server->channel_lock);
}

/* Whether the writer must give up on what it holds. */
static bool writer_must_end(struct server *server, int *patience)
{
    pthread_mutex_lock(&server->lock);
    bool end = server->closed || (server->closing && *patience <= 0) || server->waiting > POSTED_LIMIT;
    if (server->closing) {
        *patience -= POLL_SLICE;
    }
    pthread_mutex_unlock(&server->lock);
    return end;
}

/* Send until nothing is left in the channel's queue. False when the channel is of no use any more. */
static bool flush_channel(struct server *server)
{
    int patience = CLOSE_PATIENCE;
    for (;;) {
        pthread_mutex_lock(&server->channel_lock);
        bool usable = channel_flush(server->channel) == CHANNEL_OPEN;
        bool more = channel_wants_write(server->channel);
        int fd = channel_fd(server->channel);
        pthread_mutex_unlock(&server->channel_lock);
        if (!usable || !more) {
            return usable;
        }
        if (writer_must_end(server, &patience)) {
            return false;
        }
        poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, POLL_SLICE);
    }
}

/* MAP without what its lists and maps hold: of a snapshot, all of which can be asked for. */
static struct value *emptied(struct arena *arena, const struct value *map)
{
    struct value *result = value_map(arena);
    for (size_t i = 0; i < map->map.count; i++) {
        struct value *value = map->map.entries[i].value;
        if (value->type != VALUE_MAP) {
            value_set(arena, result, map->map.entries[i].key, value->type == VALUE_ARRAY ? value_array(arena) : value);
        }
    }
    if (value_get(map, "moreFrames")) {
        value_set_bool(arena, result, "moreFrames", true);
    }
    return result;
}

/* What is sent in place of MESSAGE, which breaks a limit of the protocol: every request has an answer, and
 * whoever waits for a stop must hear of it. NULL: nothing. */
static struct value *replacement(struct arena *arena, const struct value *message, const char *reason)
{
    int64_t request_seq = value_get_int(message, "request_seq", 0);
    if (request_seq > 0) {
        const char *command = arena_printf(arena, "%.100s", value_get_text(message, "command", ""));
        const char *text = arena_printf(arena, "%s", reason);
        return command && text ? message_error(arena, request_seq, command, text) : NULL;
    }
    const struct value *body = value_get_map(message, "body");
    struct value *plain = value_map(arena);
    for (size_t i = 0; body && i < body->map.count; i++) {
        struct value *value = body->map.entries[i].value;
        bool snapshot = strcmp(body->map.entries[i].key, "pytui") == 0 && value->type == VALUE_MAP;
        value_set(arena, plain, body->map.entries[i].key, snapshot ? emptied(arena, value) : value);
    }
    return message_event(arena, value_get_text(message, "event", ""), plain);
}

/* Hand MESSAGE to the channel. Its lock is held. */
static void send_message(struct server *server, struct arena *arena, struct value *message)
{
    if (channel_send(server->channel, arena, message) == 0 && channel_state(server->channel) == CHANNEL_OPEN) {
        struct value *other = replacement(arena, message, channel_error(server->channel));
        if (other) {
            channel_send(server->channel, arena, other);
        }
    }
}

/* Encode and send LIST, which is freed. */
static bool send_posted(struct server *server, struct posted *list)
{
    bool usable = true;
    for (struct posted *posted = list; posted && usable; posted = posted->next) {
        pthread_mutex_lock(&server->channel_lock);
        send_message(server, posted->arena, posted->message);
        bool more = channel_wants_write(server->channel);
        usable = channel_state(server->channel) == CHANNEL_OPEN;
        pthread_mutex_unlock(&server->channel_lock);
        if (usable && more) {
            usable = flush_channel(server);
        }
    }
    free_posted(list);
    return usable;
}

static void set_alarm(struct server *server, int milliseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += milliseconds % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    bool earlier =
        at.tv_sec != server->alarm.tv_sec ? at.tv_sec < server->alarm.tv_sec : at.tv_nsec < server->alarm.tv_nsec;
    if (!server->alarm.tv_sec || earlier) {
        server->alarm = at;
    }
}

void server_alarm(struct server *server, int milliseconds)
{
    pthread_mutex_lock(&server->lock);
    set_alarm(server, milliseconds);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* Sleep until something changes; the alarm is over then at the latest. Lock held. */
static void wait_for_posts(struct server *server)
{
    if (!server->alarm.tv_sec || !server->hooks.on_alarm) {
        pthread_cond_wait(&server->changed, &server->lock);
    } else if (pthread_cond_timedwait(&server->changed, &server->lock, &server->alarm) == ETIMEDOUT) {
        server->alarm.tv_sec = 0;
        pthread_mutex_unlock(&server->lock);
        int again = server->hooks.on_alarm(server->hooks.data);
        pthread_mutex_lock(&server->lock);
        if (again >= 0) {
            set_alarm(server, again);
        }
    }
}

static void *write_thread(void *data)
{
    struct server *server = data;
    bool usable = true;
    pthread_mutex_lock(&server->lock);
    while (usable && !server->closed) {
        if (!server->first) {
            server->writing = false;
            pthread_cond_broadcast(&server->changed);
            if (server->closing) {
                break;
            }
            wait_for_posts(server);
            continue;
        }
        struct posted *list = server->first;
        server->first = NULL;
        server->last = &server->first;
        server->waiting = 0;
        server->writing = true;
        pthread_mutex_unlock(&server->lock);
        usable = send_posted(server, list);
        pthread_mutex_lock(&server->lock);
    }
    server->writing = false;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    mark_closed(server);
    leave_thread(server);
    return NULL;
}

/* Take what came from the socket and hand the messages on. False at the end of the channel. */
static bool receive_messages(struct server *server)
{
    pthread_mutex_lock(&server->channel_lock);
    bool open = channel_receive(server->channel) == CHANNEL_OPEN;
    pthread_mutex_unlock(&server->channel_lock);
    for (;;) {
        struct arena *arena = arena_create();
        if (!arena) {
            return false;
        }
        struct message message;
        const char *malformed = NULL;
        pthread_mutex_lock(&server->channel_lock);
        bool got = channel_next(server->channel, arena, &message, &malformed);
        if (got && malformed) {
            malformed = arena_printf(arena, "%s", malformed);
        }
        open = open && channel_state(server->channel) != CHANNEL_FAILED;
        pthread_mutex_unlock(&server->channel_lock);
        if (!got) {
            arena_destroy(arena);
            return open;
        }
        server->hooks.on_message(server->hooks.data, arena, &message, malformed);
    }
}

static void read_until_closed(struct server *server)
{
    bool open = true;
    while (open) {
        pthread_mutex_lock(&server->channel_lock);
        struct pollfd waiting = {.fd = channel_fd(server->channel), .events = POLLIN};
        pthread_mutex_unlock(&server->channel_lock);
        if (waiting.fd < 0) {
            return;
        }
        int timeout = server->hooks.timeout ? server->hooks.timeout(server->hooks.data) : -1;
        int ready = poll(&waiting, 1, timeout);
        if (ready > 0) {
            open = receive_messages(server);
        } else if (ready == 0 && server->hooks.on_timeout) {
            server->hooks.on_timeout(server->hooks.data);
        } else if (ready < 0 && errno != EINTR) {
            return;
        }
    }
}

/* Leave the program's descriptor table for one that holds the socket alone. */
static bool take_private_table(int fd)
{
    bool unshared = fd > 0 ? syscall(SYS_close_range, 0u, (unsigned)fd - 1, CLOSE_RANGE_UNSHARE) == 0
                           : syscall(SYS_close_range, 1u, ~0u, CLOSE_RANGE_UNSHARE) == 0;
    return unshared && syscall(SYS_close_range, (unsigned)fd + 1, ~0u, 0u) == 0;
}

static void report_start(struct server *server, bool ok)
{
    pthread_mutex_lock(&server->lock);
    server->started = ok;
    server->failed = !ok;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void *read_thread(void *data)
{
    struct server *server = data;
    server->private_table = take_private_table(server->fd);
    if (!server->private_table) {
        int high = fcntl(server->fd, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
        if (high >= 0) {
            close(server->fd);
            server->fd = high;
        } else {
            fcntl(server->fd, F_SETFD, FD_CLOEXEC);
        }
    }
    server->channel = channel_create(server->fd);
    server->threads = 2;
    if (!server->channel || native_thread_start(write_thread, server, NATIVE_STACK_SMALL) != 0) {
        channel_destroy(server->channel);
        server->channel = NULL;
        server->threads = 0;
        report_start(server, false);
        return NULL;
    }
    report_start(server, true);
    read_until_closed(server);
    mark_closed(server);
    char reason[256];
    pthread_mutex_lock(&server->channel_lock);
    const char *error = channel_error(server->channel);
    snprintf(reason, sizeof(reason), "%s", error[0] ? error : "the client closed the connection");
    pthread_mutex_unlock(&server->channel_lock);
    server->hooks.on_closed(server->hooks.data, reason);
    leave_thread(server);
    return NULL;
}

struct server *server_create(int fd, const struct server_hooks *hooks, char *error, size_t size)
{
    struct server *server = calloc(1, sizeof(*server));
    if (!server) {
        snprintf(error, size, "out of memory");
        close(fd);
        return NULL;
    }
    server->hooks = *hooks;
    server->fd = fd;
    server->last = &server->first;
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->channel_lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    int number = native_thread_start(read_thread, server, NATIVE_STACK_SMALL);
    bool ok = number == 0;
    pthread_mutex_lock(&server->lock);
    while (ok && !server->started && !server->failed) {
        pthread_cond_wait(&server->changed, &server->lock);
    }
    ok = ok && server->started;
    pthread_mutex_unlock(&server->lock);
    if (server->private_table || !ok) {
        close(fd);
    }
    if (!ok) {
        snprintf(error, size, "cannot start the debugger's threads: %s", strerror(number ? number : ENOMEM));
        free(server);
        return NULL;
    }
    return server;
}

bool server_post(struct server *server, struct arena *arena, struct value *message)
{
    struct posted *posted = message && !arena_failed(arena) ? malloc(sizeof(*posted)) : NULL;
    if (!posted) {
        arena_destroy(arena);
        return false;
    }
    *posted = (struct posted){.arena = arena, .message = message, .size = arena_size(arena)};
    pthread_mutex_lock(&server->lock);
    bool ok = !server->closed && !server->closing;
    if (ok) {
        *server->last = posted;
        server->last = &posted->next;
        server->waiting += posted->size;
        pthread_cond_broadcast(&server->changed);
    }
    pthread_mutex_unlock(&server->lock);
    if (!ok) {
        free_posted(posted);
    }
    return ok;
}

size_t server_waiting(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t waiting = server->waiting;
    pthread_mutex_unlock(&server->lock);
    return waiting;
}

bool server_congested(struct server *server)
{
    return server_waiting(server) > CONGESTED_LIMIT;
}

/* The writer looks for that between its slices, and has the reader woken. */
void server_drop(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->closed = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

bool server_drain(struct server *server, int milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&server->lock);
    int result = 0;
    while (!server->closed && (server->first || server->writing) && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&server->changed, &server->lock, &until);
    }
    bool drained = !server->closed && !server->first && !server->writing;
    pthread_mutex_unlock(&server->lock);
    return drained;
}

void server_close(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->closing = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

bool server_is_closed(struct server *server)
{
    if (!server) {
        return true;
    }
    pthread_mutex_lock(&server->lock);
    bool closed = server->closed;
    pthread_mutex_unlock(&server->lock);
    return closed;
}

struct channel_counts server_counts(struct server *server)
{
    pthread_mutex_lock(&server->channel_lock);
    struct channel_counts counts = server->channel ? channel_counts(server->channel) : server->counts;
    pthread_mutex_unlock(&server->channel_lock);
    return counts;
}

void server_forked(struct server *server)
{
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->channel_lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->closed = true;
    server->threads = 0;
    server->first = NULL;
    server->last = &server->first;
    server->waiting = 0;
    if (!server->private_table) {
        close(server->fd);
    }
}
