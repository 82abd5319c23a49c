/* A record for each thread that was seen: by itself, in a report of the engine, or by others, in
 * sys._current_frames(). The id of the calling thread stands in thread-specific data, whose destructor also tells
 * that the thread ended; idents are reused by the system, so a record is only taken over by a thread
 * that has its native id too. */
#include "threads.h"

#include "backend.h"

#include "protocol/arena.h"
#include "protocol/value.h"

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
    long native_id; /* 0: not known */
    bool bound;     /* it registered itself: its end will be known */
};

struct threads {
    struct backend *backend;
    pthread_mutex_t lock; /* of the list: threads end without the GIL */
    struct thread_record *first;
    long long last_id;
    pthread_key_t key;
    bool has_key;
};

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
    if (!record) {
        record = add_record(threads, ident, native_id);
    }
    long long id = record ? record->id : 0;
    if (record) {
        record->native_id = native_id;
        record->bound = threads->has_key && pthread_setspecific(threads->key, record) == 0;
    }
    pthread_mutex_unlock(&threads->lock);
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
    if (!record) {
        record = add_record(threads, ident, 0);
    }
    long long id = record ? record->id : 0;
    pthread_mutex_unlock(&threads->lock);
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

/* threading's Thread object for IDENT: borrowed, NULL when threading is not loaded or knows no such thread. */
static PyObject *thread_object(unsigned long ident)
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

/* Attribute NAME of threading's Thread object, as it stands in the instance: properties are not run. New reference. */
static PyObject *thread_attribute(unsigned long ident, const char *name)
{
    PyObject *object = thread_object(ident);
    PyObject *members = object ? PyObject_GetAttrString(object, "__dict__") : NULL;
    PyObject *value = members && PyDict_Check(members) ? PyDict_GetItemString(members, name) : NULL;
    Py_XINCREF(value);
    Py_XDECREF(members);
    PyErr_Clear();
    return value;
}

static void name_of_ident(struct backend *backend, unsigned long ident, long long id, char *buffer, size_t size)
{
    PyObject *name = thread_attribute(ident, "_name");
    PyObject *bytes =
        name && PyUnicode_Check(name) ? PyUnicode_AsEncodedString(name, "utf-8", "backslashreplace") : NULL;
    const char *text = bytes ? PyBytes_AsString(bytes) : NULL;
    if (text && text[0]) {
        snprintf(buffer, size, "%s", text);
    } else if (ident == backend->main_ident) {
        snprintf(buffer, size, "MainThread");
    } else {
        snprintf(buffer, size, "Thread-%lld", id);
    }
    Py_XDECREF(bytes);
    Py_XDECREF(name);
    PyErr_Clear();
}

void threads_name(struct backend *backend, long long id, char *buffer, size_t size)
{
    name_of_ident(backend, threads_ident(backend, id), id, buffer, size);
}

PyObject *threads_frames(struct backend *backend)
{
    (void)backend;
    PyObject *function = PySys_GetObject("_current_frames"); /* borrowed */
    if (!function) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys._current_frames");
        return NULL;
    }
    return PyObject_CallNoArgs(function);
}

static long native_id_of(struct backend *backend, unsigned long ident)
{
    struct threads *threads = backend->threads;
    pthread_mutex_lock(&threads->lock);
    struct thread_record *record = find_ident(threads, ident);
    long native_id = record ? record->native_id : 0;
    pthread_mutex_unlock(&threads->lock);
    if (!native_id && ident == backend->main_ident) {
        native_id = backend->pid;
    }
    if (!native_id) {
        PyObject *value = thread_attribute(ident, "_native_id");
        native_id = value && PyLong_Check(value) ? PyLong_AsLong(value) : 0;
        Py_XDECREF(value);
        PyErr_Clear();
    }
    return native_id;
}

static struct value *describe_thread(struct backend *backend, struct arena *arena, unsigned long ident)
{
    char name[256];
    long long id = threads_id(backend, ident);
    name_of_ident(backend, ident, id, name, sizeof(name));
    struct value *thread = value_map(arena), *extra = value_map(arena);
    value_set_int(arena, thread, "id", id);
    value_set(arena, thread, "name", value_string(arena, name, strlen(name)));
    long native_id = native_id_of(backend, ident);
    if (native_id) {
        value_set_int(arena, extra, "nativeId", native_id);
    }
    value_set_text(arena, extra, "state", backend->phase == PHASE_STOPPED ? "stopped" : "running");
    value_set(arena, thread, "pytui", extra);
    return thread;
}

/* Records of threads that left without a word (never reported, gone from FRAMES) are dropped. */
static void drop_gone(struct threads *threads, PyObject *frames)
{
    pthread_mutex_lock(&threads->lock);
    for (struct thread_record **link = &threads->first; *link;) {
        struct thread_record *record = *link;
        PyObject *key = record->bound ? NULL : PyLong_FromUnsignedLong(record->ident);
        if (key && !PyDict_GetItem(frames, key)) {
            *link = record->next;
            free(record);
        } else {
            link = &record->next;
        }
        Py_XDECREF(key);
    }
    pthread_mutex_unlock(&threads->lock);
}

/* The main thread first, then by id. */
static void append_sorted(struct arena *arena, struct value *list, struct value *thread)
{
    value_append(arena, list, thread);
    for (size_t i = value_count(list); i-- > 1;) {
        struct value **items = list->array.items;
        if (value_get_int(items[i - 1], "id", 0) <= value_get_int(items[i], "id", 0)) {
            return;
        }
        struct value *swapped = items[i];
        items[i] = items[i - 1];
        items[i - 1] = swapped;
    }
}

struct value *threads_handle_threads(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    PyObject *frames = threads_frames(backend), *key, *frame;
    if (!frames || !PyDict_Check(frames)) {
        Py_XDECREF(frames);
        PyErr_Clear();
        return request_fail(request, ok, "the interpreter does not tell its threads");
    }
    drop_gone(backend->threads, frames);
    unsigned long self = PyThread_get_thread_ident();
    bool helping = self != backend->main_ident && !thread_object(self);
    struct value *body = value_map(request->arena), *list = value_array(request->arena);
    Py_ssize_t position = 0;
    while (PyDict_Next(frames, &position, &key, &frame)) {
        unsigned long ident = PyLong_AsUnsignedLong(key);
        if (!PyErr_Occurred() && !(helping && ident == self)) {
            append_sorted(request->arena, list, describe_thread(backend, request->arena, ident));
        }
        PyErr_Clear();
    }
    Py_DECREF(frames);
    value_set(request->arena, body, "threads", list);
    return body;
}

void threads_forked(struct backend *backend)
{
    pthread_mutex_init(&backend->threads->lock, NULL);
}
