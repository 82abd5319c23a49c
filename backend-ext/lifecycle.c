#include "lifecycle.h"

#include "backend.h"
#include "breakpoint_hook.h"
#include "compat.h"
#include "engine.h"
#include "exception_filters.h"
#include "helper.h"
#include "hold.h"
#include "listener.h"
#include "my_code.h"
#include "native_thread.h"
#include "parked.h"
#include "requests.h"
#include "server.h"
#include "stepping.h"
#include "stop.h"
#include "threads.h"
#include "uncaught.h"
#include "unhandled.h"
#include "values.h"
#include "warnings.h"
#include "watchers.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_PATIENCE 500 /* ms that the end of the program waits for a slow client */
#define FORK_FILTERS   3

/* The start of the program. */

PyObject *lifecycle_main_globals(void)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the rest */
    PyObject *module = modules ? PyDict_GetItemString(modules, "__main__") : NULL;
    return module && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
}

void lifecycle_set_main(struct backend *backend, PyObject *code)
{
    backend->main_code = Py_NewRef(code);
    my_code_set_main(backend->my_code, code);
    backend->end_watched = engine_watch_end(backend->engine, code) || backend->end_watched;
    stepping_refresh(backend->stepping);
    values_set_main(backend_values(backend), code);
}

void lifecycle_find_main(struct backend *backend, PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    bool module = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0;
    Py_XDECREF(name);
    PyObject *frame = module ? (PyObject *)PyEval_GetFrame() : NULL;
    PyObject *globals = frame ? PyObject_GetAttrString(frame, "f_globals") : NULL;
    if (globals && globals == lifecycle_main_globals()) {
        lifecycle_set_main(backend, code);
        if (backend->stop_on_entry) {
            stepping_begin_entry(backend->stepping, frame, NULL);
        }
    }
    Py_XDECREF(globals);
    PyErr_Clear();
}

/* The exit status that EXCEPTION leads to. */
static int exit_code_of(PyObject *exception)
{
    if (PyErr_GivenExceptionMatches(exception, PyExc_KeyboardInterrupt)) {
        return 128 + SIGINT;
    }
    if (!PyErr_GivenExceptionMatches(exception, PyExc_SystemExit)) {
        return 1;
    }
    PyObject *code = PyObject_GetAttrString(exception, "code");
    int status = !code || code == Py_None ? 0 : PyLong_Check(code) ? (int)(PyLong_AsLong(code) & 0xff) : 1;
    Py_XDECREF(code);
    PyErr_Clear();
    return status;
}

void lifecycle_main_left(struct backend *backend, PyObject *frame, PyObject *exception)
{
    if (uncaught_is_watched(backend->uncaught)) {
        backend->exit_code = exit_code_of(exception);
        stepping_leave(backend->stepping);
    } else {
        lifecycle_uncaught(backend, frame, exception);
    }
}

/* While another thread steps it waits, as any exception does. */
static void stop_at_end(struct backend *backend, PyObject *frame, PyObject *exception)
{
    if (!parked_wait(backend)) {
        return;
    }
    if (!backend->filters[FILTER_UNCAUGHT].on) {
        stop_hand_over(backend);
        return;
    }
    stop_enter(backend,
               &(struct stop_info){.reason = "exception", .frame = frame, .exception = exception, .post_mortem = true});
}

void lifecycle_uncaught(struct backend *backend, PyObject *frame, PyObject *exception)
{
    backend->exit_code = exit_code_of(exception);
    bool is_exit = PyErr_GivenExceptionMatches(exception, PyExc_SystemExit);
    bool asked = atomic_load(&backend->terminating);
    if (!is_exit && !asked && exception_filter_wants(backend, FILTER_UNCAUGHT, exception)) {
        stepping_leave(backend->stepping);
        stop_at_end(backend, frame, exception);
    } else {
        stepping_leave(backend->stepping);
    }
}

/* The end of the program. */

/* A script that could not be compiled has no frame that an exception could leave; the interpreter has
 * printed it when the exit handlers run. */
static void show_failed_start(struct backend *backend)
{
    PyObject *exception = backend->main_code || backend->attached ? NULL : PySys_GetObject("last_value");
    if (exception && PyErr_GivenExceptionMatches(exception, PyExc_SyntaxError) &&
        exception_filter_wants(backend, FILTER_UNCAUGHT, exception)) {
        backend->exit_code = 1;
        Py_INCREF(exception);
        stop_enter(backend, &(struct stop_info){.reason = "exception", .exception = exception, .post_mortem = true});
        Py_DECREF(exception);
    }
}

static void post_simple(struct backend *backend, const char *event, const char *key, int64_t number)
{
    struct arena *arena = arena_create();
    if (arena) {
        struct value *body = key ? value_map(arena) : NULL;
        if (key) {
            value_set_int(arena, body, key, number);
        }
        backend_event(backend, arena, event, body);
    }
}

void lifecycle_tell_over(struct backend *backend)
{
    post_simple(backend, "terminated", NULL, 0);
    server_drain(backend->server, DRAIN_PATIENCE);
}

static void post_end(struct backend *backend)
{
    post_simple(backend, "exited", "exitCode", backend->exit_code);
    post_simple(backend, "terminated", NULL, 0);
}

#ifdef __GLIBC__
/* The process ends with STATUS; there is no interpreter any more. */
static void on_process_exit(int status, void *data)
{
    struct backend *backend = data;
    if (getpid() == backend->pid) {
        backend->exit_code = status & 0xff;
        post_end(backend);
        server_drain(backend->server, DRAIN_PATIENCE);
        watchers_drain(backend);
        watchers_close(backend);
        server_close(backend->server);
    }
}

/* SystemExit leaves no trace; hooks that exit, and what the interpreter cannot flush at its end, change the status,
 * too. After a Ctrl-C the interpreter ends by the signal. */
static bool ends_later(struct backend *backend)
{
    return backend->exit_code != 128 + SIGINT && on_exit(on_process_exit, backend) == 0;
}
#else
static bool ends_later(struct backend *backend)
{
    (void)backend;
    return false;
}
#endif

/* Registered first, so called last: after the joining of threads and the program's own exit handlers. */
static PyObject *on_interpreter_exit(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    struct backend *backend = backend_last();
    listener_stop();
    if (!backend) {
        Py_RETURN_NONE;
    }
    if (!backend->ended && getpid() == backend->pid) {
        stop_hand_over(backend); /* hits of daemon threads that still wait */
    }
    if (!backend->ended && getpid() == backend->pid) {
        backend->exiting = true;
        show_failed_start(backend);
    }
    if (!backend->ended && getpid() == backend->pid) {
        breakpoints_tell_counts(backend->breakpoints);
        bool later = ends_later(backend);
        if (!later) {
            post_end(backend);
        }
        backend_detach(backend);
        if (!later) {
            Py_BEGIN_ALLOW_THREADS server_drain(backend->server, DRAIN_PATIENCE);
            watchers_drain(backend);
            watchers_close(backend);
            Py_END_ALLOW_THREADS server_close(backend->server);
        }
    }
    if (getpid() == backend->pid) {
        helper_close(backend);
    }
    Py_RETURN_NONE;
}

/* Fork. Native threads make os.fork() warn on 3.12 and newer. Where they are ours alone, a filter for
 * exactly that text stands in the program's list of filters while it forks. */

/* Warning filters in place while the program forks. Owned; guarded by the GIL. */
static PyObject *fork_filters;

static void remove_fork_filters(void)
{
    PyObject *filters = fork_filters;
    fork_filters = NULL;
    PyObject *list = filters ? warnings_filters() : NULL;
    for (Py_ssize_t i = 0; list && i < PyList_Size(list);) {
        PyObject *item = PyList_GetItem(list, i); /* borrowed */
        bool ours = false;
        for (Py_ssize_t k = 0; k < FORK_FILTERS; k++) {
            ours = ours || item == PyTuple_GetItem(filters, k);
        }
        if (ours) {
            PyList_SetSlice(list, i, i + 1, NULL);
        } else {
            i++;
        }
    }
    Py_XDECREF(list);
    Py_XDECREF(filters);
    PyErr_Clear();
}

static int remove_fork_filters_later(void *unused)
{
    (void)unused;
    remove_fork_filters();
    return 0;
}

static PyObject *make_fork_filters(void)
{
    static const char *const calls[FORK_FILTERS] = {"fork", "fork1", "forkpty"};
    PyObject *filters = PyTuple_New(FORK_FILTERS);
    for (Py_ssize_t i = 0; filters && i < FORK_FILTERS; i++) {
        PyObject *text = PyUnicode_FromFormat(
            "This process (pid=%d) is multi-threaded, use of %s() may lead to deadlocks in the child.", (int)getpid(),
            calls[i]);
        PyObject *filter = text ? Py_BuildValue("(sOOOi)", "ignore", text, PyExc_DeprecationWarning, Py_None, 0) : NULL;
        Py_XDECREF(text);
        if (!filter || PyTuple_SetItem(filters, i, filter) < 0) {
            Py_CLEAR(filters);
        }
    }
    return filters;
}

static PyObject *before_fork(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    struct native_threads threads = native_thread_count();
    if (!threads.own || fork_filters || Py_Version < 0x030c0000 || threads.others > 1) {
        Py_RETURN_NONE;
    }
    PyObject *list = warnings_filters();
    fork_filters = list ? make_fork_filters() : NULL;
    for (Py_ssize_t i = 0; fork_filters && i < FORK_FILTERS; i++) {
        PyList_Insert(list, 0, PyTuple_GetItem(fork_filters, i));
    }
    Py_XDECREF(list);
    PyErr_Clear();
    Py_RETURN_NONE;
}

/* The warning may come after this handler: the filters go with the next bytecode. */
static PyObject *after_fork_in_parent(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    struct backend *backend = backend_last();
    if (backend && stop_running_request(backend)) {
        static const char text[] =
            "the evaluated code forked: the child goes on with the program, without a debugger\n";
        backend_output(backend, "console", text, sizeof(text) - 1, NULL, 0);
    }
    if (fork_filters && Py_AddPendingCall(remove_fork_filters_later, NULL) < 0) {
        remove_fork_filters();
    }
    Py_RETURN_NONE;
}

void lifecycle_forked(struct backend *backend)
{
    if (backend->forked) {
        return;
    }
    listener_forked();
    backend->forked = true;
    pthread_mutex_init(&backend->lock, NULL);
    pthread_cond_init(&backend->changed, NULL);
    backend->phase = PHASE_GONE;
    backend->ended = true;
    server_forked(backend->server);
    watchers_forked(backend);
    threads_forked(backend);
    requests_forked(backend);
    helper_forked(backend);
    parked_forked(backend);
    hold_forked(backend);
    stop_finish(backend);
    stepping_finish(backend->stepping);
    engine_stop(backend->engine);
    unhandled_stop(backend->unhandled);
    breakpoint_hook_stop();
    uncaught_stop(backend->uncaught);
}

static PyObject *after_fork_in_child(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    listener_forked();
    remove_fork_filters();
    if (backend_last()) {
        lifecycle_forked(backend_last());
    }
    Py_RETURN_NONE;
}

/* Registration. */

static PyMethodDef exit_method = {"pytui", on_interpreter_exit, METH_NOARGS, NULL};
static PyMethodDef before_fork_method = {"pytui", before_fork, METH_NOARGS, NULL};
static PyMethodDef after_fork_in_parent_method = {"pytui", after_fork_in_parent, METH_NOARGS, NULL};
static PyMethodDef after_fork_in_child_method = {"pytui", after_fork_in_child, METH_NOARGS, NULL};

PyObject *lifecycle_import(const char *name)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    bool there = modules && PyDict_GetItemString(modules, name);
    PyObject *module = PyImport_ImportModule(name);
    if (module && !there && modules) {
        PyDict_DelItemString(modules, name);
    }
    return module;
}

bool lifecycle_register(void)
{
    static bool registered; /* nothing takes fork handlers back; guarded by the GIL */
    bool ok = false;
    PyObject *atexit = NULL, *system = NULL, *result = NULL, *function = NULL, *none = NULL, *named = NULL;
    PyObject *fork_function = NULL, *before = NULL, *parent = NULL, *child = NULL;
    if (registered) {
        return true;
    }
    if (!(atexit = lifecycle_import("atexit")) || !(system = lifecycle_import("posix"))) {
        goto error;
    }
    function = PyCFunction_NewEx(&exit_method, NULL, NULL);
    result = function ? PyObject_CallMethod(atexit, "register", "(O)", function) : NULL;
    before = PyCFunction_NewEx(&before_fork_method, NULL, NULL);
    parent = PyCFunction_NewEx(&after_fork_in_parent_method, NULL, NULL);
    child = PyCFunction_NewEx(&after_fork_in_child_method, NULL, NULL);
    none = PyTuple_New(0);
    fork_function = PyObject_GetAttrString(system, "register_at_fork");
    if (!result || !before || !parent || !child || !none || !fork_function) {
        goto error;
    }
    Py_CLEAR(result);
    named = Py_BuildValue("{sOsOsO}", "before", before, "after_in_parent", parent, "after_in_child", child);
    result = named ? PyObject_Call(fork_function, none, named) : NULL;
    ok = registered = result != NULL;
error:
    Py_XDECREF(result);
    Py_XDECREF(named);
    Py_XDECREF(fork_function);
    Py_XDECREF(none);
    Py_XDECREF(child);
    Py_XDECREF(parent);
    Py_XDECREF(before);
    Py_XDECREF(function);
    Py_XDECREF(system);
    Py_XDECREF(atexit);
    return ok;
}

/* Requests. */

static struct value *describe_backend(const struct backend *backend, struct arena *arena)
{
    struct value *extra = value_map(arena);
    value_set_int(arena, extra, "protocolVersion", MESSAGE_PROTOCOL_VERSION);
    value_set_text(arena, extra, "backendVersion", PYTUI_VERSION);
    value_set_text(arena, extra, "pythonVersion", backend->python_version);
    value_set_text(arena, extra, "implementation", "cpython");
    value_set(arena, extra, "executable", value_text(arena, backend->executable ? backend->executable : ""));
    value_set_text(arena, extra, "engine", engine_name);
    value_set_int(arena, extra, "pid", backend->pid);
    value_set_bool(arena, extra, "supportsJustMyCode", true);
    value_set_bool(arena, extra, "supportsShell", true);
    value_set_bool(arena, extra, "supportsExec", true);
    value_set_bool(arena, extra, "supportsWatches", true);
    value_set_bool(arena, extra, "supportsFindVariable", true);
    value_set_bool(arena, extra, "supportsReadOnly", true);
    return extra;
}

static size_t bounded(int64_t number, size_t fallback, size_t most)
{
    return number <= 0 ? fallback : (uint64_t)number > most ? most : (size_t)number;
}

struct value *lifecycle_welcome(struct backend *backend, struct arena *arena, const struct value *arguments,
                                bool read_only, char error[LIFECYCLE_ERROR])
{
    /* clang-format off */
    static const char *const capabilities[] = {
        "supportsConfigurationDoneRequest",
        "supportsFunctionBreakpoints",
        "supportsConditionalBreakpoints",
        "supportsHitConditionalBreakpoints",
        "supportsLogPoints",
        "supportsBreakpointLocationsRequest",
        "supportsSetVariable",
        "supportsStepInTargetsRequest",
        "supportsGotoTargetsRequest",
        "supportsSetExpression",
        "supportsValueFormattingOptions",
        "supportsClipboardContext",
        "supportsEvaluateForHovers",
        "supportsExceptionInfoRequest",
        "supportsExceptionFilterOptions",
        "supportsTerminateRequest",
        "supportTerminateDebuggee",
        "supportsCompletionsRequest",
        "supportsCancelRequest",
        "supportsDelayedStackTraceLoading",
        "supportsSingleThreadExecutionRequests",
        "supportsModulesRequest",
        "supportsLoadedSourcesRequest",
    };
    /* clang-format on */
    long long version = value_get_int(value_get_map(arguments, "pytui"), "protocolVersion", 0);
    if (version != MESSAGE_PROTOCOL_VERSION) {
        snprintf(error, LIFECYCLE_ERROR,
                 "the client speaks protocol version %lld, this backend (pytui " PYTUI_VERSION
                 ") version %d: use a client and a backend of one pytui",
                 version, MESSAGE_PROTOCOL_VERSION);
        return NULL;
    }
    if (!value_get_bool(arguments, "linesStartAt1", true) || !value_get_bool(arguments, "columnsStartAt1", true) ||
        strcmp(value_get_text(arguments, "pathFormat", "path"), "path") != 0) {
        snprintf(error, LIFECYCLE_ERROR, "lines and columns start at 1, and paths are paths, not URIs");
        return NULL;
    }
    struct value *body = value_map(arena), *extra = describe_backend(backend, arena);
    for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
        value_set_bool(arena, body, capabilities[i], true);
    }
    value_set(arena, body, "exceptionBreakpointFilters", exception_filters_describe(arena));
    value_set_bool(arena, extra, "readOnly", read_only);
    value_set(arena, body, "pytui", extra);
    return body;
}

struct value *lifecycle_handle_initialize(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    const struct value *extra = value_get_map(request->arguments, "pytui");
    char error[LIFECYCLE_ERROR];
    if (backend->initialized) {
        return request_fail(request, ok, "initialize was sent before");
    }
    if (value_get_bool(extra, "readOnly", false)) {
        return request_fail(request, ok, "nobody debugs this program yet: there is nothing to watch");
    }
    struct value *body = lifecycle_welcome(backend, request->arena, request->arguments, false, error);
    if (!body) {
        return request_fail(request, ok, "%s", error);
    }
    backend->wait_when_lost = strcmp(value_get_text(extra, "whenLost", "continue"), "wait") == 0;
    backend->listen_when_left = value_get_bool(extra, "listenWhenLeft", false);
    backend->snapshot_frames = bounded(value_get_int(extra, "snapshotFrames", 0), 20, 1000);
    backend->snapshot_variables = bounded(value_get_int(extra, "snapshotVariables", 0), 60, 1000);
    backend->initialized = true;
    return body;
}

void lifecycle_after_initialize(struct backend *backend)
{
    post_simple(backend, "initialized", NULL, 0);
}

void lifecycle_after_configuration(struct backend *backend)
{
    struct arena *arena = arena_create();
    if (arena) {
        struct value *body = value_map(arena);
        value_set(arena, body, "name", value_string(arena, backend->name, strlen(backend->name)));
        value_set_int(arena, body, "systemProcessId", backend->pid);
        value_set_bool(arena, body, "isLocalProcess", true);
        value_set_text(arena, body, "startMethod", backend->attached ? "attach" : "launch");
        backend_event(backend, arena, "process", body);
    }
    pthread_mutex_lock(&backend->lock);
    bool running = backend->phase == PHASE_RUNNING;
    pthread_mutex_unlock(&backend->lock);
    if (backend->attached && backend->stop_on_entry && backend->main_code && running) {
        stepping_begin_pause(backend->stepping, 0);
    }
}

struct value *lifecycle_handle_disconnect(struct request *request, bool *ok)
{
    (void)ok;
    request->backend->left = true;
    if (value_get_bool(request->arguments, "terminateDebuggee", false)) {
        request->backend->kill_at_end = true;
    }
    return NULL;
}

void lifecycle_after_disconnect(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool serving = backend->phase == PHASE_CONFIGURING || backend->phase == PHASE_STOPPED;
    if (serving) {
        stop_abandon(backend);
    }
    pthread_mutex_unlock(&backend->lock);
    if (!serving) {
        backend_detach(backend);
    }
}

struct value *lifecycle_handle_terminate(struct request *request, bool *ok)
{
    (void)ok;
    atomic_store(&request->backend->terminate_seq, request->seq);
    return NULL;
}

/* As Ctrl-C would: a stopped program has to run for that. Before it started nothing is there to clean up, and who asks
 * again does not want to wait for that. */
void lifecycle_after_terminate(struct backend *backend)
{
    bool again = atomic_exchange(&backend->terminating, true);
    pthread_mutex_lock(&backend->lock);
    bool started = backend->phase != PHASE_CONFIGURING;
    pthread_mutex_unlock(&backend->lock);
    if (again) {
        server_drain(backend->server, DRAIN_PATIENCE); /* what was answered is to come out */
    }
    kill(getpid(), started && !again ? SIGINT : SIGTERM); /* before it goes on: it may be about to end */
    pthread_mutex_lock(&backend->lock);
    if (backend->phase == PHASE_STOPPED) {
        stop_release(backend);
    }
    parked_release_all(backend);
    hold_release_all(backend);
    pthread_mutex_unlock(&backend->lock);
}

struct value *lifecycle_handle_stats(struct request *request, bool *ok)
{
    (void)ok;
    struct backend *backend = request->backend;
    struct counters *counters = &backend->counters;
    struct channel_counts channel = server_counts(backend->server);
    struct value *body = value_map(request->arena);
    const struct {
        const char *name;
        uint64_t number;
    } rows[] = {
        {"callbacks", atomic_load(&counters->callbacks)},
        {"lineCallbacks", atomic_load(&counters->line_callbacks)},
        {"startCallbacks", atomic_load(&counters->start_callbacks)},
        {"stops", atomic_load(&counters->stops)},
        {"conditions", atomic_load(&counters->conditions)},
        {"restartEvents", atomic_load(&counters->restart_events)},
        {"armedCode", atomic_load(&counters->armed_code)},
        {"userCode", atomic_load(&counters->user_code)},
        {"unhandled", atomic_load(&counters->unhandled)},
        {"messagesIn", channel.messages_in},
        {"messagesOut", channel.messages_out},
        {"bytesIn", channel.bytes_in},
        {"bytesOut", channel.bytes_out},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        value_set_int(request->arena, body, rows[i].name, (int64_t)rows[i].number);
    }
    return body;
}
