#include "hold.h"

#include "backend.h"
#include "compat.h"
#include "helper.h"
#include "lifecycle.h"
#include "parked.h"
#include "stepping.h"
#include "stop.h"
#include "text.h"
#include "thread_list.h"
#include "threads.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_SHOWN 5 /* frozen threads that a message names */

struct held { /* on the stack of the thread that waits */
    struct held *next;
    pthread_cond_t wake;
    long long thread;
};

struct frozen {
    struct frozen *next;
    long long thread;
};

struct hold {         /* guarded by backend->lock */
    atomic_bool used; /* somebody is to be held; also read without the lock */
    long long runner; /* the only thread that runs; 0: all do */
    bool handing;     /* it reports its queued hit */
    struct frozen *frozen;
    struct held *held;
};

struct hold *hold_create(void)
{
    return calloc(1, sizeof(struct hold));
}

bool hold_is_used(const struct backend *backend)
{
    return atomic_load_explicit(&backend->hold->used, memory_order_relaxed);
}

static void note_use(struct hold *hold)
{
    atomic_store(&hold->used, hold->runner != 0 || hold->frozen);
}

bool hold_is_frozen(const struct backend *backend, long long thread)
{
    const struct frozen *frozen = backend->hold->frozen;
    while (frozen && frozen->thread != thread) {
        frozen = frozen->next;
    }
    return frozen != NULL;
}

bool hold_has_frozen(const struct backend *backend)
{
    return backend->hold->frozen != NULL;
}

bool hold_is_waiting(const struct backend *backend, long long thread)
{
    const struct held *held = backend->hold->held;
    while (held && held->thread != thread) {
        held = held->next;
    }
    return held != NULL;
}

long long hold_runner(const struct backend *backend)
{
    return backend->hold->runner;
}

bool hold_is_handing(const struct backend *backend, long long thread)
{
    return backend->hold->handing && (!thread || backend->hold->runner == thread);
}

/* During a stop an evaluate may let run what does not run alone, but nothing that is frozen. */
static bool must_wait(const struct backend *backend, long long thread)
{
    const struct hold *hold = backend->hold;
    if (backend->phase == PHASE_GONE) {
        return false;
    }
    bool alone = hold->runner && hold->runner != thread && backend->phase == PHASE_RUNNING;
    return alone || hold_is_frozen(backend, thread);
}

void hold_changed(struct backend *backend)
{
    for (struct held *held = backend->hold->held; held; held = held->next) {
        pthread_cond_signal(&held->wake);
    }
    parked_changed(backend);
}

void hold_run_alone(struct backend *backend, long long thread, bool handing)
{
    backend->hold->runner = thread;
    backend->hold->handing = thread && handing;
    note_use(backend->hold);
    hold_changed(backend);
}

static void remove_frozen(struct hold *hold, long long thread, bool all)
{
    for (struct frozen **link = &hold->frozen; *link;) {
        struct frozen *frozen = *link;
        if (all || frozen->thread == thread) {
            *link = frozen->next;
            free(frozen);
        } else {
            link = &frozen->next;
        }
    }
}

void hold_release_all(struct backend *backend)
{
    remove_frozen(backend->hold, 0, true);
    hold_run_alone(backend, 0, false);
}

bool hold_wants_lines(struct backend *backend)
{
    if (!hold_is_used(backend)) {
        return false;
    }
    pthread_mutex_lock(&backend->lock);
    bool wanted = backend->hold->runner != 0;
    for (struct frozen *frozen = backend->hold->frozen; frozen && !wanted; frozen = frozen->next) {
        wanted = !hold_is_waiting(backend, frozen->thread) && !parked_is_waiting(backend, frozen->thread);
    }
    pthread_mutex_unlock(&backend->lock);
    return wanted;
}

void hold_thread_ended(struct backend *backend, long long thread)
{
    pthread_mutex_lock(&backend->lock);
    remove_frozen(backend->hold, thread, false);
    bool alone = backend->hold->runner == thread;
    hold_run_alone(backend, alone ? 0 : backend->hold->runner, !alone && backend->hold->handing);
    pthread_mutex_unlock(&backend->lock);
}

/* Waiting. */

/* Whether the calling thread is in code that must not be left standing: of threading, whose locks every thread
 * needs that is started, joined or waits, or of the import system. */
static bool is_passed_through(void)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    PyObject *globals = frame ? PyObject_GetAttrString(frame, "f_globals") : NULL;
    PyObject *name = globals && PyDict_Check(globals) ? PyDict_GetItemString(globals, "__name__") : NULL; /* borrowed */
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    bool passed = text && (strcmp(text, "threading") == 0 || strncmp(text, "importlib._bootstrap", 20) == 0 ||
                           strncmp(text, "_frozen_importlib", 17) == 0);
    Py_XDECREF(globals);
    PyErr_Clear();
    return passed;
}

static void unlink_held(struct hold *hold, struct held *held)
{
    for (struct held **link = &hold->held; *link; link = &(*link)->next) {
        if (*link == held) {
            *link = held->next;
            return;
        }
    }
}

/* Sleep until HELD may run. To wait for the GIL during a stop would starve (helper_plan_turn()). No GIL. */
static void sleep_held(struct backend *backend, struct held *held)
{
    pthread_mutex_lock(&backend->lock);
    while (must_wait(backend, held->thread) || backend->phase == PHASE_STOPPED) {
        pthread_cond_wait(&held->wake, &backend->lock);
    }
    unlink_held(backend->hold, held); /* whoever waits for the GIL when the interpreter ends never comes back */
    pthread_mutex_unlock(&backend->lock);
}

/* Put HELD into the list if its thread must not run. */
static bool begin_waiting(struct backend *backend, struct held *held)
{
    pthread_mutex_lock(&backend->lock);
    bool wait = must_wait(backend, held->thread);
    if (wait) {
        held->next = backend->hold->held;
        backend->hold->held = held;
    }
    pthread_mutex_unlock(&backend->lock);
    return wait;
}

bool hold_pass(struct backend *backend)
{
    if (!hold_is_used(backend) || backend->ended || helper_is_current(backend)) {
        return false;
    }
    struct held held = {.thread = threads_current(backend)};
    pthread_mutex_lock(&backend->lock);
    bool wait = must_wait(backend, held.thread);
    pthread_mutex_unlock(&backend->lock);
    if (!wait || is_passed_through()) {
        return false;
    }
    if (getpid() != backend->pid) { /* forked by C code that runs no fork handlers of Python's */
        lifecycle_forked(backend);
        return true;
    }
    pthread_cond_init(&held.wake, NULL);
    while (begin_waiting(backend, &held)) {
        stepping_refresh(backend->stepping); /* the last one that was waited for may be this one */
        Py_BEGIN_ALLOW_THREADS sleep_held(backend, &held);
        Py_END_ALLOW_THREADS
    }
    pthread_cond_destroy(&held.wake);
    return true;
}

/* The end of the program. */

/* Names of frozen threads for which the interpreter waits at its end; their number. GIL held. */
static size_t name_kept(struct backend *backend, struct text *names)
{
    size_t count, kept = 0;
    long long *ids = threads_ids(backend, &count);
    for (size_t i = 0; i < count; i++) {
        char name[128];
        pthread_mutex_lock(&backend->lock);
        bool frozen = hold_is_frozen(backend, ids[i]);
        pthread_mutex_unlock(&backend->lock);
        if (frozen && !thread_list_is_daemon(backend, ids[i])) {
            threads_name(backend, ids[i], name, sizeof(name));
            if (kept++ < NAMES_SHOWN) {
                text_printf(names, "%s%s", kept > 1 ? ", " : "", name);
            }
        }
    }
    free(ids);
    return kept;
}

void hold_main_left(struct backend *backend)
{
    if (!hold_is_used(backend)) {
        return;
    }
    pthread_mutex_lock(&backend->lock);
    if (backend->hold->runner && !backend->hold->handing) {
        hold_run_alone(backend, 0, false);
    }
    pthread_mutex_unlock(&backend->lock);
    stepping_refresh(backend->stepping);
    char names[512], message[768];
    struct text text;
    text_init(&text, names, sizeof(names), sizeof(names));
    size_t kept = name_kept(backend, &text);
    if (kept) {
        int length = snprintf(message, sizeof(message),
                              "The main thread is done, but the program cannot end while %s frozen: %s%s. "
                              "Thaw or terminate.\n",
                              kept == 1 ? "a thread is" : "threads are", names, kept > NAMES_SHOWN ? ", …" : "");
        backend_output(backend, "important", message, (size_t)length, NULL, 0);
    }
}

void hold_forked(struct backend *backend)
{
    backend->hold->held = NULL;
    remove_frozen(backend->hold, 0, true);
    backend->hold->runner = 0;
    note_use(backend->hold);
}

/* Requests. */

/* How many threads run Python and are not frozen. GIL held. */
static size_t count_free(struct backend *backend)
{
    size_t count, left = 0;
    long long *ids = threads_ids(backend, &count);
    pthread_mutex_lock(&backend->lock);
    for (size_t i = 0; i < count; i++) {
        left += !hold_is_frozen(backend, ids[i]);
    }
    pthread_mutex_unlock(&backend->lock);
    free(ids);
    return left;
}

static struct value *describe_frozen(struct request *request)
{
    struct backend *backend = request->backend;
    struct value *body = value_map(request->arena), *ids = value_array(request->arena);
    pthread_mutex_lock(&backend->lock);
    bool running = backend->phase == PHASE_RUNNING;
    for (struct frozen *frozen = backend->hold->frozen; frozen; frozen = frozen->next) {
        value_append(request->arena, ids, value_int(request->arena, frozen->thread));
    }
    pthread_mutex_unlock(&backend->lock);
    value_set(request->arena, body, "frozen", ids);
    if (running) {
        stepping_refresh(backend->stepping);
    }
    return body;
}

/* The thread that the request names, 0 being the one that stopped; 0 with the request failed. */
static long long requested_thread(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long thread = value_get_int(request->arguments, "threadId", 0);
    if (!thread && !stop_ident(backend)) {
        request_fail(request, ok, "no thread is stopped: say which");
        return 0;
    }
    if (!thread) {
        return threads_id(backend, stop_ident(backend));
    }
    if (!threads_ident(backend, thread)) {
        request_fail(request, ok, "there is no thread %lld", thread);
        return 0;
    }
    return thread;
}

struct value *hold_handle_freeze(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long thread = requested_thread(request, ok);
    if (!thread) {
        return NULL;
    }
    struct frozen *frozen = malloc(sizeof(*frozen));
    if (!frozen) {
        return request_fail(request, ok, "out of memory");
    }
    pthread_mutex_lock(&backend->lock);
    if (hold_is_frozen(backend, thread)) {
        free(frozen);
    } else {
        *frozen = (struct frozen){.next = backend->hold->frozen, .thread = thread};
        backend->hold->frozen = frozen;
    }
    note_use(backend->hold);
    pthread_mutex_unlock(&backend->lock);
    struct value *body = describe_frozen(request);
    if (count_free(backend) == 0) {
        value_set_text(request->arena, body, "warning", "all threads are frozen: nothing runs until one is thawed");
    }
    return body;
}

struct value *hold_handle_thaw(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    bool all = value_get_bool(request->arguments, "all", false);
    long long thread = all ? 0 : requested_thread(request, ok);
    if (!all && !thread) {
        return NULL;
    }
    pthread_mutex_lock(&backend->lock);
    bool frozen = all || hold_is_frozen(backend, thread);
    remove_frozen(backend->hold, thread, all);
    note_use(backend->hold);
    hold_changed(backend);
    pthread_mutex_unlock(&backend->lock);
    return frozen ? describe_frozen(request) : request_fail(request, ok, "thread %lld is not frozen", thread);
}
