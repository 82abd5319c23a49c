#include "stop.h"

#include "attach.h"
#include "backend.h"
#include "compat.h"
#include "engine.h"
#include "helper.h"
#include "hold.h"
#include "lifecycle.h"
#include "listener.h"
#include "origin.h"
#include "parked.h"
#include "recursion_room.h"
#include "requests.h"
#include "reserve.h"
#include "server.h"
#include "shell.h"
#include "step_targets.h"
#include "stepping.h"
#include "stop_event.h"
#include "threads.h"
#include "values.h"
#include "watchers.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_PATIENCE  200    /* ms that the program waits for the answer that lets it go on to be sent */
#define TURN_AFTER_STOP  5      /* ms that the program runs before threads starved by the stop get their turns */
#define TURN_IN_EVALUATE 100    /* the same for an evaluate, which should not move them unless it waits for them */
#define HELD_INTERVAL    1000.0 /* seconds: threads that wait for the GIL do not ask for it during a stop */

struct stop {
    /* With the GIL held: */
    bool active;                             /* a thread is stopped */
    PyObject *frame;                         /* owned: innermost frame shown; NULL for a finished program */
    unsigned long ident;                     /* of the stopped thread */
    bool finished;                           /* post-mortem: nothing can be stepped */
    PyObject *get_interval, *set_interval;   /* owned: sys' functions */
    PyObject *interval;                      /* owned: the program's own, while it is replaced */
    PyObject *get_handler, *default_handler; /* owned: of SIGINT; NULL where not found */
    PyObject *probe;                         /* owned: see recursion_room.h */
    int recursion_limit;                     /* the program's own, while there is room beyond it; 0: not */
    void *reserve;                           /* see reserve.h: given up during a stop */
    bool interrupted;                        /* a Ctrl-C of the program was caught by an evaluate */
    long skipped;                            /* breakpoints that other threads passed while an evaluate ran */
    bool check_interrupt;                    /* the main thread goes on: a Ctrl-C may have come meanwhile */
    long long cancelled_request;             /* the last one whose code a client interrupted */
    bool told;                               /* a client was there to be told of this stop */
    bool again;                              /* the frame was moved: show it anew */
    char again_text[256];
    long long alone;   /* thread that is to run alone after the stop; 0: all run */
    long long hand_to; /* thread whose queued hit was asked for; 0: the first */
    /* Guarded by backend->lock: */
    bool resumed;          /* leave the loop */
    bool released;         /* the same, though no request said so */
    bool abandoned;        /* the same, and the session is over */
    long long running;     /* request whose Python code runs; 0: none */
    long long early;       /* request that was cancelled before its code ran, if it is still to run */
    long long unwanted;    /* request whose code is to be interrupted: another may run by then */
    bool cancelled;        /* we interrupted it */
    unsigned long serving; /* ident of the thread that serves */
};

static PyObject *sys_function(const char *name)
{
    PyObject *function = PySys_GetObject(name); /* borrowed */
    if (!function) {
        PyErr_Format(PyExc_RuntimeError, "lost sys.%s", name);
    }
    return Py_XNewRef(function);
}

struct stop *stop_create(struct backend *backend)
{
    struct stop *stop = calloc(1, sizeof(*stop));
    if (!stop) {
        PyErr_NoMemory();
        return NULL;
    }
    (void)backend;
    stop->get_interval = sys_function("getswitchinterval");
    stop->set_interval = sys_function("setswitchinterval");
    if (!stop->get_interval || !stop->set_interval) {
        stop_destroy(stop);
        return NULL;
    }
    reserve_take(&stop->reserve);
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    PyObject *signals = modules ? PyDict_GetItemString(modules, "_signal") : NULL;
    if (signals) {
        stop->get_handler = PyObject_GetAttrString(signals, "getsignal");
        stop->default_handler = PyObject_GetAttrString(signals, "default_int_handler");
        PyErr_Clear();
    }
    return stop;
}

void stop_destroy(struct stop *stop)
{
    if (stop) {
        Py_XDECREF(stop->get_interval);
        Py_XDECREF(stop->set_interval);
        Py_XDECREF(stop->get_handler);
        Py_XDECREF(stop->default_handler);
        Py_XDECREF(stop->interval);
        Py_XDECREF(stop->probe);
        reserve_release(&stop->reserve);
        Py_XDECREF(stop->frame);
        free(stop);
    }
}

void stop_finish(struct backend *backend)
{
    reserve_release(&backend->stop->reserve);
}

bool stop_active(const struct backend *backend)
{
    return backend->stop->active;
}

void stop_note_skipped(struct backend *backend)
{
    backend->stop->skipped++;
}

static void report_skipped(struct backend *backend)
{
    char text[160];
    if (backend->stop->skipped > 0) {
        int length = snprintf(text, sizeof(text), "Other threads passed %ld breakpoint%s while this was evaluated.\n",
                              backend->stop->skipped, backend->stop->skipped == 1 ? "" : "s");
        backend->stop->skipped = 0;
        backend_output(backend, "console", text, (size_t)length, NULL, 0);
    }
}

PyObject *stop_frame(const struct backend *backend)
{
    return backend->stop->frame;
}

bool stop_is_finished(const struct backend *backend)
{
    return backend->stop->finished;
}

void stop_show_again(struct backend *backend, const char *text)
{
    struct stop *stop = backend->stop;
    stop->again = true;
    snprintf(stop->again_text, sizeof(stop->again_text), "%s", text);
    pthread_mutex_lock(&backend->lock);
    stop->resumed = true;
    pthread_mutex_unlock(&backend->lock);
}

unsigned long stop_ident(const struct backend *backend)
{
    return backend->stop->active ? backend->stop->ident : 0;
}

void stop_abandon(struct backend *backend)
{
    backend->stop->abandoned = true;
    parked_release_all(backend);
    hold_release_all(backend);
    pthread_cond_broadcast(&backend->changed);
}

void stop_release(struct backend *backend)
{
    backend->stop->resumed = backend->stop->released = true;
    parked_release_all(backend);
    hold_release_all(backend);
    pthread_cond_broadcast(&backend->changed);
}

bool stop_abandoned(const struct backend *backend)
{
    return backend->stop->abandoned;
}

/* The switch interval. Threads that wait for the GIL ask its holder to drop it every interval; the first
 * bytecode of an evaluate would obey and let all others run. So the interval is huge during a stop and the program's
 * own while its code runs. */

static void hold_interval(struct backend *backend)
{
    struct stop *stop = backend->stop;
    Py_XDECREF(stop->interval);
    stop->interval = PyObject_CallNoArgs(stop->get_interval);
    PyObject *huge = PyFloat_FromDouble(HELD_INTERVAL);
    PyObject *arguments = huge ? PyTuple_Pack(1, huge) : NULL;
    PyObject *result = stop->interval && arguments ? PyObject_CallObject(stop->set_interval, arguments) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(arguments);
    Py_XDECREF(huge);
    PyErr_Clear();
}

static void release_interval(struct backend *backend)
{
    struct stop *stop = backend->stop;
    PyObject *arguments = stop->interval ? PyTuple_Pack(1, stop->interval) : NULL;
    PyObject *result = arguments ? PyObject_CallObject(stop->set_interval, arguments) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(arguments);
    PyErr_Clear();
}

void stop_before_python(void *data, long long request_seq)
{
    struct backend *backend = data;
    struct stop *stop = backend->stop;
    counter_add(&backend->counters.user_code, 1);
    release_interval(backend); /* first: who hands the GIL over under the long one does not get it back */
    if (recursion_room_is_needed(&stop->probe)) {
        stop->recursion_limit = recursion_room_open();
    }
    pthread_mutex_lock(&backend->lock);
    stop->running = request_seq; /* from now on it can be interrupted */
    stop->cancelled = false;
    if (stop->abandoned || stop->early == request_seq) { /* the client left or cancelled since the request was taken */
        stop_ask_interrupt(backend, request_seq);
    }
    helper_plan_turn(backend, TURN_IN_EVALUATE);
    pthread_mutex_unlock(&backend->lock);
}

/* The interruption came when the code was over: have it raised here, by code that does nothing. (To set
 * a thread's exception to NULL instead leaves the eval loop of 3.11 looking for one for ever.) */
void stop_swallow_interrupt(void)
{
    PyObject *code = Py_CompileString("None", "<pytui>", Py_eval_input);
    PyObject *empty = code ? PyDict_New() : NULL;
    for (int i = 0; empty && i < 3 && !PyErr_Occurred() && PyErr_CheckSignals() == 0; i++) {
        Py_XDECREF(PyEval_EvalCode(code, empty, empty));
    }
    PyErr_Clear();
    Py_XDECREF(empty);
    Py_XDECREF(code);
}

/* Called with the error that ended the code, which is left as it is. */
void stop_after_python(void *data)
{
    struct backend *backend = data;
    struct stop *stop = backend->stop;
    PyObject *error = PyErr_GetRaisedException();
    if (stop->recursion_limit) {
        recursion_room_close(stop->recursion_limit);
        stop->recursion_limit = 0;
    }
    pthread_mutex_lock(&backend->lock);
    bool cancelled = stop->cancelled;
    long long request = stop->running;
    stop->running = 0;
    stop->cancelled = false;
    pthread_mutex_unlock(&backend->lock);
    if (cancelled) {
        stop->cancelled_request = request;
        if (!error || !PyErr_GivenExceptionMatches(error, PyExc_KeyboardInterrupt)) {
            stop_swallow_interrupt();
        }
    } else if (error && PyErr_GivenExceptionMatches(error, PyExc_KeyboardInterrupt)) {
        stop->interrupted = true;
    }
    hold_interval(backend);
    report_skipped(backend);
    if (error) {
        PyErr_SetRaisedException(error);
    }
}

bool stop_was_cancelled(void *data, long long request_seq)
{
    struct backend *backend = data;
    bool cancelled = backend->stop->cancelled_request == request_seq;
    if (!cancelled) {
        backend->stop->interrupted = true;
    }
    return cancelled;
}

bool stop_is_cancelled(const struct backend *backend)
{
    const struct stop *stop = backend->stop;
    return stop->cancelled || (stop->running && stop->running == stop->unwanted);
}

long long stop_running_request(const struct backend *backend)
{
    return backend->stop->running;
}

/* Whether a SIGINT would raise KeyboardInterrupt: then it also ends a call that blocks in the kernel. */
static bool interrupt_is_default(struct stop *stop)
{
    PyObject *number = stop->get_handler ? PyLong_FromLong(SIGINT) : NULL;
    PyObject *arguments = number ? PyTuple_Pack(1, number) : NULL;
    PyObject *handler = arguments ? PyObject_CallObject(stop->get_handler, arguments) : NULL;
    bool same = handler && handler == stop->default_handler;
    Py_XDECREF(handler);
    Py_XDECREF(arguments);
    Py_XDECREF(number);
    PyErr_Clear();
    return same;
}

void stop_ask_interrupt(struct backend *backend, long long seq)
{
    if (backend->stop->running != seq) {
        backend->stop->early = seq;
    } else if (seq > 0) {
        backend->stop->unwanted = seq;
        if (backend->shell) {
            backend->stop->cancelled = true;
            shell_end(backend->shell);
        } else {
            helper_interrupt(backend);
        }
    }
}

void stop_interrupt(struct backend *backend)
{
    struct stop *stop = backend->stop;
    if (!stop->running || stop->running != stop->unwanted || stop->cancelled) {
        return;
    }
    stop->cancelled = true;
    if (stop->serving == backend->main_ident && interrupt_is_default(stop)) {
        pthread_kill(backend->main_thread, SIGINT);
    } else {
        PyThreadState_SetAsyncExc(stop->serving, PyExc_KeyboardInterrupt);
    }
}

/* Serve until resumed or abandoned. GIL held all the time. */
static void serve(struct backend *backend)
{
    struct stop *stop = backend->stop;
    pthread_mutex_lock(&backend->lock);
    stop->serving = PyThread_get_thread_ident();
    while (!stop->resumed && !stop->abandoned) {
        struct job *job = requests_take(backend);
        if (!job) {
            pthread_cond_wait(&backend->changed, &backend->lock);
            continue;
        }
        pthread_mutex_unlock(&backend->lock);
        requests_run(backend, job);
        if (getpid() != backend->pid) {
            return; /* an evaluate forked: this is the child, which nobody serves */
        }
        pthread_mutex_lock(&backend->lock);
    }
    bool released = stop->released && !stop->abandoned;
    bool resumed = stop->resumed && !stop->abandoned && !released;
    stop->resumed = stop->released = false;
    pthread_mutex_unlock(&backend->lock);
    if (released) {
        stop->again = false;
        stop_event_continued(backend, stop->ident);
    }
    if ((resumed || released) && !stop->again && stop->active) { /* who asked for that was answered */
        watchers_tell_continued(backend, released ? 0 : threads_id(backend, stop->ident));
    }
    server_drain(backend->server, ANSWER_PATIENCE); /* the program may end in its very next instruction */
}

/* Show what INFO says and serve; the session's data about the stop is set. */
static void show_and_serve(struct backend *backend, const struct stop_info *info)
{
    if (info->exception) {
        values_begin_exception(backend->values, info->frame, info->exception, info->post_mortem, backend->main_code);
    } else {
        values_begin(backend->values, info->frame, backend->main_code);
    }
    if (info->returns) {
        values_set_returns(backend->values, info->returns);
    }
    PyErr_Clear();
    pthread_mutex_lock(&backend->lock);
    bool gone = backend->phase == PHASE_GONE || backend->stop->abandoned || atomic_load(&backend->terminating);
    if (!gone) {
        backend->phase = PHASE_STOPPED;
        backend->stop->resumed = backend->stop->released = false; /* of a release that came after the last stop */
        backend->stop->serving = PyThread_get_thread_ident();     /* watches are evaluated before anything is served */
    }
    pthread_mutex_unlock(&backend->lock);
    bool told = !gone && stop_event_stopped(backend, info, backend->stop->ident);
    backend->stop->told = backend->stop->told || told;
    if (told && getpid() == backend->pid) { /* a watch may have forked */
        breakpoints_after_hit(backend->breakpoints, info->hits);
        serve(backend);
    }
    if (getpid() == backend->pid) {
        values_end(backend->values);
    }
}

/* The program runs. The helper takes what is left in the queue, and not a moment before: it must not
 * begin to wait for the GIL while the interval is the huge one. */
static void leave(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool gone = backend->phase == PHASE_GONE;
    if (!gone) {
        backend->phase = PHASE_RUNNING;
        parked_restart(backend);
        hold_changed(backend);
        helper_plan_turn(backend, TURN_AFTER_STOP);
    }
    bool starved = helper_busy(backend) || gone;
    pthread_cond_broadcast(&backend->changed);
    pthread_mutex_unlock(&backend->lock);
    if (starved && !backend->exiting) { /* it has waited since before the stop, or will not help any more */
        Py_BEGIN_ALLOW_THREADS Py_END_ALLOW_THREADS
    }
}

/* One stop, from its report to the answer that ends it. */
static void stop_for(struct backend *backend, const struct stop_info *info)
{
    struct stop *stop = backend->stop;
    stop->ident = info->ident ? info->ident : PyThread_get_thread_ident();
    PyObject *former = stop->frame;
    stop->frame = Py_XNewRef(info->frame);
    Py_XDECREF(former);
    stop->finished = info->post_mortem;
    stop->alone = stop->hand_to = 0;
    stop->told = false;
    counter_add(&backend->counters.stops, 1);
    stepping_cancel(backend->stepping);
    show_and_serve(backend, info);
    while (stop->again && !stop_abandoned(backend) && getpid() == backend->pid) {
        stop->again = false;
        counter_add(&backend->counters.stops, 1);
        show_and_serve(backend, &(struct stop_info){.reason = "goto",
                                                    .description = "jumped to the line",
                                                    .frame = stop->frame,
                                                    .text = stop->again_text[0] ? stop->again_text : NULL});
    }
    stop->again = false;
}

/* Who runs when the stop is over: one thread alone if that was asked for; one whose hit waits, unless a step comes
 * first; else all. The stopped thread lets that one come by in hold_pass(). */
static void choose_runner(struct backend *backend)
{
    struct stop *stop = backend->stop;
    pthread_mutex_lock(&backend->lock);
    long long queued =
        stop->hand_to && parked_is_waiting(backend, stop->hand_to) ? stop->hand_to : parked_first(backend);
    bool handing = queued && !stop->alone && !stepping_planned(backend->stepping);
    hold_run_alone(backend, handing ? queued : stop->alone, handing);
    pthread_mutex_unlock(&backend->lock);
}

void stop_hand_over(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    long long queued = backend->phase == PHASE_RUNNING ? parked_first(backend) : 0;
    bool free = !hold_runner(backend) || hold_is_handing(backend, 0);
    if (free) {
        hold_run_alone(backend, queued, true);
    }
    pthread_mutex_unlock(&backend->lock);
    stepping_refresh(backend->stepping);
    hold_pass(backend);
}

/* The connection was cut: what is stopped then stays so for the next client. */
bool stop_outlives_client(const struct backend *backend)
{
    return backend->stop->abandoned && !backend->forked && !backend->left && backend->wait_when_lost;
}

/* GIL held all the time. */
static void wait_for_client(const struct stop_info *info)
{
    if (attach_wait(true)) {
        struct stop_info again = *info;
        again.hits = NULL; /* of the former session's breakpoints */
        stop_enter(backend_current(), &again);
    } else if (PyErr_Occurred()) { /* a Ctrl-C: the program's own business, where it stands */
        PyErr_Clear();
        PyErr_SetInterruptEx(SIGINT);
    }
}

void stop_enter(struct backend *backend, const struct stop_info *info)
{
    struct stop *stop = backend->stop;
    if (stop->active || backend->ended || (!info->frame && !info->exception)) {
        return;
    }
    if (atomic_load(&backend->terminating)) { /* who asked for the end wants no stop on the way */
        stepping_cancel(backend->stepping);
        stepping_apply(backend->stepping);
        return;
    }
    if (getpid() != backend->pid) { /* forked by C code that runs no fork handlers of Python's */
        lifecycle_forked(backend);
        return;
    }
    stop->active = true;
    reserve_release(&stop->reserve);
    hold_interval(backend);
    stop_for(backend, info);
    bool waits = stop->told && stop_outlives_client(backend); /* else it came to its breakpoint after the cut */
    if (waits) {
        backend_listen_when_left(backend);
        listener_begin_waiting(); /* from now on clients are for this thread, whoever gets the GIL meanwhile */
    }
    if (stop->abandoned) {
        backend_detach(backend);
    } else if (!backend->ended) {
        choose_runner(backend);
        stepping_apply(backend->stepping);
    }
    release_interval(backend);
    Py_CLEAR(stop->interval);
    Py_CLEAR(stop->frame);
    stop->active = false;
    PyErr_Clear();
    if (!backend->ended) {
        reserve_take(&stop->reserve);
    }
    if (waits) {
        wait_for_client(info);
        listener_end_waiting();
    }
    if (stop->interrupted) {
        stop->interrupted = false;
        PyErr_SetInterruptEx(SIGINT);
    }
    stop->check_interrupt = PyThread_get_thread_ident() == backend->main_ident;
    if (!backend->forked) {
        leave(backend);
        hold_pass(backend);
    }
}

/* A Ctrl-C that came during the stop would be noticed some bytecodes later, perhaps only after a call
 * that blocks for long. A handler of the program's own is left to the interpreter, since code that runs
 * here cannot be debugged. */
bool control_take_interrupt(struct backend *backend)
{
    struct stop *stop = backend->stop;
    if (!stop->check_interrupt || PyThread_get_thread_ident() != backend->main_ident) {
        return false;
    }
    stop->check_interrupt = false;
    return interrupt_is_default(stop) && PyErr_CheckSignals() < 0;
}

void stop_configure(struct backend *backend)
{
    serve(backend);
    leave(backend);
}

void stop_begin_running(struct backend *backend)
{
    leave(backend);
}

/* Requests. */

/* The frame from which THREAD is to be stepped: new reference; NULL with the request failed, or when nothing can be. */
static PyObject *frame_to_step(struct request *request, bool *ok, long long thread)
{
    struct backend *backend = request->backend;
    pthread_mutex_lock(&backend->lock);
    bool frozen = hold_is_frozen(backend, thread);
    pthread_mutex_unlock(&backend->lock);
    if (frozen) {
        request_fail(request, ok, "thread %lld is frozen: thaw it first", thread);
        return NULL;
    }
    if (backend->stop->finished) {
        return NULL;
    }
    PyObject *frame = backend_thread_frame(backend, thread);
    if (!frame) {
        request_fail(request, ok, "there is no thread %lld that runs Python code", thread);
    }
    return frame;
}

/* Plan what follows the stop. A step of a thread whose hit is queued shows that hit first. */
static bool plan(struct request *request, bool *ok, enum step_kind kind, long long thread)
{
    struct backend *backend = request->backend;
    struct stop *stop = backend->stop;
    bool single = value_get_bool(request->arguments, "singleThread", false);
    PyObject *frame = kind != STEP_NONE || single ? frame_to_step(request, ok, thread) : NULL;
    if (!*ok) {
        return false;
    }
    pthread_mutex_lock(&backend->lock);
    bool queued = kind != STEP_NONE && parked_is_waiting(backend, thread);
    pthread_mutex_unlock(&backend->lock);
    stop->hand_to = queued ? thread : 0;
    stop->alone = single && !queued ? thread : 0;
    stepping_begin(backend->stepping, queued ? STEP_NONE : kind, kind == STEP_NONE || queued ? NULL : frame,
                   threads_ident(backend, thread));
    Py_XDECREF(frame);
    return true;
}

/* The same for the thread that REQUEST names. */
static bool plan_requested(struct request *request, bool *ok, enum step_kind kind)
{
    struct backend *backend = request->backend;
    long long thread = value_get_int(request->arguments, "threadId", 0);
    if (!backend->stop->active) {
        request_fail(request, ok, "the program is running: pause it first");
        return false;
    }
    return plan(request, ok, kind, thread ? thread : threads_id(backend, backend->stop->ident));
}

static void leave_loop(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    backend->stop->resumed = true;
    pthread_mutex_unlock(&backend->lock);
}

static struct value *resume(struct request *request, bool *ok, enum step_kind kind)
{
    if (plan_requested(request, ok, kind)) {
        leave_loop(request->backend);
    }
    return NULL;
}

struct value *stop_handle_continue(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    resume(request, ok, STEP_NONE);
    struct value *body = value_map(request->arena);
    pthread_mutex_lock(&backend->lock);
    bool all = !backend->stop->alone && !hold_has_frozen(backend);
    pthread_mutex_unlock(&backend->lock);
    value_set_bool(request->arena, body, "allThreadsContinued", all);
    return body;
}

struct value *stop_handle_next(struct request *request, bool *ok)
{
    return resume(request, ok, STEP_OVER);
}

struct value *stop_handle_step_in(struct request *request, bool *ok)
{
    struct call_site site;
    long long target = value_get_int(request->arguments, "targetId", 0);
    if (target == 0) {
        return resume(request, ok, STEP_IN);
    }
    if (step_targets_find(request, ok, target, &site)) {
        resume(request, ok, STEP_TARGET);
    }
    if (*ok) {
        stepping_set_target(request->backend->stepping, &site);
    }
    return NULL;
}

struct value *stop_handle_step_out(struct request *request, bool *ok)
{
    return resume(request, ok, STEP_OUT);
}

struct value *stop_handle_until(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long line = value_get_int(request->arguments, "line", 0);
    if (line < 0 || line > INT32_MAX) {
        return request_fail(request, ok, "pytui/until takes a line from 1");
    }
    resume(request, ok, STEP_UNTIL);
    if (*ok) {
        stepping_set_until(backend->stepping, (int)line);
    }
    return NULL;
}

struct value *stop_handle_run_to(struct request *request, bool *ok)
{
    const char *path = origin_source_path(value_get_map(request->arguments, "source"));
    long long line = value_get_int(request->arguments, "line", 0);
    char error[256];
    if (!path || !path[0] || line < 1 || line > INT32_MAX) {
        return request_fail(request, ok, "pytui/runTo needs source.path and a line from 1");
    }
    if (!plan_requested(request, ok, STEP_NONE)) {
        return NULL;
    }
    if (!breakpoints_run_to(request->backend->breakpoints, path, (int)line, error, sizeof(error))) {
        return request_fail(request, ok, "%s", error);
    }
    leave_loop(request->backend);
    return NULL;
}

struct value *stop_handle_configuration_done(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    const struct value *extra = value_get_map(request->arguments, "pytui");
    if (backend->configured) {
        return request_fail(request, ok, "configurationDone was sent before");
    }
    pthread_mutex_lock(&backend->lock);
    backend->stop->resumed = backend->phase == PHASE_CONFIGURING || backend->stop->resumed;
    pthread_mutex_unlock(&backend->lock);
    backend->configured = true;
    backend->stop_on_entry = value_get_bool(extra, "stopOnEntry", !backend->attached);
    return NULL;
}
