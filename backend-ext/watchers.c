/* A watcher is in the list from the moment its connection stands, and gets events once it has said configurationDone;
 * it is told then at which stop the program is. Watchers and their servers are never freed: threads may be in their
 * last lines. Locks: backend->lock, then this one, then a server's. */
#include "watchers.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "lifecycle.h"
#include "listener.h"
#include "requests.h"
#include "server.h"
#include "stop.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/schema.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_LIMIT   ((size_t)8 << 20) /* bytes that wait for one that does not read: it is dropped */
#define CHATTER_LIMIT ((size_t)1 << 20) /* output is left out from there on */
#define LAST_WORDS    50                /* ms that the end of the program waits for all of them */

#define REFUSED "read-only: another debugger holds this session"

struct watcher {
    struct watchers *all;
    pthread_mutex_t lock;  /* held until the server is known */
    struct server *server; /* NULL: the place in the list is not taken yet */
    bool initialized;      /* its reader's alone */
    bool ready;            /* it said configurationDone; the list's lock */
};

struct watchers {
    struct backend *backend;
    pthread_mutex_t lock;
    atomic_int count;
    struct watcher *list[WATCHERS_MAX]; /* NULL: free */
    bool over, told;                    /* the session is; and they have heard of it */
    struct arena *stop_arena;           /* owned: a copy of the last `stopped` while it stands; NULL */
    struct value *stop;
    bool changed; /* variables were, since */
};

struct watchers *watchers_create(struct backend *backend)
{
    struct watchers *all = calloc(1, sizeof(*all));
    if (all) {
        all->backend = backend;
        pthread_mutex_init(&all->lock, NULL);
    }
    return all;
}

void watchers_destroy(struct watchers *all)
{
    if (all) {
        pthread_mutex_destroy(&all->lock);
        arena_destroy(all->stop_arena);
    }
    free(all);
}

int watchers_count(struct backend *backend)
{
    return backend->watchers ? atomic_load(&backend->watchers->count) : 0;
}

/* Telling */

/* A copy of an event to one; lock held. */
static void tell(struct watcher *watcher, const char *name, const struct value *body)
{
    size_t waiting = server_waiting(watcher->server);
    if (waiting > QUEUE_LIMIT) {
        server_drop(watcher->server);
        return;
    }
    bool chatter = strcmp(name, "output") == 0 && waiting > CHATTER_LIMIT;
    struct arena *arena = chatter ? NULL : arena_create();
    if (arena) {
        server_post(watcher->server, arena, message_event(arena, name, body ? value_copy(arena, body) : NULL));
    }
}

/* For those who come later. Lock held. */
static void keep_stop(struct watchers *all, const struct value *body)
{
    arena_destroy(all->stop_arena);
    all->stop = NULL;
    all->changed = false;
    all->stop_arena = body ? arena_create() : NULL;
    if (all->stop_arena) {
        all->stop = value_copy(all->stop_arena, body);
    }
}

static void tell_all(struct watchers *all, const char *name, const struct value *body)
{
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (all->list[i] && all->list[i]->ready) {
            tell(all->list[i], name, body);
        }
    }
}

void watchers_tell(struct backend *backend, const char *name, const struct value *body)
{
    struct watchers *all = backend->watchers;
    bool stopped = strcmp(name, "stopped") == 0;
    if (atomic_load(&all->count) == 0 && !(stopped && listener_address())) {
        return;
    }
    pthread_mutex_lock(&all->lock);
    if (stopped) {
        keep_stop(all, body);
    }
    all->told = all->told || strcmp(name, "terminated") == 0;
    tell_all(all, name, body);
    pthread_mutex_unlock(&all->lock);
}

void watchers_tell_continued(struct backend *backend, long long thread)
{
    struct watchers *all = backend->watchers;
    struct arena *arena = thread && watchers_count(backend) ? arena_create() : NULL;
    struct value *body = arena ? value_map(arena) : NULL;
    if (body) {
        value_set_int(arena, body, "threadId", thread);
        value_set_bool(arena, body, "allThreadsContinued", true);
    }
    pthread_mutex_lock(&all->lock);
    keep_stop(all, NULL);
    if (body) {
        tell_all(all, "continued", body);
    }
    pthread_mutex_unlock(&all->lock);
    arena_destroy(arena);
}

static struct value *changed_areas(struct arena *arena)
{
    struct value *body = value_map(arena), *areas = value_array(arena);
    value_append(arena, areas, value_text(arena, "variables"));
    value_set(arena, body, "areas", areas);
    return body;
}

void watchers_tell_changed(struct backend *backend)
{
    struct watchers *all = backend->watchers;
    struct arena *arena = listener_address() ? arena_create() : NULL;
    if (arena) {
        pthread_mutex_lock(&all->lock);
        all->changed = true;
        tell_all(all, "invalidated", changed_areas(arena));
        pthread_mutex_unlock(&all->lock);
        arena_destroy(arena);
    }
}

void watchers_tell_breakpoints(struct backend *backend)
{
    struct arena *arena = watchers_count(backend) ? arena_create() : NULL;
    if (arena) {
        watchers_tell(backend, "pytui/breakpoints", breakpoints_describe_all(backend->breakpoints, arena));
        arena_destroy(arena);
    }
}

/* Requests. On the watcher's reader thread. */

static void refuse(struct watcher *watcher, struct arena *arena, const struct message *message, const char *why)
{
    server_post(watcher->server, arena, message_error(arena, message->seq, message->name, why));
}

static void accept_request(struct watcher *watcher, struct arena *arena, const struct message *message,
                           struct value *body)
{
    server_post(watcher->server, arena, message_response(arena, message->seq, message->name, body));
}

static void initialize(struct watcher *watcher, struct arena *arena, const struct message *message)
{
    struct arena *event = arena_create();
    char error[LIFECYCLE_ERROR];
    struct value *body =
        watcher->initialized ? NULL : lifecycle_welcome(watcher->all->backend, arena, message->body, true, error);
    if (body) {
        watcher->initialized = true;
        accept_request(watcher, arena, message, body);
        server_post(watcher->server, event, message_event(event, "initialized", NULL));
    } else {
        const char *text = arena_printf(arena, "%s", watcher->initialized ? "initialize was sent before" : error);
        refuse(watcher, arena, message, text ? text : "refused");
        arena_destroy(event);
    }
}

/* From here on events come, the stop that stands first. */
static void begin(struct watcher *watcher, struct arena *arena, const struct message *message)
{
    struct watchers *all = watcher->all;
    pthread_mutex_lock(&all->lock);
    accept_request(watcher, arena, message, NULL);
    if (!watcher->ready && all->stop) {
        tell(watcher, "stopped", all->stop);
        struct arena *areas = all->changed ? arena_create() : NULL;
        if (areas) {
            tell(watcher, "invalidated", changed_areas(areas));
            arena_destroy(areas);
        }
    }
    watcher->ready = true;
    pthread_mutex_unlock(&all->lock);
}

static void leave(struct watcher *watcher, struct arena *arena, const struct message *message)
{
    accept_request(watcher, arena, message, NULL);
    server_close(watcher->server);
}

/* Nothing that could be cancelled runs code: it is over soon. */
static void ignore(struct watcher *watcher, struct arena *arena, const struct message *message)
{
    accept_request(watcher, arena, message, NULL);
}

static const struct {
    const char *name;
    void (*handle)(struct watcher *watcher, struct arena *arena, const struct message *message);
} own[] = {{"initialize", initialize}, {"configurationDone", begin}, {"disconnect", leave}, {"cancel", ignore}};

static void receive(void *data, struct arena *arena, const struct message *message, const char *malformed)
{
    struct watcher *watcher = data;
    pthread_mutex_lock(&watcher->lock); /* until the server is known */
    pthread_mutex_unlock(&watcher->lock);
    if (message->kind != MESSAGE_REQUEST || !message->name || message->seq <= 0) {
        arena_destroy(arena);
        return;
    }
    if (malformed) {
        refuse(watcher, arena, message, malformed);
        return;
    }
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i].name, message->name) == 0) {
            own[i].handle(watcher, arena, message);
            return;
        }
    }
    const struct message_schema *schema = schema_find(MESSAGE_REQUEST, message->name);
    if (schema && !schema->looks) {
        refuse(watcher, arena, message, REFUSED);
    } else if (!watcher->initialized) {
        refuse(watcher, arena, message, "send initialize first");
    } else {
        requests_look(watcher->all->backend, watcher->server, arena, message);
    }
}

static void closed(void *data, const char *reason)
{
    (void)reason;
    struct watcher *watcher = data;
    struct watchers *all = watcher->all;
    pthread_mutex_lock(&watcher->lock);
    pthread_mutex_unlock(&watcher->lock);
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (all->list[i] == watcher) {
            all->list[i] = NULL;
            atomic_fetch_sub(&all->count, 1);
        }
    }
    pthread_mutex_unlock(&all->lock);
}

/* Coming and going */

/* A place in the list for WATCHER. NULL, or why not. */
static const char *take_place(struct watchers *all, struct watcher *watcher)
{
    const char *why = "enough others watch this program already";
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < WATCHERS_MAX && why && !all->over; i++) {
        if (!all->list[i]) {
            all->list[i] = watcher;
            atomic_fetch_add(&all->count, 1);
            why = NULL;
        }
    }
    why = all->over ? "the debugging session is over" : why;
    pthread_mutex_unlock(&all->lock);
    return why;
}

const char *watchers_admit(struct backend *backend, int *fd)
{
    struct watchers *all = backend->watchers;
    struct watcher *watcher = calloc(1, sizeof(*watcher));
    char error[256];
    if (!watcher) {
        return "out of memory";
    }
    watcher->all = all;
    pthread_mutex_init(&watcher->lock, NULL);
    const char *why = take_place(all, watcher);
    if (why) {
        free(watcher);
        return why;
    }
    const struct server_hooks hooks = {.on_message = receive, .on_closed = closed, .data = watcher};
    pthread_mutex_lock(&watcher->lock);
    struct server *server = server_create(*fd, &hooks, error, sizeof(error));
    *fd = -1;
    pthread_mutex_lock(&all->lock);
    watcher->server = server;
    if (server && all->over) {
        server_close(server);
    }
    pthread_mutex_unlock(&all->lock);
    pthread_mutex_unlock(&watcher->lock);
    if (!server) {
        closed(watcher, error);
        free(watcher);
    }
    return NULL;
}

void watchers_close(struct backend *backend)
{
    struct watchers *all = backend->watchers;
    pthread_mutex_lock(&all->lock);
    all->over = true;
    keep_stop(all, NULL);
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (all->list[i] && all->list[i]->server) {
            if (all->list[i]->ready && !all->told) {
                tell(all->list[i], "terminated", NULL);
            }
            server_close(all->list[i]->server);
        }
    }
    pthread_mutex_unlock(&all->lock);
}

void watchers_drain(struct backend *backend)
{
    struct server *servers[WATCHERS_MAX] = {NULL};
    struct watchers *all = backend->watchers;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        servers[i] = all->list[i] ? all->list[i]->server : NULL;
    }
    pthread_mutex_unlock(&all->lock);
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (servers[i]) {
            server_drain(servers[i], LAST_WORDS / WATCHERS_MAX);
        }
    }
}

void watchers_forked(struct backend *backend)
{
    struct watchers *all = backend->watchers;
    pthread_mutex_init(&all->lock, NULL);
    atomic_store(&all->count, 0);
    all->over = true;
    for (size_t i = 0; i < WATCHERS_MAX; i++) {
        if (all->list[i] && all->list[i]->server) {
            server_forked(all->list[i]->server);
        }
        all->list[i] = NULL;
    }
}
