#include "pause.h"

#include "backend.h"
#include "compat.h"
#include "stepping.h"
#include "stop.h"
#include "threads.h"

#include "protocol/arena.h"
#include "protocol/value.h"

static struct value *describe_state(struct arena *arena, const char *state)
{
    struct value *body = value_map(arena), *extra = value_map(arena);
    value_set_text(arena, extra, "state", state);
    value_set(arena, body, "pytui", extra);
    return body;
}

struct value *pause_describe_blocked(struct arena *arena)
{
    return describe_state(arena, "blocked");
}

struct value *pause_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long thread = value_get_int(request->arguments, "threadId", 0);
    unsigned long ident = thread ? threads_ident(backend, thread) : 0;
    if (thread && !ident) {
        return request_fail(request, ok, "there is no thread %lld", thread);
    }
    pthread_mutex_lock(&backend->lock);
    bool running = backend->phase == PHASE_RUNNING;
    pthread_mutex_unlock(&backend->lock);
    if (running) {
        stepping_begin_pause(backend->stepping, ident);
    }
    return describe_state(request->arena, "stopping");
}

/* The frame to show: of the thread asked for, else of the main thread, else of any. Borrowed from FRAMES. */
static PyObject *choose_frame(struct backend *backend, PyObject *frames, unsigned long wanted, unsigned long *ident)
{
    const unsigned long choices[] = {wanted, backend->main_ident};
    for (size_t i = 0; i < 2; i++) {
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
        stop_enter(backend, &(struct stop_info){.reason = "pause", .frame = frame, .ident = ident});
    }
    Py_XDECREF(frame);
}
