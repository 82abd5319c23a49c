/* A record for each thread that was seen: by itself, in a report of the engine, or by others, in
 * sys._current_frames(). The id of the calling thread stands in thread-specific data, whose destructor also tells
 * that the thread ended; idents are reused by the system, so a record is only taken over by a thread
 * that has its native id too. A thread of C code that calls into Python again and again stays one thread. */
#include "threads.h"

#include "backend.h"
#include "helper.h"
#include "hold.h"
#include "objects.h"
#include "server.h"
#include "stop.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct thread_record {
    struct thread_record *next;
    struct threads *owner;
    long long id;
    unsigned long ident;
    long native_id;              /* 0: not known */
    bool bound;                  /* it registered itself: its end will be known */
    bool untold;                 /* found without the GIL: its event is to come */
    char name[THREAD_NAME_SIZE]; /* as it was last read */
};

struct threads {
    struct backend *backend;
    pthread_mutex_t lock; /* of the list: threads end without the GIL */
    struct thread_record *first;
    long long last_id;
    pthread_key_t key;
    bool has_key;
};

/* Events. The main thread has none: a client knows of it from the start. */

static struct value *begin_event(struct arena *arena, const char *reason, long long id)
{
    struct value *body = value_map(arena);
    value_set_text(arena, body, "reason", reason);
    value_set_int(arena, body, "threadId", id);
    return body;
}

/* A program that makes threads faster than the client reads must not fill the memory. */
static struct arena *event_arena(struct backend *backend)
{
    return backend->ended || server_congested(backend->server) ? NULL : arena_create();
}

static void post_started(struct backend *backend, long long id)
{
    struct arena *arena = id > 1 ? event_arena(backend) : NULL;
    if (arena) {
        char name[256];
        struct value *body = begin_event(arena, "started", id), *extra = value_map(arena);
        threads_name(backend, id, name, sizeof(name));
        value_set(arena, extra, "name", value_string(arena, name, strlen(name)));
        if (threads_native_id(backend, id)) {
            value_set_int(arena, extra, "nativeId", threads_native_id(backend, id));
        }
        value_set(arena, body, "pytui", extra);
        backend_event(backend, arena, "thread", body);
    }
}

/* Without the GIL. */
static void post_exited(struct backend *backend, long long id)
{
    pthread_mutex_lock(&backend->lock);
    bool gone = backend->phase == PHASE_GONE;
    pthread_mutex_unlock(&backend->lock);
    struct arena *arena = id > 1 && !gone ? event_arena(backend) : NULL;
    if (arena) {
        backend_event(backend, arena, "thread", begin_event(arena, "exited", id));
    }
}

/* The thread that registered RECORD ends. */
static void forget_thread(void *data)
{
    struct thread_record *record = data;
    struct threads *threads = record->owner;
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record **link = &threads->first; *link; link = &(*link)->next) {
        if (*link == record) {
            *link = record->next;
            break;
        }
    }
    pthread_mutex_unlock(&threads->lock);
    if (getpid() == threads->backend->pid) {
        hold_thread_ended(threads->backend, record->id);
        post_exited(threads->backend, record->id);
    }
    free(record);
}

struct threads *threads_create(struct backend *backend)
{
    struct threads *threads = calloc(1, sizeof(*threads));
    if (!threads) {
        return NULL;
    }
    threads->backend = backend;
    pthread_mutex_init(&threads->lock, NULL);
    threads->has_key = pthread_key_create(&threads->key, forget_thread) == 0;
    return threads;
}

static struct thread_record *add_record(struct threads *threads, unsigned long ident, long native_id)
{
    struct thread_record *record = calloc(1, sizeof(*record));
    if (record) {
        *record = (struct thread_record){
            .owner = threads, .id = ++threads->last_id, .ident = ident, .native_id = native_id, .next = threads->first};
        threads->first = record;
    }
    return record;
}

static struct thread_record *find_ident(struct threads *threads, unsigned long ident)
{
    for (struct thread_record *record = threads->first; record; record = record->next) {
        if (record->ident == ident) {
            return record;
        }
    }
    return NULL;
}

long long threads_current(struct backend *backend)
{
    struct threads *threads = backend->threads;
    struct thread_record *record = threads->has_key ? pthread_getspecific(threads->key) : NULL;
    if (record) {
        return record->id;
    }
    unsigned long ident = PyThread_get_thread_ident();
    long native_id = syscall(SYS_gettid);
    pthread_mutex_lock(&threads->lock);
    record = find_ident(threads, ident);
    if (record && (record->bound || (record->native_id && record->native_id != native_id))) {
        record->ident = 0; /* of an earlier thread */
        record = NULL;
    }
    bool first = !record || record->untold;
    if (!record) {
        record = add_record(threads, ident, native_id);
    }
    long long id = record ? record->id : 0;
    if (record) {
        record->untold = false;
        record->native_id = native_id;
        record->bound = threads->has_key && pthread_setspecific(threads->key, record) == 0;
    }
    pthread_mutex_unlock(&threads->lock);
    if (first && id) {
        post_started(backend, id);
    }
    return id;
}

long long threads_id(struct backend *backend, unsigned long ident)
{
    struct threads *threads = backend->threads;
    if (ident == PyThread_get_thread_ident()) {
        return threads_current(backend);
    }
    pthread_mutex_lock(&threads->lock);
    struct thread_record *record = find_ident(threads, ident);
    bool first = !record || record->untold;
    if (!record) {
        record = add_record(threads, ident, 0);
    }
    long long id = record ? record->id : 0;
    if (record) {
        record->untold = false;
    }
    pthread_mutex_unlock(&threads->lock);
    if (first && id) {
        post_started(backend, id);
    }
    return id;
}

unsigned long threads_ident(struct backend *backend, long long id)
{
    struct threads *threads = backend->threads;
    unsigned long ident = 0;
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record *record = threads->first; record; record = record->next) {
        if (record->id == id) {
            ident = record->ident;
        }
    }
    pthread_mutex_unlock(&threads->lock);
    return ident;
}

long threads_native_id(struct backend *backend, long long id)
{
    struct threads *threads = backend->threads;
    unsigned long ident = 0;
    long native_id = 0;
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record *record = threads->first; record; record = record->next) {
        if (record->id == id) {
            ident = record->ident;
            native_id = record->native_id;
        }
    }
    pthread_mutex_unlock(&threads->lock);
    PyObject *value = ident && !native_id ? threads_attribute(ident, "_native_id") : NULL;
    if (value && PyLong_Check(value)) {
        native_id = PyLong_AsLong(value);
    }
    Py_XDECREF(value);
    PyErr_Clear();
    return native_id;
}

PyObject *threads_object(unsigned long ident)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    PyObject *threading = modules ? PyDict_GetItemString(modules, "threading") : NULL;
    PyObject *active = threading ? PyObject_GetAttrString(threading, "_active") : NULL;
    PyObject *key = active ? PyLong_FromUnsignedLong(ident) : NULL;
    PyObject *found = key && PyDict_Check(active) ? PyDict_GetItemWithError(active, key) : NULL;
    Py_XDECREF(key);
    Py_XDECREF(active); /* it stays alive in threading */
    PyErr_Clear();
    return found;
}

PyObject *threads_attribute(unsigned long ident, const char *name)
{
    PyObject *object = threads_object(ident);
    PyObject *members = object ? PyObject_GetAttrString(object, "__dict__") : NULL;
    PyObject *value = members && PyDict_Check(members) ? PyDict_GetItemString(members, name) : NULL;
    Py_XINCREF(value);
    Py_XDECREF(members);
    PyErr_Clear();
    return value;
}

/* The calling thread is in threading's bootstrap, and threading does not have it in its table yet. New reference, or
 * NULL. */
static PyObject *beginning_name(unsigned long ident)
{
    PyObject *frame = ident == PyThread_get_thread_ident() ? (PyObject *)PyEval_GetFrame() : NULL;
    PyObject *code = frame ? PyObject_GetAttrString(frame, "f_code") : NULL;
    PyObject *function = code ? PyObject_GetAttrString(code, "co_qualname") : NULL;
    bool begins =
        function && PyUnicode_Check(function) && PyUnicode_CompareWithASCIIString(function, "Thread._bootstrap") == 0;
    PyObject *locals = begins ? PyObject_GetAttrString(frame, "f_locals") : NULL;
    PyObject *self = locals ? PyMapping_GetItemString(locals, "self") : NULL;
    PyObject *members = self ? PyObject_GetAttrString(self, "__dict__") : NULL;
    PyObject *name = members && PyDict_Check(members) ? PyDict_GetItemString(members, "_name") : NULL; /* borrowed */
    Py_XINCREF(name);
    Py_XDECREF(members);
    Py_XDECREF(self);
    Py_XDECREF(locals);
    Py_XDECREF(function);
    Py_XDECREF(code);
    PyErr_Clear();
    return name;
}

/* The name that the program gave a thread, into BUFFER. False when there is none: those that threading made up for
 * threads that are not its own say nothing. */
static bool given_name(unsigned long ident, char *buffer, size_t size)
{
    PyObject *name = threads_attribute(ident, "_name");
    if (!name) {
        name = beginning_name(ident);
    }
    bool given = name && object_copy_text(name, buffer, size) && buffer[0] && strncmp(buffer, "Dummy-", 6) != 0;
    Py_XDECREF(name);
    PyErr_Clear();
    return given;
}

/* A thread that threading did not start: the kernel's name for it and its number there. */
static void native_name(struct backend *backend, long long id, char *buffer, size_t size)
{
    char path[64], comm[32] = "";
    long native_id = threads_native_id(backend, id);
    snprintf(path, sizeof(path), "/proc/self/task/%ld/comm", native_id);
    int file = native_id ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = file < 0 ? 0 : read(file, comm, sizeof(comm) - 1);
    if (file >= 0) {
        close(file);
    }
    comm[length > 0 ? length : 0] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
    if (native_id) {
        snprintf(buffer, size, "%s%snative %ld", comm, comm[0] ? " " : "", native_id);
    } else {
        snprintf(buffer, size, "native thread %lld", id);
    }
}

/* For threads_recall(). */
static void remember_name(struct threads *threads, long long id, const char *name)
{
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record *record = threads->first; record; record = record->next) {
        if (record->id == id) {
            snprintf(record->name, sizeof(record->name), "%s", name);
        }
    }
    pthread_mutex_unlock(&threads->lock);
}

long long threads_recall(struct backend *backend, unsigned long ident, long *native_id, char *name)
{
    struct threads *threads = backend->threads;
    pthread_mutex_lock(&threads->lock);
    struct thread_record *record = find_ident(threads, ident);
    if (!record && (record = add_record(threads, ident, 0)) != NULL) {
        record->untold = true;
    }
    long long id = record ? record->id : 0;
    *native_id = record ? record->native_id : 0;
    snprintf(name, THREAD_NAME_SIZE, "%s", record ? record->name : "");
    pthread_mutex_unlock(&threads->lock);
    return id;
}

void threads_name(struct backend *backend, long long id, char *buffer, size_t size)
{
    unsigned long ident = threads_ident(backend, id);
    if (given_name(ident, buffer, size)) {
        /* it is in BUFFER */
    } else if (ident == backend->main_ident) {
        snprintf(buffer, size, "MainThread");
    } else {
        native_name(backend, id, buffer, size);
    }
    remember_name(backend->threads, id, buffer);
}

/* A thread that stopped because an exception ended its Python code runs none, but it is there. */
static void add_stopped(struct backend *backend, PyObject *frames)
{
    unsigned long ident = stop_ident(backend);
    PyObject *frame = ident ? stop_frame(backend) : NULL; /* borrowed */
    PyObject *key = frame && frames && PyDict_Check(frames) ? PyLong_FromUnsignedLong(ident) : NULL;
    if (key && !PyDict_GetItemWithError(frames, key) && !PyErr_Occurred() && PyDict_SetItem(frames, key, frame) != 0) {
        PyErr_Clear();
    }
    Py_XDECREF(key);
}

PyObject *threads_frames(struct backend *backend)
{
    PyObject *function = PySys_GetObject("_current_frames"); /* borrowed */
    if (!function) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys._current_frames");
        return NULL;
    }
    PyObject *frames = PyObject_CallNoArgs(function);
    add_stopped(backend, frames);
    return frames;
}

/* Records of threads that left without a word (never reported, gone from FRAMES) are dropped. */
static void drop_gone(struct backend *backend, PyObject *frames)
{
    struct threads *threads = backend->threads;
    struct thread_record *gone = NULL;
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record **link = &threads->first; *link;) {
        struct thread_record *record = *link;
        PyObject *key = record->bound ? NULL : PyLong_FromUnsignedLong(record->ident);
        if (key && !PyDict_GetItem(frames, key)) {
            *link = record->next;
            record->next = gone;
            gone = record;
        } else {
            link = &record->next;
        }
        Py_XDECREF(key);
    }
    pthread_mutex_unlock(&threads->lock);
    while (gone) {
        struct thread_record *record = gone;
        gone = record->next;
        hold_thread_ended(backend, record->id);
        post_exited(backend, record->id);
        free(record);
    }
}

size_t threads_ids_in(struct backend *backend, PyObject *frames, long long *ids, size_t limit)
{
    PyObject *key, *frame;
    Py_ssize_t position = 0;
    size_t count = 0;
    drop_gone(backend, frames);
    bool helping = helper_is_current(backend);
    while (count < limit && PyDict_Next(frames, &position, &key, &frame)) {
        unsigned long ident = PyLong_AsUnsignedLong(key);
        if (!PyErr_Occurred() && !(helping && ident == PyThread_get_thread_ident())) {
            ids[count++] = threads_id(backend, ident);
        }
        PyErr_Clear();
    }
    return count;
}

long long *threads_ids(struct backend *backend, size_t *count)
{
    PyObject *frames = threads_frames(backend);
    size_t limit = frames && PyDict_Check(frames) ? (size_t)PyDict_Size(frames) : 0;
    long long *ids = limit ? malloc(limit * sizeof(*ids)) : NULL;
    *count = ids ? threads_ids_in(backend, frames, ids, limit) : 0;
    Py_XDECREF(frames);
    PyErr_Clear();
    return ids;
}

void threads_finish(struct backend *backend)
{
    struct threads *threads = backend->threads;
    if (threads->has_key) {
        threads->has_key = false;
        pthread_key_delete(threads->key);
    }
}

void threads_forked(struct backend *backend)
{
    pthread_mutex_init(&backend->threads->lock, NULL);
}
