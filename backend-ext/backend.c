#include "backend.h"
#include "breakpoint_hook.h"

#include "attach.h"
#include "breakpoints.h"
#include "description.h"
#include "dump.h"
#include "engine.h"
#include "exec.h"
#include "helper.h"
#include "hold.h"
#include "lifecycle.h"
#include "listener.h"
#include "modules.h"
#include "my_code.h"
#include "parked.h"
#include "requests.h"
#include "server.h"
#include "sources.h"
#include "stepping.h"
#include "stop.h"
#include "threads.h"
#include "uncaught.h"
#include "unhandled.h"
#include "values.h"
#include "watchers.h"
#include "watches.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/transport.h"
#include "protocol/value.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_PATIENCE  500  /* ms */
#define FORMER_PATIENCE 1000 /* times 2 ms that a session gets to end whose client is gone */

/* The interpreter's exit and fork handlers have nothing else to find it by, and outlive it. Guarded by the GIL. */
static _Atomic(struct backend *) last_backend;

struct backend *backend_last(void)
{
    return last_backend;
}

struct backend *backend_current(void)
{
    struct backend *backend = last_backend;
    return backend && !backend->ended && backend->pid == getpid() ? backend : NULL;
}

void backend_tell_state(bool *attached, bool *stopped)
{
    struct backend *backend = last_backend;
    *attached = *stopped = false;
    if (backend && backend->pid == getpid()) {
        pthread_mutex_lock(&backend->lock);
        *attached = backend->phase != PHASE_GONE && !server_is_closed(backend->server);
        *stopped = backend->phase == PHASE_STOPPED;
        pthread_mutex_unlock(&backend->lock);
    }
}

void backend_event(struct backend *backend, struct arena *arena, const char *name, struct value *body)
{
    watchers_tell(backend, name, body);
    server_post(backend->server, arena, message_event(arena, name, body));
}

void backend_output(struct backend *backend, const char *category, const char *text, size_t length, const char *path,
                    int line)
{
    /* A log point in a hot loop with a client that does not keep up must not fill the memory. */
    struct arena *arena = server_congested(backend->server) ? NULL : arena_create();
    if (!arena) {
        return;
    }
    struct value *body = value_map(arena);
    value_set_text(arena, body, "category", category);
    value_set(arena, body, "output", value_string(arena, text, length));
    if (path) {
        const char *slash = strrchr(path, '/');
        struct value *source = value_map(arena);
        value_set_text(arena, source, "name", slash ? slash + 1 : path);
        value_set_text(arena, source, "path", path);
        value_set(arena, body, "source", source);
        value_set_int(arena, body, "line", line);
    }
    backend_event(backend, arena, "output", body);
}

static void values_output(void *data, const char *category, const char *text, size_t length)
{
    backend_output(data, category, text, length, NULL, 0);
}

struct values *backend_values(struct backend *backend)
{
    return backend->values;
}

long long backend_stopped_thread(struct backend *backend)
{
    unsigned long ident = stop_ident(backend);
    return ident ? threads_id(backend, ident) : 0;
}

PyObject *backend_thread_frame(struct backend *backend, long long thread_id)
{
    unsigned long ident = threads_ident(backend, thread_id);
    if (ident && ident == stop_ident(backend)) {
        return Py_XNewRef(stop_frame(backend));
    }
    PyObject *frames = ident ? threads_frames(backend) : NULL;
    PyObject *key = frames ? PyLong_FromUnsignedLong(ident) : NULL;
    PyObject *frame = key && PyDict_Check(frames) ? PyDict_GetItemWithError(frames, key) : NULL; /* borrowed */
    Py_XINCREF(frame);
    Py_XDECREF(key);
    Py_XDECREF(frames);
    PyErr_Clear();
    return frame;
}

/* The client is gone: whoever serves stops serving, else the helper removes the hooks. Reader thread. */
static void on_closed(void *data, const char *reason)
{
    (void)reason;
    struct backend *backend = data;
    pthread_mutex_lock(&backend->lock);
    if (backend->phase != PHASE_GONE) {
        stop_abandon(backend); /* also while it runs: a thread may be about to stop */
        stop_ask_interrupt(backend, stop_running_request(backend)); /* it would keep the program for ever */
        helper_detach(backend);
    }
    pthread_mutex_unlock(&backend->lock);
}

void backend_listen_when_left(struct backend *backend)
{
    struct listener_place place;
    bool goes_on =
        !backend->exiting && !backend->forked && !backend->kill_at_end && !atomic_load(&backend->terminating);
    if (backend->listen_when_left && goes_on && !listener_address()) {
        listener_start(NULL, NULL, false, &place); /* nobody is there to be told when it cannot */
    }
    backend->listen_when_left = false;
}

/* Of a session that is over all goes that grows with the program, unless somebody is in the middle of using it. The
 * rest stays: other threads may still come by. */
static void give_back(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool used = stop_running_request(backend) != 0 || breakpoints_in_use(backend->breakpoints) ||
                (helper_is_working(backend) && !helper_is_current(backend));
    pthread_mutex_unlock(&backend->lock);
    if (!backend->exiting && !used) {
        values_forget(backend->values);
        my_code_forget(backend->my_code);
        sources_forget(backend->sources);
        modules_forget(backend->modules);
    }
}

void backend_detach(struct backend *backend)
{
    if (backend->ended) {
        return;
    }
    backend->ended = true;
    if (backend->configured && !stop_outlives_client(backend)) {
        attach_let_go();
    }
    pthread_mutex_lock(&backend->lock);
    backend->phase = PHASE_GONE;
    parked_release_all(backend);
    hold_release_all(backend);
    pthread_cond_broadcast(&backend->changed);
    pthread_mutex_unlock(&backend->lock);
    requests_refuse_all(backend, "the debugging session is over");
    exec_interrupt(backend);
    stop_finish(backend);
    stepping_finish(backend->stepping);
    engine_stop(backend->engine);
    unhandled_stop(backend->unhandled);
    breakpoint_hook_stop();
    uncaught_stop(backend->uncaught);
    dump_finish(backend->dump);
    breakpoints_disarm_all(backend->breakpoints);
    helper_finish(backend);
    threads_finish(backend);
    give_back(backend);
    backend_listen_when_left(backend);
    if (!backend->exiting) {
        watchers_close(backend);
        server_close(backend->server);
        if (backend->kill_at_end) {
            server_drain(backend->server, DRAIN_PATIENCE); /* its answer is still on the way */
            kill(getpid(), SIGTERM);
        }
    }
}

/* TEXT, a str or anything else, into BUFFER as UTF-8. */
static void copy_string(PyObject *text, char *buffer, size_t size)
{
    PyObject *bytes =
        text && PyUnicode_Check(text) ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    snprintf(buffer, size, "%s", bytes ? PyBytes_AsString(bytes) : "");
    Py_XDECREF(bytes);
    PyErr_Clear();
}

/* What follows -m on the interpreter's command line; else sys.argv[0], which is "-m" so early. */
static void read_name(struct backend *backend)
{
    PyObject *words = PySys_GetObject("argv"), *original = PySys_GetObject("orig_argv"); /* borrowed */
    PyObject *name = words && PyList_Check(words) ? PyList_GetItem(words, 0) : NULL;     /* borrowed */
    bool module = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "-m") == 0;
    Py_ssize_t count = module && original && PyList_Check(original) ? PyList_Size(original) : 0;
    for (Py_ssize_t i = 1; i + 1 < count; i++) {
        PyObject *word = PyList_GetItem(original, i);
        if (word && PyUnicode_Check(word) && PyUnicode_CompareWithASCIIString(word, "-m") == 0) {
            name = PyList_GetItem(original, i + 1);
            break;
        }
    }
    PyErr_Clear();
    copy_string(name, backend->name, sizeof(backend->name));
    if (!backend->name[0]) {
        snprintf(backend->name, sizeof(backend->name), "<stdin>");
    }
}

static void read_strings(struct backend *backend)
{
    const char *version = Py_GetVersion();
    char executable[1024];
    snprintf(backend->python_version, sizeof(backend->python_version), "%.*s", (int)strcspn(version, " "), version);
    copy_string(PySys_GetObject("executable"), executable, sizeof(executable));
    backend->executable = strdup(executable);
    read_name(backend);
}

static void destroy_parts(struct backend *backend)
{
    values_destroy(backend->values);
    my_code_destroy(backend->my_code);
    engine_destroy(backend->engine);
    breakpoints_destroy(backend->breakpoints);
    stepping_destroy(backend->stepping);
    sources_destroy(backend->sources);
    stop_destroy(backend->stop);
    exception_filters_finish(backend->filters);
    unhandled_destroy(backend->unhandled);
    uncaught_destroy(backend->uncaught);
    dump_finish(backend->dump);
    free(backend->dump);
    modules_destroy(backend->modules);
    watches_destroy(backend->watches);
    watchers_destroy(backend->watchers);
    free(backend->threads);
    free(backend->queue);
    free(backend->parking);
    free(backend->hold);
    free(backend->executable);
    pthread_mutex_destroy(&backend->lock);
    pthread_cond_destroy(&backend->changed);
    free(backend);
}

/* Everything that needs no channel. NULL with a Python error. */
static struct backend *create_parts(void)
{
    struct backend *backend = calloc(1, sizeof(*backend));
    if (!backend) {
        PyErr_NoMemory();
        return NULL;
    }
    pthread_mutex_init(&backend->lock, NULL);
    pthread_cond_init(&backend->changed, NULL);
    backend->pid = getpid();
    backend->main_ident = attach_main_ident();
    backend->main_thread = (pthread_t)backend->main_ident; /* Python's idents are those of pthreads */
    exception_filters_init(backend);
    backend->snapshot_frames = 20;
    backend->snapshot_variables = 60;
    read_strings(backend);
    description_learn(NULL);
    const struct values_hooks hooks = {.before_python = stop_before_python,
                                       .after_python = stop_after_python,
                                       .output = values_output,
                                       .interrupted = stop_was_cancelled,
                                       .data = backend};
    backend->queue = request_queue_create();
    backend->threads = threads_create(backend);
    backend->dump = dump_create();
    backend->sources = sources_create();
    backend->parking = parking_create();
    backend->hold = hold_create();
    backend->breakpoints = breakpoints_create(backend);
    backend->stepping = stepping_create(backend);
    backend->unhandled = unhandled_create(backend);
    backend->uncaught = uncaught_create(backend);
    backend->watches = watches_create();
    backend->watchers = watchers_create(backend);
    if (!backend->unhandled || !backend->uncaught || !backend->queue || !backend->threads || !backend->sources ||
        !backend->parking || !backend->hold || !backend->dump || !backend->breakpoints || !backend->stepping ||
        !backend->watches || !backend->watchers) {
        PyErr_NoMemory();
    } else if ((backend->modules = modules_create(backend)) && (backend->stop = stop_create(backend)) &&
               (backend->engine = engine_create(backend)) && (backend->my_code = my_code_create()) &&
               (backend->values = values_create(&hooks, backend->my_code))) {
        return backend;
    }
    PyObject *error = PyErr_GetRaisedException();
    destroy_parts(backend);
    PyErr_SetRaisedException(error);
    return NULL;
}

/* Dial and start the native threads. False with a Python error. */
static bool open_channel(struct backend *backend, const char *address)
{
    char error[256];
    const struct server_hooks hooks = {.on_message = requests_receive,
                                       .on_closed = on_closed,
                                       .timeout = requests_timeout,
                                       .on_timeout = requests_on_timeout,
                                       .on_alarm = requests_on_alarm,
                                       .data = backend};
    bool accepted = strcmp(address, LISTENER_ADDRESS) == 0;
    int fd = accepted ? -1 : transport_dial(address, error, sizeof(error));
    if (fd < 0 && !accepted) {
        PyErr_Format(PyExc_ConnectionError, "pytui: cannot reach the debugger at %s: %s", address, error);
        return false;
    }
    pthread_mutex_lock(&backend->lock); /* the reader waits for `server` to be set */
    backend->server =
        accepted ? listener_open(&hooks, error, sizeof(error)) : server_create(fd, &hooks, error, sizeof(error));
    pthread_mutex_unlock(&backend->lock);
    if (!backend->server) {
        PyErr_Format(PyExc_RuntimeError, "pytui: %s", error);
        return false;
    }
    if (!helper_create(backend)) {
        server_close(backend->server);
        PyErr_SetString(PyExc_RuntimeError, "pytui: cannot start the debugger's threads");
        return false;
    }
    return true;
}

/* A session whose client is gone ends as soon as somebody has the GIL; the next one may come before that. False when it
 * has a client. */
static bool end_former(struct backend *backend)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (int i = 0; i < FORMER_PATIENCE && server_is_closed(backend->server) && !backend->ended; i++) {
        if (!stop_active(backend)) {
            backend_detach(backend);
            break;
        }
        Py_BEGIN_ALLOW_THREADS nanosleep(&pause, NULL);
        Py_END_ALLOW_THREADS
    }
    return backend->ended;
}

/* Everything up to the first request. NULL with a Python error. */
static struct backend *bring_up(const char *address, bool attached)
{
    struct backend *former = last_backend;
    if (backend_current() && !end_former(backend_current())) {
        PyErr_SetString(PyExc_RuntimeError, "pytui: this program is being debugged already");
        return NULL;
    }
    if (former && former->helper) {
        helper_close(former); /* it may still be in its last lines */
    }
    struct backend *backend = create_parts();
    if (!backend) {
        return NULL;
    }
    backend->attached = attached;
    if (!open_channel(backend, address)) {
        if (!backend->server) {
            destroy_parts(backend);
        }
        return NULL;
    }
    /* From here on native threads use it: it lives as long as the process. */
    last_backend = backend;
    if (!lifecycle_register() || !engine_start(backend->engine)) {
        PyObject *error = PyErr_GetRaisedException();
        backend_detach(backend);
        PyErr_SetRaisedException(error);
        return NULL;
    }
    unhandled_start(backend->unhandled);
    breakpoint_hook_start();
    backend->end_watched = uncaught_start(backend->uncaught);
    return backend;
}

bool backend_start(const char *address)
{
    struct backend *backend = bring_up(address, false);
    if (!backend) {
        return false;
    }
    threads_current(backend);
    stop_configure(backend);
    if (stop_abandoned(backend)) {
        backend_detach(backend);
    } else if (!backend->ended) {
        stepping_apply(backend->stepping);
    }
    return true;
}

bool backend_attach(const char *address, bool wait)
{
    struct backend *backend = bring_up(address, true);
    if (!backend) {
        return false;
    }
    threads_id(backend, backend->main_ident); /* the first, whoever calls */
    attach_meet_running(backend);
    if (backend->main_code && !uncaught_is_watched(backend->uncaught)) {
        backend->end_watched = uncaught_start_late(backend->uncaught);
    }
    if (wait) {
        stop_configure(backend);
    } else {
        stop_begin_running(backend);
    }
    if (stop_abandoned(backend)) {
        backend_detach(backend);
    } else if (!backend->ended) {
        stepping_apply(backend->stepping);
    }
    return true;
}
