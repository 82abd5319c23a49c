/* One turn: hooks, poll, signals, descriptors by priority, timers that are due, then the dead are buried.
 *
 * Watches and timers are separate allocations, so that adding and removing inside a handler never moves
 * what the turn is working on: removal unlinks at once and only the memory stays until the turn ends. */
#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "xalloc.h"

struct watch {
    uint64_t id;
    int fd;
    short events;
    int priority;
    loop_fd_handler handler;
    void *data; /* borrowed */
    bool removed;
};

struct timer {
    uint64_t id;
    int64_t due; /* loop_now() */
    loop_timer_handler handler;
    void *data; /* borrowed */
};

struct signal_entry {
    int signal;
    loop_signal_handler handler;
    void *data; /* borrowed */
    struct sigaction previous;
};

struct hook {
    loop_hook hook;
    void *data; /* borrowed */
};

struct loop {
    uint64_t last_id;
    struct watch **watches; /* owned, by priority, then age */
    size_t watch_count, watch_capacity;
    struct watch **graveyard; /* removed in this turn */
    size_t grave_count, grave_capacity;
    struct timer *timers; /* by due time, then age */
    size_t timer_count, timer_capacity;
    struct signal_entry *signals;
    size_t signal_count, signal_capacity;
    struct hook *hooks;
    size_t hook_count, hook_capacity;
    struct pollfd *polled; /* [0] is the signal pipe */
    struct watch **polled_watches;
    size_t polled_capacity, polled_watches_capacity;
    int signal_pipe[2];
    bool stopped;
    int status;
};

/* What the signal handler may touch. One loop at a time has signals. */
static volatile sig_atomic_t pending_signals[NSIG];
static volatile sig_atomic_t signal_write_fd = -1;

static void on_signal(int signal)
{
    int saved_errno = errno;
    pending_signals[signal] = 1;
    /* A full pipe is fine: it wakes the loop, and the flags say what came. */
    ssize_t written = write(signal_write_fd, "", 1);
    (void)written;
    errno = saved_errno;
}

int64_t loop_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct loop *loop_create(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    if (pipe2(loop->signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        log_errno("cannot make the signal pipe");
        free(loop);
        return NULL;
    }
    return loop;
}

static void bury(struct loop *loop)
{
    for (size_t i = 0; i < loop->grave_count; i++)
        free(loop->graveyard[i]);
    loop->grave_count = 0;
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL)
        return;
    assert(loop->watch_count == 0);
    for (size_t i = 0; i < loop->watch_count; i++)
        free(loop->watches[i]);
    for (size_t i = 0; i < loop->signal_count; i++)
        sigaction(loop->signals[i].signal, &loop->signals[i].previous, NULL);
    if (loop->signal_count > 0)
        signal_write_fd = -1;
    bury(loop);
    close(loop->signal_pipe[0]);
    close(loop->signal_pipe[1]);
    free(loop->watches);
    free(loop->graveyard);
    free(loop->timers);
    free(loop->signals);
    free(loop->hooks);
    free(loop->polled);
    free(loop->polled_watches);
    free(loop);
}

uint64_t loop_add_fd(struct loop *loop, int fd, short events, int priority, loop_fd_handler handler, void *data)
{
    struct watch *watch = xcalloc(1, sizeof *watch);
    *watch = (struct watch){
        .id = ++loop->last_id,
        .fd = fd,
        .events = events,
        .priority = priority,
        .handler = handler,
        .data = data,
    };
    xgrow(&loop->watches, &loop->watch_capacity, loop->watch_count + 1, sizeof(struct watch *));
    size_t at = loop->watch_count;
    while (at > 0 && loop->watches[at - 1]->priority > priority)
        at--;
    memmove(&loop->watches[at + 1], &loop->watches[at], (loop->watch_count - at) * sizeof(struct watch *));
    loop->watches[at] = watch;
    loop->watch_count++;
    return watch->id;
}

void loop_set_events(struct loop *loop, uint64_t id, short events)
{
    for (size_t i = 0; i < loop->watch_count; i++) {
        if (loop->watches[i]->id == id)
            loop->watches[i]->events = events;
    }
}

uint64_t loop_add_timer(struct loop *loop, unsigned ms, loop_timer_handler handler, void *data)
{
    struct timer timer = {
        .id = ++loop->last_id,
        .due = loop_now() + (int64_t)ms * 1000,
        .handler = handler,
        .data = data,
    };
    xgrow(&loop->timers, &loop->timer_capacity, loop->timer_count + 1, sizeof(struct timer));
    size_t at = loop->timer_count;
    while (at > 0 && loop->timers[at - 1].due > timer.due)
        at--;
    memmove(&loop->timers[at + 1], &loop->timers[at], (loop->timer_count - at) * sizeof(struct timer));
    loop->timers[at] = timer;
    loop->timer_count++;
    return timer.id;
}

bool loop_add_signal(struct loop *loop, int signal, loop_signal_handler handler, void *data)
{
    if (signal <= 0 || signal >= NSIG) {
        errno = EINVAL;
        return false;
    }
    struct signal_entry entry = {.signal = signal, .handler = handler, .data = data};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    signal_write_fd = loop->signal_pipe[1];
    if (sigaction(signal, &action, &entry.previous) != 0) {
        log_errno("cannot catch signal %d", signal);
        return false;
    }
    xgrow(&loop->signals, &loop->signal_capacity, loop->signal_count + 1, sizeof entry);
    loop->signals[loop->signal_count++] = entry;
    return true;
}

void loop_add_hook(struct loop *loop, loop_hook hook, void *data)
{
    xgrow(&loop->hooks, &loop->hook_capacity, loop->hook_count + 1, sizeof(struct hook));
    loop->hooks[loop->hook_count++] = (struct hook){.hook = hook, .data = data};
}

static void remove_timer_at(struct loop *loop, size_t at)
{
    loop->timer_count--;
    memmove(&loop->timers[at], &loop->timers[at + 1], (loop->timer_count - at) * sizeof(struct timer));
}

static void remove_watch_at(struct loop *loop, size_t at)
{
    struct watch *watch = loop->watches[at];
    watch->removed = true;
    loop->watch_count--;
    memmove(&loop->watches[at], &loop->watches[at + 1], (loop->watch_count - at) * sizeof(struct watch *));
    xgrow(&loop->graveyard, &loop->grave_capacity, loop->grave_count + 1, sizeof(struct watch *));
    loop->graveyard[loop->grave_count++] = watch;
}

void loop_remove(struct loop *loop, uint64_t id)
{
    for (size_t i = 0; i < loop->watch_count; i++) {
        if (loop->watches[i]->id == id) {
            remove_watch_at(loop, i);
            return;
        }
    }
    for (size_t i = 0; i < loop->timer_count; i++) {
        if (loop->timers[i].id == id) {
            remove_timer_at(loop, i);
            return;
        }
    }
}

bool loop_urgent(struct loop *loop, int priority)
{
    struct pollfd urgent[16];
    nfds_t count = 0;
    urgent[count++] = (struct pollfd){.fd = loop->signal_pipe[0], .events = POLLIN};
    for (size_t i = 0; i < loop->watch_count && count < 16; i++) {
        if (loop->watches[i]->priority < priority && (loop->watches[i]->events & POLLIN))
            urgent[count++] = (struct pollfd){.fd = loop->watches[i]->fd, .events = POLLIN};
    }
    return poll(urgent, count, 0) > 0;
}

static int run_hooks(struct loop *loop)
{
    int timeout = -1;
    for (size_t i = 0; i < loop->hook_count && !loop->stopped; i++) {
        int wish = loop->hooks[i].hook(loop, loop->hooks[i].data);
        if (wish >= 0 && (timeout < 0 || wish < timeout))
            timeout = wish;
    }
    return timeout;
}

static int until_next_timer(const struct loop *loop, int timeout)
{
    if (loop->timer_count == 0)
        return timeout;
    int64_t left = (loop->timers[0].due - loop_now() + 999) / 1000; /* rounded up: waking too early spins */
    if (left < 0)
        left = 0;
    if (left > INT_MAX)
        left = INT_MAX;
    return timeout < 0 || left < timeout ? (int)left : timeout;
}

/* Fill the poll set from the watches; gives their number. */
static size_t prepare_poll(struct loop *loop)
{
    size_t count = loop->watch_count;
    xgrow(&loop->polled, &loop->polled_capacity, count + 1, sizeof(struct pollfd));
    xgrow(&loop->polled_watches, &loop->polled_watches_capacity, count, sizeof(struct watch *));
    loop->polled[0] = (struct pollfd){.fd = loop->signal_pipe[0], .events = POLLIN};
    for (size_t i = 0; i < count; i++) {
        loop->polled[i + 1] = (struct pollfd){.fd = loop->watches[i]->fd, .events = loop->watches[i]->events};
        loop->polled_watches[i] = loop->watches[i];
    }
    return count;
}

static void serve_signals(struct loop *loop)
{
    char drain[64];
    while (read(loop->signal_pipe[0], drain, sizeof drain) > 0)
        continue;
    for (size_t i = 0; i < loop->signal_count && !loop->stopped; i++) {
        struct signal_entry entry = loop->signals[i];
        if (pending_signals[entry.signal]) {
            pending_signals[entry.signal] = 0;
            entry.handler(loop, entry.signal, entry.data);
        }
    }
}

static void serve_watches(struct loop *loop, size_t count)
{
    for (size_t i = 0; i < count && !loop->stopped; i++) {
        struct watch *watch = loop->polled_watches[i];
        short events = loop->polled[i + 1].revents;
        if (events == 0 || watch->removed)
            continue;
        watch->handler(loop, watch->fd, events, watch->data);
        if ((events & POLLNVAL) && !watch->removed) {
            /* Closed behind our back: it would wake every poll for ever. */
            log_write("descriptor %d was closed while it was watched", watch->fd);
            loop_remove(loop, watch->id);
        }
    }
}

/* Timers added by these handlers wait for the next turn, even with no delay. */
static void serve_timers(struct loop *loop)
{
    int64_t now = loop_now();
    uint64_t newest = loop->last_id;
    size_t i = 0;
    while (i < loop->timer_count && !loop->stopped && loop->timers[i].due <= now) {
        struct timer timer = loop->timers[i];
        if (timer.id > newest) {
            i++;
            continue;
        }
        remove_timer_at(loop, i);
        timer.handler(loop, timer.data);
        i = 0; /* the handler may have removed others */
    }
}

int loop_run(struct loop *loop)
{
    while (!loop->stopped) { /* before it began, perhaps: what it was to wait for has failed */
        int timeout = run_hooks(loop);
        if (loop->stopped)
            break;
        size_t count = prepare_poll(loop);
        int ready = poll(loop->polled, count + 1, until_next_timer(loop, timeout));
        if (ready < 0 && errno != EINTR) {
            log_errno("poll");
            loop_stop(loop, 1);
        }
        if (ready > 0 && loop->polled[0].revents != 0)
            serve_signals(loop);
        if (ready > 0)
            serve_watches(loop, count);
        serve_timers(loop);
        bury(loop);
    }
    bury(loop);
    loop->stopped = false;
    return loop->status;
}

void loop_stop(struct loop *loop, int status)
{
    loop->stopped = true;
    loop->status = status;
}
