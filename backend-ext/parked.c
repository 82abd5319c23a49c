#include "parked.h"

#include "backend.h"
#include "compat.h"
#include "helper.h"
#include "hold.h"
#include "stepping.h"
#include "stop.h"
#include "threads.h"

#include <stdlib.h>
#include <time.h>

struct parked { /* on the stack of the thread that waits */
    struct parked *next;
    pthread_cond_t wake;
    struct timespec since;
    long long thread;
    bool go; /* no longer in the list */
};

struct parking {               /* guarded by backend->lock */
    struct parked *first;      /* those to be reported, the earliest first */
    struct timespec restarted; /* when the program went on last */
};

struct parking *parking_create(void)
{
    return calloc(1, sizeof(struct parking));
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static struct timespec end_of_patience(const struct parking *parking, const struct parked *parked)
{
    struct timespec at = is_later(&parking->restarted, &parked->since) ? parking->restarted : parked->since;
    at.tv_nsec += PARKED_PATIENCE * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

static void append(struct parking *parking, struct parked *parked)
{
    struct parked **link = &parking->first;
    while (*link) {
        link = &(*link)->next;
    }
    *link = parked;
}

void parked_changed(struct backend *backend)
{
    for (struct parked *parked = backend->parking->first; parked; parked = parked->next) {
        pthread_cond_signal(&parked->wake);
    }
}

/* Whether PARKED has to wait for whatever long: for the end of a stop (to wait for the GIL then would starve, see
 * helper_plan_turn()), for those before it, or while another thread runs alone. Lock held. */
static bool is_patient(const struct backend *backend, const struct parked *parked)
{
    return backend->phase != PHASE_RUNNING || hold_runner(backend) || backend->parking->first != parked;
}

/* Sleep until PARKED may go on, or is to stop: then true. Lock held, no GIL. */
static bool sleep_parked(struct backend *backend, struct parked *parked)
{
    while (!parked->go) {
        if (backend->phase == PHASE_RUNNING && hold_is_handing(backend, parked->thread)) {
            return true;
        }
        if (is_patient(backend, parked)) {
            pthread_cond_wait(&parked->wake, &backend->lock);
            continue;
        }
        struct timespec now, end = end_of_patience(backend->parking, parked);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (!is_later(&end, &now)) {
            return true;
        }
        pthread_cond_timedwait(&parked->wake, &backend->lock, &end);
    }
    return false;
}

/* Out of the queue, if it still is there: nobody else reports it then. */
static bool withdraw(struct backend *backend, struct parked *parked)
{
    struct parking *parking = backend->parking;
    pthread_mutex_lock(&backend->lock);
    bool queued = !parked->go;
    for (struct parked **link = &parking->first; queued && *link; link = &(*link)->next) {
        if (*link == parked) {
            *link = parked->next;
            parked_changed(backend);
            break;
        }
    }
    pthread_mutex_unlock(&backend->lock);
    return queued;
}

static void init_wake(struct parked *parked)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&parked->wake, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool parked_wait(struct backend *backend)
{
    helper_let_finish(backend);
    bool stopped = stop_active(backend); /* by another thread, while a condition of this one or the helper ran */
    if ((!stopped && !stepping_elsewhere(backend->stepping)) || backend->ended) {
        return true;
    }
    if (atomic_load(&backend->terminating)) {
        return false;
    }
    struct parked parked = {.thread = threads_current(backend)};
    bool over = false, late = false;
    init_wake(&parked);
    clock_gettime(CLOCK_MONOTONIC, &parked.since);
    pthread_mutex_lock(&backend->lock);
    append(backend->parking, &parked);
    pthread_mutex_unlock(&backend->lock);
    do {
        Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&backend->lock);
        late = sleep_parked(backend, &parked);
        over = parked.go;
        pthread_mutex_unlock(&backend->lock);
        Py_END_ALLOW_THREADS
    } while (!over && (stop_active(backend) || !late)); /* a stop can begin while the GIL is waited for */
    over = !withdraw(backend, &parked);
    pthread_cond_destroy(&parked.wake);
    return !over;
}

long long parked_first(const struct backend *backend)
{
    return backend->parking->first ? backend->parking->first->thread : 0;
}

bool parked_is_waiting(const struct backend *backend, long long thread)
{
    const struct parked *parked = backend->parking->first;
    while (parked && parked->thread != thread) {
        parked = parked->next;
    }
    return parked != NULL;
}

void parked_restart(struct backend *backend)
{
    clock_gettime(CLOCK_MONOTONIC, &backend->parking->restarted);
    parked_changed(backend);
}

void parked_release_all(struct backend *backend)
{
    while (backend->parking->first) {
        struct parked *parked = backend->parking->first;
        backend->parking->first = parked->next;
        parked->go = true;
        pthread_cond_signal(&parked->wake);
    }
}

void parked_forked(struct backend *backend)
{
    *backend->parking = (struct parking){0};
}
