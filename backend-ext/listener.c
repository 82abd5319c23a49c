/* How a client comes in:
 *
 *   doorman: accept -> the first message is whole -> `initialize` -> OFFERED
 *   taker (porter with the GIL, or a thread that waits): listener_open() -> WANTED, and waits
 *   doorman: server_create() -> OPENED -> the taker goes on with the session
 *
 * or the taker refuses it, or the client goes away before anybody took it. One client is offered at a time; others wait
 * in their places, where describing goes on. While something is offered the doorman looks up every TICK. */
#include "listener.h"

#include "attach.h"
#include "backend.h"
#include "compat.h"
#include "description.h"
#include "guest.h"
#include "native_thread.h"
#include "server.h"
#include "tcp_door.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/rendezvous.h"
#include "protocol/transport.h"
#include "protocol/value.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define GUESTS_MAX  8     /* who have not said whole what they want */
#define GUEST_TIME  10000 /* ms that they get for it */
#define TICK        3     /* ms */
#define LINGER_TICK 50    /* ms between looks whether one that lingers is over */
#define GRACE       1000  /* ms after its session that one still lingers: who asked who it is comes back */

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum offer { OFFER_NONE, OFFERED, OFFER_WANTED, OFFER_OPENED };

struct listener {
    pthread_mutex_t lock; /* of all below but the doorman's own */
    pthread_cond_t changed;
    pid_t pid;                    /* whose it is */
    struct listener_place *place; /* while it starts */
    char address[512], path[512];
    char file[RENDEZVOUS_NAME_SIZE]; /* in the usual place; "" elsewhere */
    bool public;                     /* TCP for other machines as well */
    bool started, failed, closing;
    bool armed; /* not listed */
    int linger; /* ms, of one that is there for one session; 0: for all */
    int threads;
    int waiting; /* threads of the program that want a client */
    bool busy;   /* the porter has the GIL or waits for it */
    enum offer offer;
    char refusal[256];                /* with OFFERED: what to tell it in the end; "": nothing */
    const struct server_hooks *hooks; /* with OFFER_WANTED */
    struct server *server;            /* with OFFER_OPENED; NULL: it failed */
    char error[256];
    /* The doorman's: */
    int door, directory;  /* -1: none */
    struct tcp_door *tcp; /* beside the door; NULL: there is none. Under the lock, for others to see that it is gone */
    struct guest guests[GUESTS_MAX], offered;
    long long idle_since; /* with linger: ms; nobody was there since */
    bool served;          /* with linger: it has had its session */
};

/* One a process; set with the GIL held. It stays in memory: threads may be in their last lines. */
static struct listener *listener;

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Guests. */

/* Offer GUEST, who leaves its place. False: another one is offered, or is just being taken. */
static bool offer(struct listener *self, struct guest *guest)
{
    pthread_mutex_lock(&self->lock);
    bool free = self->offer == OFFER_NONE && self->offered.fd < 0;
    if (free) {
        self->offered = *guest;
        *guest = (struct guest){.fd = -1};
        self->offer = OFFERED;
        self->refusal[0] = '\0';
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    return free;
}

/* See what GUEST wants. */
static void attend(struct listener *self, struct guest *guest)
{
    struct message message;
    char buffer[256];
    int whole = guest_peek(guest, &message);
    guest->partial = whole == 0;
    if (whole < 0) {
        guest_dismiss(guest);
    } else if (whole && strcmp(message.name, "pytui/describe") == 0) {
        pthread_mutex_lock(&self->lock);
        bool waiting = self->waiting > 0;
        pthread_mutex_unlock(&self->lock);
        guest_answer(guest, message_response(guest->arena, guest->seq, message.name,
                                             description_value(guest->arena, waiting, self->address)));
        guest_dismiss(guest);
    } else if (whole && strcmp(message.name, "initialize") != 0) {
        guest_answer(guest, message_error(guest->arena, guest->seq, message.name, "send initialize first"));
        guest_dismiss(guest);
    } else if (whole) {
        const char *why = guest_refuse(&message, buffer, sizeof(buffer));
        if (why) {
            guest_turn_away(guest, why);
        } else if (guest_wants_to_watch(&message)) {
            guest_let_watch(guest);
        } else if (!offer(self, guest)) {
            arena_destroy(guest->arena);
            guest->arena = NULL;
            guest->partial = true; /* looked at again by time */
        }
    }
}

/* A free place, or that of who has been here longest: the silent ones must not keep others out. */
static struct guest *find_place(struct listener *self)
{
    struct guest *place = &self->guests[0];
    for (int i = 1; i < GUESTS_MAX && place->fd >= 0; i++) {
        struct guest *guest = &self->guests[i];
        place = guest->fd < 0 || guest->until < place->until ? guest : place;
    }
    return place;
}

static void welcome(struct listener *self, int fd)
{
    if (fd >= 0) {
        struct guest *place = find_place(self);
        guest_dismiss(place);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        *place = (struct guest){.fd = fd, .until = now_milliseconds() + GUEST_TIME};
    }
}

static void let_in(struct listener *self)
{
    char error[256];
    welcome(self, transport_accept(self->door, error, sizeof(error)));
}

/* The client that is offered was taken, refused, or is gone. */
static void follow_offer(struct listener *self, bool gone)
{
    pthread_mutex_lock(&self->lock);
    if (self->offer == OFFERED && (gone || self->refusal[0])) {
        self->offer = OFFER_NONE;
        pthread_mutex_unlock(&self->lock);
        if (gone) {
            guest_dismiss(&self->offered);
        } else {
            guest_turn_away(&self->offered, self->refusal);
        }
        return;
    }
    if (self->offer == OFFER_WANTED) {
        int fd = self->offered.fd;
        self->offered.fd = -1; /* the server's, whatever comes */
        guest_dismiss(&self->offered);
        self->server = server_create(fd, self->hooks, self->error, sizeof(self->error));
        self->served = true;
        self->offer = OFFER_OPENED;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
}

/* The doorman. */

static bool stands_at_the_door(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    bool on = !self->closing;
    pthread_mutex_unlock(&self->lock);
    return on;
}

static bool has_guests(const struct listener *self)
{
    bool any = self->offered.fd >= 0;
    for (int i = 0; i < GUESTS_MAX; i++) {
        any = any || self->guests[i].fd >= 0;
    }
    return any;
}

/* It was there for one session, which has come and gone, or nobody came. */
static bool is_over(struct listener *self)
{
    bool attached = false, stopped = false;
    long long now = now_milliseconds();
    backend_tell_state(&attached, &stopped);
    pthread_mutex_lock(&self->lock);
    bool wanted = self->waiting > 0 || self->offer != OFFER_NONE || self->busy;
    pthread_mutex_unlock(&self->lock);
    if (attached || wanted || has_guests(self)) {
        self->idle_since = now;
        return false;
    }
    int longest = self->served && self->linger > GRACE ? GRACE : self->linger;
    return now - self->idle_since > longest;
}

/* Shut the door from inside. */
static void retire(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    self->closing = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    unlinkat(self->directory, self->file, 0);
}

/* How long to sleep, in ms; -1: until somebody comes. Dismisses those whose time is over. */
static int patience(struct listener *self)
{
    long long now = now_milliseconds(), nearest = -1;
    for (int i = 0; i < GUESTS_MAX; i++) {
        struct guest *guest = &self->guests[i];
        if (guest->fd < 0) {
            continue;
        }
        if (guest->until <= now) {
            guest_dismiss(guest);
            continue;
        }
        long long left = guest->partial ? 10 * TICK : guest->until - now;
        nearest = nearest < 0 || left < nearest ? left : nearest;
    }
    if (self->linger && (nearest < 0 || nearest > LINGER_TICK)) {
        nearest = LINGER_TICK;
    }
    return self->offered.fd >= 0 ? TICK : (int)nearest;
}

static void watch_door(struct listener *self)
{
    struct pollfd waiting[GUESTS_MAX + 2 + TCP_DOOR_POLLS], *strangers = waiting + GUESTS_MAX + 2;
    while (stands_at_the_door(self)) {
        int timeout = patience(self);
        for (int i = 0; i < GUESTS_MAX; i++) {
            struct guest *guest = &self->guests[i];
            waiting[i] = (struct pollfd){.fd = guest->partial ? -1 : guest->fd, .events = POLLIN};
        }
        waiting[GUESTS_MAX] = (struct pollfd){.fd = self->door, .events = POLLIN};
        waiting[GUESTS_MAX + 1] = (struct pollfd){.fd = self->offered.fd, .events = POLLRDHUP};
        tcp_door_prepare(self->tcp, strangers, &timeout);
        if (poll(waiting, sizeof(waiting) / sizeof(waiting[0]), timeout) < 0 && errno != EINTR) {
            return;
        }
        follow_offer(self, self->offered.fd >= 0 && waiting[GUESTS_MAX + 1].revents);
        for (int i = 0; i < GUESTS_MAX; i++) {
            struct guest *guest = &self->guests[i];
            if (guest->fd >= 0 && (guest->partial || waiting[i].revents)) {
                attend(self, guest);
            }
        }
        if (waiting[GUESTS_MAX].revents) {
            let_in(self);
        }
        welcome(self, tcp_door_serve(self->tcp, strangers));
        if (self->linger && is_over(self)) {
            retire(self);
        }
    }
}

/* Listen, in a table of descriptors of our own. False with the reason in the place. */
static bool open_door(struct listener *self)
{
    struct listener_place *place = self->place;
    char path[400], tcp[sizeof(self->address)];
    if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE) != 0) {
        snprintf(place->error, sizeof(place->error), "the kernel refuses a private table of descriptors");
        return false;
    }
    bool tcp_wanted = strncmp(self->address, "tcp:", 4) == 0;
    if (tcp_wanted &&
        !(self->tcp = tcp_door_open(self->address, self->public, tcp, place->error, sizeof(place->error)))) {
        return false;
    }
    if (!self->file[0]) {
        self->door = transport_listen(self->address, place->error, sizeof(place->error));
    } else if (rendezvous_path(0, path, sizeof(path))) {
        self->directory = rendezvous_open(0, true, place->error, sizeof(place->error));
        self->door = self->directory < 0
                         ? -1
                         : rendezvous_listen(self->directory, self->file, place->error, sizeof(place->error));
        snprintf(self->path, sizeof(self->path), "%s/%s", path, self->file);
        snprintf(self->address, sizeof(self->address), "unix:%.500s", self->path);
    }
    if (self->door >= 0) {
        fcntl(self->door, F_SETFL, fcntl(self->door, F_GETFL) | O_NONBLOCK);
    }
    if (self->tcp) {
        snprintf(self->address, sizeof(self->address), "%s", tcp);
    }
    return self->door >= 0;
}

static void report_start(struct listener *self, bool ok)
{
    pthread_mutex_lock(&self->lock);
    self->started = ok;
    self->failed = !ok;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void leave_thread(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    self->threads--;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void close_tcp(struct listener *self)
{
    tcp_door_close(self->tcp);
    pthread_mutex_lock(&self->lock);
    self->tcp = NULL;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void *stand_at_door(void *data)
{
    struct listener *self = data;
    bool ok = open_door(self);
    report_start(self, ok);
    if (ok) {
        watch_door(self);
    }
    for (int i = 0; i < GUESTS_MAX; i++) {
        guest_dismiss(&self->guests[i]);
    }
    pthread_mutex_lock(&self->lock); /* a taker that waits for its server waits in vain */
    self->server = NULL;
    snprintf(self->error, sizeof(self->error), "the program listens no more");
    self->offer = self->offer == OFFER_WANTED ? OFFER_OPENED : OFFER_NONE;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    guest_dismiss(&self->offered);
    close(self->door);
    close_tcp(self);
    leave_thread(self);
    return NULL;
}

/* Taking. */

struct server *listener_open(const struct server_hooks *hooks, char *error, size_t size)
{
    struct listener *self = listener;
    struct server *server = NULL;
    pthread_mutex_lock(&self->lock);
    if (self->offer != OFFERED || self->refusal[0]) {
        snprintf(error, size, "the client went away");
    } else {
        self->hooks = hooks;
        self->offer = OFFER_WANTED;
        while (self->offer == OFFER_WANTED) {
            pthread_cond_wait(&self->changed, &self->lock);
        }
        server = self->server;
        snprintf(error, size, "%s", server ? "" : self->error);
        self->offer = OFFER_NONE;
    }
    pthread_mutex_unlock(&self->lock);
    return server;
}

void listener_refuse(const char *why)
{
    struct listener *self = listener;
    pthread_mutex_lock(&self->lock);
    if (self->offer == OFFERED && !self->refusal[0]) {
        snprintf(self->refusal, sizeof(self->refusal), "%s", why);
    }
    pthread_mutex_unlock(&self->lock);
}

static bool is_offered(const struct listener *self)
{
    return self->offer == OFFERED && !self->refusal[0];
}

static void set_time(struct timespec *at, int milliseconds)
{
    clock_gettime(CLOCK_REALTIME, at);
    at->tv_nsec += milliseconds * 1000000L;
    at->tv_sec += at->tv_nsec / 1000000000L;
    at->tv_nsec %= 1000000000L;
}

bool listener_wait(int milliseconds)
{
    struct listener *self = listener;
    struct timespec until;
    int result = 0;
    if (!self) {
        return false;
    }
    set_time(&until, milliseconds);
    pthread_mutex_lock(&self->lock);
    while (!is_offered(self) && !self->closing && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    }
    bool offered = is_offered(self);
    pthread_mutex_unlock(&self->lock);
    return offered;
}

static void change_waiting(int by)
{
    if (listener) {
        pthread_mutex_lock(&listener->lock);
        listener->waiting += by;
        pthread_cond_broadcast(&listener->changed);
        pthread_mutex_unlock(&listener->lock);
    }
}

void listener_begin_waiting(void)
{
    change_waiting(1);
}

void listener_end_waiting(void)
{
    change_waiting(-1);
}

/* The porter. */

/* GIL held. What goes wrong is told to the client. */
static void bring_in(void)
{
    const char *refused = attach_refuse();
    if (refused) {
        listener_refuse(refused);
        return;
    }
    if (!backend_attach(LISTENER_ADDRESS, false)) {
        PyObject *error = PyErr_GetRaisedException(), *text = error ? PyObject_Str(error) : NULL;
        PyObject *bytes = text ? PyUnicode_AsUTF8String(text) : NULL;
        listener_refuse(bytes ? PyBytes_AsString(bytes) : "the debugger cannot be started");
        Py_XDECREF(bytes);
        Py_XDECREF(text);
        Py_XDECREF(error);
        PyErr_Clear();
    }
}

static bool is_waited_for(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    bool waited = self->waiting > 0;
    pthread_mutex_unlock(&self->lock);
    return waited;
}

static void *carry(void *data)
{
    struct listener *self = data;
    pthread_mutex_lock(&self->lock);
    while (!self->closing) {
        if (!is_offered(self) || self->waiting) {
            pthread_cond_wait(&self->changed, &self->lock);
            continue;
        }
        self->busy = true;
        pthread_mutex_unlock(&self->lock);
        PyGILState_STATE state = PyGILState_Ensure();
        if (!is_waited_for(self)) { /* since: a thread waits, whose stop outlived its client */
            bring_in();
        }
        PyGILState_Release(state);
        pthread_mutex_lock(&self->lock);
        self->busy = false;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    leave_thread(self);
    return NULL;
}

/* Life. */

static struct listener *create(const char *address, bool public, struct listener_place *place)
{
    struct listener *self = calloc(1, sizeof(*self));
    if (!self) {
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->pid = getpid();
    self->place = place;
    self->public = public;
    self->door = self->directory = self->offered.fd = -1;
    for (int i = 0; i < GUESTS_MAX; i++) {
        self->guests[i].fd = -1;
    }
    if (address) {
        snprintf(self->address, sizeof(self->address), "%s", address);
    }
    if (address && strncmp(address, "unix:", 5) == 0) {
        snprintf(self->path, sizeof(self->path), "%s", address + strlen("unix:"));
    } else {
        rendezvous_name(self->file, description_name(), (long)getpid(), description_rank());
    }
    return self;
}

/* Wait for the doorman's word. */
static bool wait_for_start(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->started && !self->failed) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    bool ok = self->started;
    pthread_mutex_unlock(&self->lock);
    return ok;
}

/* How it is to listen. */
struct manner {
    bool public, armed;
    int linger;
};

/* The thread that called for it has room for it here. False with the reason in PLACE. */
static bool launch(struct listener *self, struct listener_place *place)
{
    snprintf(place->error, sizeof(place->error), "cannot start the debugger's threads");
    if (!self || native_thread_start(stand_at_door, self, NATIVE_STACK_SMALL) != 0) {
        free(self);
        return false;
    }
    self->threads = 2;
    if (!wait_for_start(self)) {
        return false; /* the doorman may be in its last lines: it is not freed */
    }
    if (native_thread_start(carry, self, NATIVE_STACK_PYTHON) != 0) {
        self->threads = 1;
        self->closing = true;
        return false;
    }
    self->place = NULL;
    listener = self;
    snprintf(place->address, sizeof(place->address), "%s", self->address);
    place->error[0] = '\0';
    return true;
}

/* It has shut its door, or is to. */
static bool is_closing(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    bool closing = self->closing;
    pthread_mutex_unlock(&self->lock);
    return closing;
}

static int count_threads(struct listener *self)
{
    pthread_mutex_lock(&self->lock);
    int count = self->threads;
    pthread_mutex_unlock(&self->lock);
    return count;
}

/* Forget one that is over. Its memory is freed where no thread is in its last lines. */
static void forget_closed(void)
{
    struct listener *self = listener;
    if (!self || !is_closing(self)) {
        return;
    }
    listener = NULL;
    if (count_threads(self) == 0) {
        pthread_mutex_destroy(&self->lock);
        pthread_cond_destroy(&self->changed);
        free(self);
    }
}

static bool begin(const char *address, const char *name, struct manner manner, struct listener_place *place)
{
    *place = (struct listener_place){0};
    forget_closed();
    if (listener && listener->armed && !manner.armed) {
        listener_stop();
    }
    if (listener) {
        snprintf(place->error, sizeof(place->error), "this program listens already, at %.440s", listener->address);
        return false;
    }
    if (address && strncmp(address, "unix:", 5) != 0 && strncmp(address, "tcp:", 4) != 0) {
        snprintf(place->error, sizeof(place->error),
                 "%.300s: cannot listen there; unix:PATH and tcp:HOST:PORT can be listened on", address);
        return false;
    }
    if (address && strlen(address) >= sizeof(place->address)) {
        snprintf(place->error, sizeof(place->error), "the address is too long");
        return false;
    }
    description_learn(name);
    struct listener *self = create(address, manner.public, place);
    if (self && manner.armed) {
        self->armed = true;
        self->linger = manner.linger;
        self->idle_since = now_milliseconds();
        snprintf(self->file, sizeof(self->file), RENDEZVOUS_ARMED, (long)getpid());
    }
    return launch(self, place);
}

bool listener_start(const char *address, const char *name, bool public, struct listener_place *place)
{
    return begin(address, name, (struct manner){.public = public}, place);
}

bool listener_arm(int linger, struct listener_place *place)
{
    return begin(NULL, NULL, (struct manner){.armed = true, .linger = linger}, place);
}

bool listener_is_armed(void)
{
    return listener && listener->armed;
}

const char *listener_address(void)
{
    return listener && !is_closing(listener) ? listener->address : NULL;
}

/* The doorman sleeps in poll(): knock. */
static void knock(const struct listener *self)
{
    char error[256];
    int directory = self->file[0] ? rendezvous_open(0, false, error, sizeof(error)) : -1;
    int fd = directory >= 0  ? rendezvous_dial(directory, self->file, error, sizeof(error))
             : self->file[0] ? -1
                             : transport_dial(self->address, error, sizeof(error));
    if (directory >= 0) {
        unlinkat(directory, self->file, 0);
        close(directory);
    } else if (fd >= 0) {
        unlink(self->path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

void listener_stop(void)
{
    struct listener *self = listener;
    if (!self) {
        return;
    }
    listener = NULL;
    if (self->pid != getpid()) { /* forked by C code that runs no fork handlers of Python's */
        return;
    }
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&self->lock);
    self->closing = true;
    pthread_cond_broadcast(&self->changed);
    while (self->busy) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
    knock(self);
    pthread_mutex_lock(&self->lock);
    while (self->tcp) { /* its port is free for the next one */
        pthread_cond_wait(&self->changed, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
    Py_END_ALLOW_THREADS
}

void listener_forked(void)
{
    listener = NULL;
}
