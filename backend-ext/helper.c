#include "helper.h"

#include "backend.h"
#include "breakpoints.h"
#include "native_thread.h"
#include "pause.h"
#include "requests.h"
#include "stepping.h"
#include "stop.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define HEAP_START ((size_t)16 << 10)
#define LET_FINISH 500 /* ms that a stop waits for a request that may want what the stopping thread has */

struct helper {      /* guarded by backend->lock */
    bool busy;       /* has the GIL or waits for it */
    bool working;    /* has taken a request and not answered it yet */
    bool closing;    /* never take the GIL again */
    bool interrupt;  /* interrupt what the stopped thread evaluates */
    bool detach;     /* the client is gone: remove the hooks */
    bool tell_notes; /* note_at has come */
    bool running;
    unsigned long ident;     /* of the helper; set by itself before it ever has the GIL */
    int others;              /* threads of helper_interrupt() that have the GIL or wait for it */
    struct timespec hold_at; /* when a planned pause becomes a hold; 0: none */
    struct timespec turn_at; /* when to make threads take turns again; 0: not */
    struct timespec note_at; /* when to tell of dropped log messages; 0: not */
    uint64_t turn_stop;      /* number of stops when that was planned: a later stop makes it pointless */
};

/* Whether there is something to do that the helper may do now. Lock held. */
static bool has_work(struct backend *backend)
{
    struct helper *helper = backend->helper;
    if (helper->interrupt || helper->detach) {
        return true;
    }
    return backend->phase == PHASE_RUNNING && requests_waiting(backend);
}

static void set_time(struct timespec *at, long milliseconds)
{
    clock_gettime(CLOCK_REALTIME, at);
    at->tv_nsec += milliseconds * 1000000L;
    if (at->tv_nsec >= 1000000000L) {
        at->tv_sec++;
        at->tv_nsec -= 1000000000L;
    }
}

static bool is_earlier(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static bool is_due(struct timespec *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    bool due = at->tv_sec && is_earlier(at, &now);
    if (due) {
        at->tv_sec = 0;
    }
    return due;
}

/* Forget times that have lost their meaning; the earlier of those that are left, or NULL. Lock held. */
static const struct timespec *next_time(struct backend *backend)
{
    struct helper *helper = backend->helper;
    if (backend->phase != PHASE_RUNNING) {
        helper->hold_at.tv_sec = 0;
    }
    if (helper->turn_stop != atomic_load(&backend->counters.stops) ||
        (backend->phase != PHASE_RUNNING && !stop_running_request(backend))) {
        helper->turn_at.tv_sec = 0;
    }
    if (backend->phase != PHASE_RUNNING) { /* a stop tells, too */
        helper->note_at.tv_sec = 0;
    }
    const struct timespec *times[] = {&helper->hold_at, &helper->turn_at, &helper->note_at}, *first = NULL;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        if (times[i]->tv_sec && (!first || is_earlier(times[i], first))) {
            first = times[i];
        }
    }
    return first;
}

/* Sleep until there is work, a pause has waited long enough (then true in *HOLD), or it is time to take
 * the GIL for a moment. False: end. Lock held. */
static bool wait_for_work(struct backend *backend, bool *hold)
{
    struct helper *helper = backend->helper;
    *hold = false;
    while (!helper->closing && !has_work(backend)) {
        const struct timespec *at = next_time(backend);
        if (!at) {
            pthread_cond_wait(&backend->changed, &backend->lock);
            continue;
        }
        pthread_cond_timedwait(&backend->changed, &backend->lock, at);
        if (next_time(backend)) {
            *hold = is_due(&helper->hold_at);
            helper->tell_notes = is_due(&helper->note_at);
            if (is_due(&helper->turn_at) || helper->tell_notes || *hold) {
                break;
            }
        }
    }
    return !helper->closing;
}

/* Run what waits while the program runs. The GIL is held, so nobody can stop meanwhile but us. */
static void run_jobs(struct backend *backend)
{
    for (;;) {
        pthread_mutex_lock(&backend->lock);
        struct job *job = backend->phase == PHASE_RUNNING && !stop_active(backend) ? requests_take(backend) : NULL;
        backend->helper->working = job != NULL;
        pthread_cond_broadcast(&backend->changed); /* somebody may want to stop: see helper_let_finish() */
        pthread_mutex_unlock(&backend->lock);
        if (!job) {
            return;
        }
        requests_run(backend, job);
    }
}

static void work_with_gil(struct backend *backend, bool hold)
{
    struct helper *helper = backend->helper;
    pthread_mutex_lock(&backend->lock);
    bool interrupt = helper->interrupt, detach = helper->detach && !stop_active(backend);
    bool notes = helper->tell_notes;
    helper->interrupt = helper->tell_notes = false;
    if (interrupt) {
        stop_interrupt(backend);
    }
    if (detach || stop_active(backend)) {
        helper->detach = false; /* a stop that goes on detaches by itself */
    }
    pthread_mutex_unlock(&backend->lock);
    if (detach) {
        backend_detach(backend);
        return;
    }
    run_jobs(backend);
    if (notes && !stop_active(backend)) {
        breakpoints_tell_counts(backend->breakpoints);
    }
    if (hold && stepping_pausing(backend->stepping) && !stop_active(backend)) {
        pause_hold(backend);
    }
    if (stepping_pausing(backend->stepping) && !stop_active(backend)) {
        pthread_mutex_lock(&backend->lock);
        set_time(&helper->hold_at, HELPER_PATIENCE);
        pthread_mutex_unlock(&backend->lock);
    }
}

/* The thread's first allocation makes its heap. Later there may be no memory for one, and PyGILState_Ensure() ends the
 * process where it gets none. */
static void make_heap(void)
{
    void *volatile block = malloc(HEAP_START);
    free(block);
}

static void *help_thread(void *data)
{
    struct backend *backend = data;
    struct helper *helper = backend->helper;
    bool hold = false;
    make_heap();
    pthread_mutex_lock(&backend->lock);
    helper->ident = PyThread_get_thread_ident();
    while (wait_for_work(backend, &hold)) {
        helper->busy = true;
        pthread_mutex_unlock(&backend->lock);
        PyGILState_STATE state = PyGILState_Ensure();
        work_with_gil(backend, hold);
        PyGILState_Release(state);
        pthread_mutex_lock(&backend->lock);
        helper->busy = false;
        pthread_cond_broadcast(&backend->changed);
    }
    helper->running = false;
    pthread_cond_broadcast(&backend->changed);
    pthread_mutex_unlock(&backend->lock);
    return NULL;
}

struct helper *helper_create(struct backend *backend)
{
    struct helper *helper = calloc(1, sizeof(*helper));
    if (!helper) {
        return NULL;
    }
    backend->helper = helper;
    helper->running = true;
    if (native_thread_start(help_thread, backend, NATIVE_STACK_PYTHON) != 0) {
        backend->helper = NULL;
        free(helper);
        return NULL;
    }
    return helper;
}

void helper_wake(struct backend *backend)
{
    pthread_cond_broadcast(&backend->changed);
}

/* The helper itself evaluates, while it holds a blocked program, or still waits for the GIL from before the
 * stop: somebody else has to interrupt. */
static void *interrupt_thread(void *data)
{
    struct backend *backend = data;
    PyGILState_STATE state = PyGILState_Ensure();
    pthread_mutex_lock(&backend->lock);
    stop_interrupt(backend);
    pthread_mutex_unlock(&backend->lock);
    PyGILState_Release(state);
    pthread_mutex_lock(&backend->lock);
    backend->helper->others--;
    pthread_cond_broadcast(&backend->changed);
    pthread_mutex_unlock(&backend->lock);
    return NULL;
}

void helper_plan_turn(struct backend *backend, int milliseconds)
{
    if (backend->helper) {
        set_time(&backend->helper->turn_at, milliseconds);
        backend->helper->turn_stop = atomic_load(&backend->counters.stops);
        pthread_cond_broadcast(&backend->changed);
    }
}

void helper_plan_notes(struct backend *backend, int milliseconds)
{
    if (backend->helper && !backend->helper->closing) {
        set_time(&backend->helper->note_at, milliseconds);
        pthread_cond_broadcast(&backend->changed);
    }
}

/* Whether the helper still has to run what waits; a stop goes first. Lock held. */
static bool is_expected(struct backend *backend)
{
    const struct helper *helper = backend->helper;
    bool waits = backend->phase == PHASE_RUNNING && (helper->busy || requests_waiting(backend));
    return !helper->closing && (backend->phase == PHASE_STOPPED || waits);
}

void helper_let_in(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool wait = backend->helper && backend->phase == PHASE_RUNNING && requests_waiting(backend);
    pthread_mutex_unlock(&backend->lock);
    if (!wait) {
        return;
    }
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&backend->lock);
    while (is_expected(backend)) {
        pthread_cond_wait(&backend->changed, &backend->lock);
    }
    pthread_mutex_unlock(&backend->lock);
    Py_END_ALLOW_THREADS
}

bool helper_is_working(const struct backend *backend)
{
    return backend->helper && backend->helper->working;
}

bool helper_busy(const struct backend *backend)
{
    return backend->helper && backend->helper->busy;
}

static void wait_while_working(struct backend *backend)
{
    struct helper *helper = backend->helper;
    struct timespec until;
    set_time(&until, LET_FINISH);
    pthread_mutex_lock(&backend->lock);
    while (helper->working && !helper->closing &&
           pthread_cond_timedwait(&backend->changed, &backend->lock, &until) != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&backend->lock);
}

bool helper_let_finish(struct backend *backend)
{
    struct helper *helper = backend->helper;
    if (!helper || helper_is_current(backend)) {
        return false;
    }
    pthread_mutex_lock(&backend->lock);
    bool working = helper->working && !helper->closing;
    pthread_mutex_unlock(&backend->lock);
    if (working) {
        Py_BEGIN_ALLOW_THREADS wait_while_working(backend);
        Py_END_ALLOW_THREADS
    }
    return working;
}

bool helper_is_current(const struct backend *backend)
{
    return backend->helper && backend->helper->ident == PyThread_get_thread_ident();
}

bool helper_is(const struct backend *backend, unsigned long ident)
{
    return backend->helper && backend->helper->ident == ident;
}

void helper_interrupt(struct backend *backend)
{
    struct helper *helper = backend->helper;
    if (!helper || helper->closing) {
        return;
    }
    if (helper->busy) {
        helper->others += native_thread_start(interrupt_thread, backend, NATIVE_STACK_PYTHON) == 0;
    } else {
        helper->interrupt = true;
        pthread_cond_broadcast(&backend->changed);
    }
}

void helper_detach(struct backend *backend)
{
    if (backend->helper) {
        backend->helper->detach = true;
        pthread_cond_broadcast(&backend->changed);
    }
}

void helper_finish(struct backend *backend)
{
    if (backend->helper) {
        pthread_mutex_lock(&backend->lock);
        backend->helper->closing = true;
        pthread_cond_broadcast(&backend->changed);
        pthread_mutex_unlock(&backend->lock);
    }
}

void helper_close(struct backend *backend)
{
    if (!backend->helper) {
        return;
    }
    Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&backend->lock);
    backend->helper->closing = true;
    pthread_cond_broadcast(&backend->changed);
    while (backend->helper->busy || backend->helper->others) {
        pthread_cond_wait(&backend->changed, &backend->lock);
    }
    pthread_mutex_unlock(&backend->lock);
    Py_END_ALLOW_THREADS
}

void helper_forked(struct backend *backend)
{
    *backend->helper = (struct helper){.closing = true};
}
