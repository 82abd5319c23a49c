#include "parked.h"

#include "backend.h"
#include "compat.h"
#include "stepping.h"
#include "stop.h"

#include <stdlib.h>
#include <time.h>

struct parked { /* on the stack of the thread that waits */
    struct parked *next;
    pthread_cond_t wake;
    struct timespec since;
    PyObject *frame; /* borrowed: it runs */
    unsigned long ident;
    const struct hits *hits;
    bool go; /* no longer in a list */
};

struct parking {                   /* guarded by backend->lock */
    struct parked *first, *served; /* those to be reported; those that were and go on after the stop */
    struct timespec restarted;     /* when the program went on last */
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

/* The one that is now the first has to look at the time. */
static void wake_first(struct parking *parking)
{
    if (parking->first) {
        pthread_cond_signal(&parking->first->wake);
    }
}

static void release_list(struct parked **list)
{
    while (*list) {
        struct parked *parked = *list;
        *list = parked->next;
        parked->go = true;
        pthread_cond_signal(&parked->wake);
    }
}

/* Sleep until PARKED may go on, or the step has taken too long: then true. Lock held, no GIL. During a stop
 * there is no hurry, and to wait for the GIL then would starve (helper_plan_turn()). */
static bool sleep_parked(struct backend *backend, struct parked *parked)
{
    struct parking *parking = backend->parking;
    while (!parked->go) {
        if (backend->phase != PHASE_RUNNING || parking->first != parked) {
            pthread_cond_wait(&parked->wake, &backend->lock);
            continue;
        }
        struct timespec now, end = end_of_patience(parking, parked);
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
            wake_first(parking);
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

bool parked_wait(struct backend *backend, const struct hits *hits)
{
    if (!stepping_elsewhere(backend->stepping) || backend->ended) {
        return true;
    }
    struct parked parked = {.frame = (PyObject *)PyEval_GetFrame(), .ident = PyThread_get_thread_ident(), .hits = hits};
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

bool parked_take(struct backend *backend, struct parked_stop *next)
{
    struct parking *parking = backend->parking;
    pthread_mutex_lock(&backend->lock);
    struct parked *parked = parking->first;
    if (parked) {
        parking->first = parked->next;
        parked->next = parking->served;
        parking->served = parked;
        *next = (struct parked_stop){Py_NewRef(parked->frame), parked->ident, *parked->hits};
    }
    pthread_mutex_unlock(&backend->lock);
    return parked != NULL;
}

void parked_release_served(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    release_list(&backend->parking->served);
    pthread_mutex_unlock(&backend->lock);
}

void parked_restart(struct backend *backend)
{
    clock_gettime(CLOCK_MONOTONIC, &backend->parking->restarted);
    wake_first(backend->parking);
}

void parked_release_all(struct backend *backend)
{
    release_list(&backend->parking->first);
    release_list(&backend->parking->served);
}

void parked_forked(struct backend *backend)
{
    *backend->parking = (struct parking){0};
}
