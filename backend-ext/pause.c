#include "pause.h"

#include "backend.h"
#include "compat.h"
#include "helper.h"
#include "hold.h"
#include "parked.h"
#include "stepping.h"
#include "stop.h"
#include "thread_list.h"
#include "threads.h"
#include "where.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>

static struct value *describe_state(struct arena *arena, const char *state, struct value *stacks)
{
    struct value *body = value_map(arena), *extra = value_map(arena);
    value_set_text(arena, extra, "state", state);
    value_set(arena, extra, "stacks", stacks);
    value_set(arena, body, "pytui", extra);
    return body;
}

struct value *pause_answer_late(struct backend *backend, struct arena *arena, const struct value *arguments,
                                struct value *stacks, bool more)
{
    (void)arguments; /* of one thread too, the others may say why it does not stop */
    return describe_state(arena, "blocked", stacks ? where_answer_late(backend, arena, NULL, stacks, more) : NULL);
}

struct value *pause_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long thread = value_get_int(request->arguments, "threadId", 0);
    unsigned long ident = thread ? threads_ident(backend, thread) : 0;
    if (thread && !ident) {
        return request_fail(request, ok, "there is no thread %lld", thread);
    }
    if (request->seq > atomic_load(&backend->terminate_seq)) {
        atomic_store(&backend->terminating, false); /* the program declined to end, and is to be looked at */
    }
    pthread_mutex_lock(&backend->lock);
    bool running = backend->phase == PHASE_RUNNING;
    if (running && !thread && parked_first(backend) && !hold_runner(backend)) {
        hold_run_alone(backend, parked_first(backend), true); /* it waits to be reported, and that is a stop */
    }
    pthread_mutex_unlock(&backend->lock);
    if (running) {
        stepping_begin_pause(backend->stepping, ident);
    }
    return describe_state(request->arena, "stopping", NULL);
}

/* The frame to show: of the thread asked for, else of the one that runs alone, of the main thread, of any. Borrowed
 * from FRAMES. */
static PyObject *choose_frame(struct backend *backend, PyObject *frames, unsigned long wanted, unsigned long *ident)
{
    pthread_mutex_lock(&backend->lock);
    long long runner = hold_runner(backend);
    pthread_mutex_unlock(&backend->lock);
    const unsigned long choices[] = {wanted, threads_ident(backend, runner), backend->main_ident};
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        PyObject *key = choices[i] ? PyLong_FromUnsignedLong(choices[i]) : NULL;
        PyObject *frame = key ? PyDict_GetItemWithError(frames, key) : NULL; /* borrowed */
        Py_XDECREF(key);
        if (frame) {
            *ident = choices[i];
            return frame;
        }
    }
    PyObject *key, *frame;
    Py_ssize_t position = 0;
    if (PyDict_Next(frames, &position, &key, &frame)) {
        *ident = PyLong_AsUnsignedLong(key);
        return frame;
    }
    return NULL;
}

void pause_at_end(struct backend *backend)
{
    helper_let_in(backend);
    if (!backend->ended && stepping_pauses_here(backend->stepping)) {
        stop_enter(backend, &(struct stop_info){.reason = "pause",
                                                .frame = (PyObject *)PyEval_GetFrame(),
                                                .text = "at the end of the program"});
    }
}

void pause_hold(struct backend *backend)
{
    unsigned long ident = 0;
    PyObject *frames = threads_frames(backend);
    PyObject *frame = frames && PyDict_Check(frames)
                          ? choose_frame(backend, frames, stepping_pause_ident(backend->stepping), &ident)
                          : NULL;
    Py_XINCREF(frame);
    Py_XDECREF(frames);
    PyErr_Clear();
    if (frame) {
        char waits[256], text[300];
        long native_id = threads_native_id(backend, threads_id(backend, ident));
        thread_list_waits(backend, native_id, frame, waits, sizeof(waits));
        snprintf(text, sizeof(text), "waits in %s", waits);
        stop_enter(backend, &(struct stop_info){
                                .reason = "pause", .frame = frame, .ident = ident, .text = waits[0] ? text : NULL});
    }
    Py_XDECREF(frame);
}
