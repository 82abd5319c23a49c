#include "thread_list.h"

#include "backend.h"
#include "blocked.h"
#include "compat.h"
#include "hold.h"
#include "my_code.h"
#include "parked.h"
#include "threads.h"

#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_DEPTH 8  /* frames of the standard library looked at for what a thread waits for */
#define CALL_DEPTH 24 /* and of libraries that user code may have called */

bool thread_list_is_daemon(struct backend *backend, long long thread)
{
    unsigned long ident = threads_ident(backend, thread);
    PyObject *object = threads_object(ident); /* borrowed */
    PyObject *daemon = object ? threads_attribute(ident, "_daemonic") : NULL;
    bool is_daemon = object ? daemon == Py_True : ident != backend->main_ident;
    Py_XDECREF(daemon);
    return is_daemon;
}

/* What threads wait for. */

/* Functions in which a thread that does not run waits; WAITS_FOR: the thread that is the frame's `self`. USED: by
 * others that say more. */
static const struct waiting {
    const char *module, *function;
    bool waits_for, used;
} waiting_table[] = {
    {"threading", "Thread.join", true},
    {"threading", "Thread._wait_for_tstate_lock", true},
    {"threading", "Event.wait", false},
    {"threading", "Condition.wait", false},
    {"threading", "Condition.wait_for", false},
    {"threading", "Semaphore.acquire", false},
    {"threading", "Barrier.wait", false},
    {"queue", "Queue.get", false},
    {"queue", "Queue.put", false},
    {"queue", "Queue.join", false},
    {"concurrent.futures._base", "Future.result", false},
    {"concurrent.futures._base", "wait", false},
    {"selectors", "EpollSelector.select", false, true},
    {"selectors", "PollSelector.select", false, true},
    {"selectors", "SelectSelector.select", false, true},
    {"subprocess", "Popen.wait", false, true},
    {"subprocess", "Popen.communicate", false, true},
    {"socket", "socket.accept", false},
    {"socket", "SocketIO.readinto", false},
};

/* Attribute NAME of OBJECT, a plain C one, as text of the interpreter's; NULL without an error. */
static const char *text_attribute(PyObject *object, const char *name, PyObject **owner)
{
    *owner = object ? PyObject_GetAttrString(object, name) : NULL;
    const char *text = *owner && PyUnicode_Check(*owner) ? PyUnicode_AsUTF8AndSize(*owner, NULL) : NULL;
    PyErr_Clear();
    return text;
}

static const struct waiting *find_waiting(PyObject *frame)
{
    const struct waiting *found = NULL;
    PyObject *qualified = NULL;
    PyObject *code = PyObject_GetAttrString(frame, "f_code"), *globals = PyObject_GetAttrString(frame, "f_globals");
    PyObject *module =
        globals && PyDict_Check(globals) ? PyDict_GetItemString(globals, "__name__") : NULL; /* borrowed */
    const char *where = module && PyUnicode_Check(module) ? PyUnicode_AsUTF8AndSize(module, NULL) : NULL;
    const char *function = text_attribute(code, "co_qualname", &qualified);
    for (size_t i = 0; where && function && i < sizeof(waiting_table) / sizeof(waiting_table[0]) && !found; i++) {
        if (strcmp(waiting_table[i].module, where) == 0 && strcmp(waiting_table[i].function, function) == 0) {
            found = &waiting_table[i];
        }
    }
    Py_XDECREF(qualified);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    PyErr_Clear();
    return found;
}

/* The id of the Thread object that FRAME has as `self`; 0: none. */
static long long joined_thread(struct backend *backend, PyObject *frame)
{
    PyObject *locals = PyObject_GetAttrString(frame, "f_locals"); /* of threading's own frame */
    PyObject *self = locals ? PyMapping_GetItemString(locals, "self") : NULL;
    PyObject *members = self ? PyObject_GetAttrString(self, "__dict__") : NULL;
    PyObject *ident = members && PyDict_Check(members) ? PyDict_GetItemString(members, "_ident") : NULL; /* borrowed */
    unsigned long number = ident && PyLong_Check(ident) ? PyLong_AsUnsignedLong(ident) : 0;
    Py_XDECREF(members);
    Py_XDECREF(self);
    Py_XDECREF(locals);
    bool failed = PyErr_Occurred() != NULL;
    PyErr_Clear();
    return number && !failed ? threads_id(backend, number) : 0;
}

/* The outermost of the waiting functions at the inner end of the stack: Queue.get, not Condition.wait. New reference
 * to its frame. */
static const struct waiting *outermost_waiting(PyObject *top, PyObject **frame)
{
    const struct waiting *outermost = NULL;
    PyObject *at = Py_NewRef(top);
    *frame = NULL;
    for (int depth = 0; at && at != Py_None && depth < WAIT_DEPTH; depth++) {
        const struct waiting *waiting = find_waiting(at);
        if (!waiting && outermost) {
            break;
        }
        if (waiting) {
            outermost = waiting;
            Py_XDECREF(*frame);
            *frame = Py_NewRef(at);
        }
        PyObject *caller = PyObject_GetAttrString(at, "f_back");
        Py_DECREF(at);
        at = caller;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return outermost;
}

/* The innermost frame of user code, if it is near: what it has called waits. New reference, or NULL. */
static PyObject *nearest_user_frame(struct backend *backend, PyObject *top)
{
    PyObject *at = Py_NewRef(top);
    for (int depth = 0; at && at != Py_None && depth < CALL_DEPTH; depth++) {
        if (my_code_frame_origin(backend->my_code, at) == ORIGIN_USER) {
            return at;
        }
        PyObject *caller = PyObject_GetAttrString(at, "f_back");
        Py_DECREF(at);
        at = caller;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return NULL;
}

static long long describe_waiting(struct backend *backend, const struct waiting *waiting, PyObject *frame, char *buffer,
                                  size_t size)
{
    long long other = waiting->waits_for ? joined_thread(backend, frame) : 0;
    char name[128] = "";
    if (other) {
        threads_name(backend, other, name, sizeof(name));
    }
    snprintf(buffer, size, "%s%s%s", waiting->waits_for ? "Thread.join" : waiting->function, name[0] ? ": " : "", name);
    return other;
}

long long thread_list_waits(struct backend *backend, long native_id, PyObject *top, char *buffer, size_t size)
{
    PyObject *frame = NULL;
    enum blocked_state state = blocked_state(native_id);
    const struct waiting *waiting = top ? outermost_waiting(top, &frame) : NULL;
    PyObject *user = top && state == BLOCKED && (!waiting || waiting->used) ? nearest_user_frame(backend, top) : NULL;
    long long other = 0;
    buffer[0] = '\0';
    if (waiting && !user) {
        other = describe_waiting(backend, waiting, frame, buffer, size);
    } else if (top && state == BLOCKED) {
        other = blocked_call(backend, user ? user : top, buffer, size);
    }
    Py_XDECREF(user);
    Py_XDECREF(frame);
    return other;
}

/* The request. */

static const char *describe_state(struct backend *backend, long long thread)
{
    pthread_mutex_lock(&backend->lock);
    bool stopped = backend->phase == PHASE_STOPPED, parked = parked_is_waiting(backend, thread);
    bool frozen = hold_is_frozen(backend, thread), waiting = hold_is_waiting(backend, thread);
    pthread_mutex_unlock(&backend->lock);
    if (frozen) {
        return stopped || waiting || parked ? "frozen" : "freezing";
    }
    return parked ? "parked" : stopped ? "stopped" : waiting ? "held" : "running";
}

/* Its innermost frame: borrowed from FRAMES. */
static PyObject *frame_in(PyObject *frames, unsigned long ident)
{
    PyObject *key = PyLong_FromUnsignedLong(ident);
    PyObject *frame = key ? PyDict_GetItemWithError(frames, key) : NULL;
    Py_XDECREF(key);
    PyErr_Clear();
    return frame;
}

/* Whether it waits at our own places, and so for nothing of the program's. */
static bool is_kept(struct backend *backend, long long thread)
{
    pthread_mutex_lock(&backend->lock);
    bool kept = parked_is_waiting(backend, thread) || hold_is_waiting(backend, thread);
    pthread_mutex_unlock(&backend->lock);
    return kept;
}

static struct value *describe_thread(struct backend *backend, struct arena *arena, long long id, PyObject *frames)
{
    char name[256], waits[256] = "";
    threads_name(backend, id, name, sizeof(name));
    struct value *thread = value_map(arena), *extra = value_map(arena);
    value_set_int(arena, thread, "id", id);
    value_set(arena, thread, "name", value_string(arena, name, strlen(name)));
    long native_id = threads_native_id(backend, id);
    if (native_id) {
        value_set_int(arena, extra, "nativeId", native_id);
    }
    value_set_text(arena, extra, "state", describe_state(backend, id));
    value_set_bool(arena, extra, "daemon", thread_list_is_daemon(backend, id));
    PyObject *top = frame_in(frames, threads_ident(backend, id));
    long long other = is_kept(backend, id) ? 0 : thread_list_waits(backend, native_id, top, waits, sizeof(waits));
    if (waits[0]) {
        value_set(arena, extra, "waits", value_string(arena, waits, strlen(waits)));
    }
    if (other) {
        value_set_int(arena, extra, "waitsFor", other);
    }
    value_set(arena, thread, "pytui", extra);
    return thread;
}

static int compare_ids(const void *a, const void *b)
{
    long long first = *(const long long *)a, second = *(const long long *)b;
    return first < second ? -1 : first > second;
}

struct value *thread_list_handle_threads(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    PyObject *frames = threads_frames(backend);
    size_t limit = frames && PyDict_Check(frames) ? (size_t)PyDict_Size(frames) : 0, count = 0;
    long long *ids = limit ? malloc(limit * sizeof(*ids)) : NULL;
    if (ids) {
        count = threads_ids_in(backend, frames, ids, limit);
        qsort(ids, count, sizeof(*ids), compare_ids); /* the main thread first */
    }
    if (!ids) {
        Py_XDECREF(frames);
        PyErr_Clear();
        return request_fail(request, ok, "the interpreter does not tell its threads");
    }
    struct value *body = value_map(request->arena), *list = value_array(request->arena);
    for (size_t i = 0; i < count; i++) {
        value_append(request->arena, list, describe_thread(backend, request->arena, ids[i], frames));
    }
    Py_DECREF(frames);
    free(ids);
    value_set(request->arena, body, "threads", list);
    return body;
}
