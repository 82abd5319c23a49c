/* The event loop: poll(2) over descriptors and timers, signals through a pipe, hooks once a turn.
 *
 * Handlers do bounded work and never block. A handler may remove itself or any other; removal takes
 * effect at once and memory is freed after the turn. Ids are never reused, so a stale one is harmless. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;

typedef void (*loop_fd_handler)(struct loop *loop, int fd, short events, void *data);
typedef void (*loop_timer_handler)(struct loop *loop, void *data);
typedef void (*loop_signal_handler)(struct loop *loop, int signal, void *data);
/* Called before each poll; returns how long it wants to sleep at most, in ms (-1: no wish). */
typedef int (*loop_hook)(struct loop *loop, void *data);

struct loop *loop_create(void);       /* NULL with errno on failure */
void loop_destroy(struct loop *loop); /* asserts that no descriptor is registered any more; NULL is fine */

/* Watch FD for EVENTS (POLLIN, POLLOUT); POLLHUP and POLLERR always come. Lower PRIORITY is served
 * first within a turn: keys 0, backend 1, pty 2. */
uint64_t loop_add_fd(struct loop *loop, int fd, short events, int priority, loop_fd_handler handler, void *data);
void loop_set_events(struct loop *loop, uint64_t id, short events);
/* One-shot after MS milliseconds; repeat by adding again. */
uint64_t loop_add_timer(struct loop *loop, unsigned ms, loop_timer_handler handler, void *data);
bool loop_add_signal(struct loop *loop, int signal, loop_signal_handler handler, void *data);
void loop_add_hook(struct loop *loop, loop_hook hook, void *data);
void loop_remove(struct loop *loop, uint64_t id); /* descriptor or timer; an unknown id is fine */

/* Whether a descriptor of a priority above (number below) PRIORITY is readable right now: a long
 * handler asks this to give way to the keyboard. */
bool loop_urgent(struct loop *loop, int priority);

int loop_run(struct loop *loop); /* until loop_stop(), which may have come before; gives its status */
void loop_stop(struct loop *loop, int status);

/* Monotonic clock in microseconds. */
int64_t loop_now(void);
