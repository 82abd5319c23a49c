#include "helper.h"

#include "backend.h"
#include "pause.h"
#include "requests.h"
#include "stepping.h"
#include "stop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define STACK_SIZE ((size_t)8 << 20) /* it may run Python: evaluate while a blocked program is held */

struct helper {     /* guarded by backend->lock */
    bool busy;      /* has the GIL or waits for it */
    bool closing;   /* never take the GIL again */
    bool interrupt; /* interrupt what the stopped thread evaluates */
    bool detach;    /* the client is gone: remove the hooks */
    bool running;
    unsigned long ident;     /* of the helper, once it runs */
    int interrupters;        /* threads made by helper_interrupt() that have the GIL or wait for it */
    struct timespec hold_at; /* when a planned pause becomes a hold; 0: none */
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

static void set_hold_time(struct timespec *at)
{
    clock_gettime(CLOCK_REALTIME, at);
    at->tv_nsec += HELPER_PATIENCE * 1000000L;
    if (at->tv_nsec >= 1000000000L) {
        at->tv_sec++;
        at->tv_nsec -= 1000000000L;
    }
}

/* Sleep until there is work or a pause has waited long enough (then true in *HOLD). False: end. Lock held. */
static bool wait_for_work(struct backend *backend, bool *hold)
{
    struct helper *helper = backend->helper;
    *hold = false;
    while (!helper->closing && !has_work(backend)) {
        if (!helper->hold_at.tv_sec) {
            pthread_cond_wait(&backend->changed, &backend->lock);
        } else if (backend->phase != PHASE_RUNNING) {
            helper->hold_at.tv_sec = 0;
        } else if (pthread_cond_timedwait(&backend->changed, &backend->lock, &helper->hold_at) == ETIMEDOUT) {
            helper->hold_at.tv_sec = 0;
            *hold = !helper->closing && backend->phase == PHASE_RUNNING;
            break;
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
    helper->interrupt = false;
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
    if (hold && stepping_pausing(backend->stepping) && !stop_active(backend)) {
        pause_hold(backend);
    }
    if (stepping_pausing(backend->stepping) && !stop_active(backend)) {
        pthread_mutex_lock(&backend->lock);
        set_hold_time(&helper->hold_at);
        pthread_mutex_unlock(&backend->lock);
    }
}

static void *help_thread(void *data)
{
    struct backend *backend = data;
    struct helper *helper = backend->helper;
    bool hold = false;
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

/* A detached thread that blocks all signals. */
static bool start_thread(void *(*run)(void *), void *data)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    sigfillset(&all);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&thread, &attributes, run, data) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return ok;
}

struct helper *helper_create(struct backend *backend)
{
    struct helper *helper = calloc(1, sizeof(*helper));
    if (!helper) {
        return NULL;
    }
    backend->helper = helper;
    helper->running = true;
    if (!start_thread(help_thread, backend)) {
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

/* The helper itself evaluates, while it holds a blocked program: somebody else has to interrupt it. */
static void *interrupt_thread(void *data)
{
    struct backend *backend = data;
    PyGILState_STATE state = PyGILState_Ensure();
    pthread_mutex_lock(&backend->lock);
    stop_interrupt(backend);
    pthread_mutex_unlock(&backend->lock);
    PyGILState_Release(state);
    pthread_mutex_lock(&backend->lock);
    backend->helper->interrupters--;
    pthread_cond_broadcast(&backend->changed);
    pthread_mutex_unlock(&backend->lock);
    return NULL;
}

void helper_interrupt(struct backend *backend)
{
    struct helper *helper = backend->helper;
    if (!helper || helper->closing) {
        return;
    }
    if (stop_serving(backend) == helper->ident) {
        helper->interrupters += start_thread(interrupt_thread, backend);
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
    while (backend->helper->busy || backend->helper->interrupters) {
        pthread_cond_wait(&backend->changed, &backend->lock);
    }
    pthread_mutex_unlock(&backend->lock);
    Py_END_ALLOW_THREADS
}

int helper_thread_count(struct backend *backend)
{
    return backend->helper && backend->helper->running;
}

void helper_forked(struct backend *backend)
{
    *backend->helper = (struct helper){.closing = true};
}
