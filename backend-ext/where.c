#include "where.h"

#include "backend.h"
#include "compat.h"
#include "dump.h"
#include "dump_parse.h"
#include "frame_locals.h"
#include "helper.h"
#include "threads.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_DEFAULT 100
#define LEVELS_DEFAULT  50
#define PAGE_MOST       1000
#define FRAMES_MOST     5000   /* in one answer */
#define LOCALS_MOST     20000  /* the same of variables */
#define WALK_MOST       100000 /* frames that are passed to come to the first one wanted */

/* What part of all stacks is asked for. */
struct page {
    long long thread; /* 0: all */
    size_t start, count, start_frame, levels;
    size_t room;      /* frames that the answer may take yet */
    bool locals;      /* with their variables */
    size_t variables; /* of those the same */
};

static size_t bounded(const struct value *arguments, const char *key, size_t fallback, size_t most)
{
    int64_t number = value_get_int(arguments, key, 0);
    return number <= 0 ? fallback : (uint64_t)number > most ? most : (size_t)number;
}

static struct page read_page(const struct value *arguments)
{
    return (struct page){.thread = value_get_int(arguments, "threadId", 0),
                         .start = bounded(arguments, "start", 0, SIZE_MAX / 2),
                         .count = bounded(arguments, "count", THREADS_DEFAULT, PAGE_MOST),
                         .start_frame = bounded(arguments, "startFrame", 0, WALK_MOST),
                         .levels = bounded(arguments, "levels", LEVELS_DEFAULT, PAGE_MOST),
                         .room = FRAMES_MOST,
                         .locals = value_get_bool(arguments, "locals", false),
                         .variables = LOCALS_MOST};
}

static struct value *describe_thread(struct arena *arena, long long id, const char *name, long native_id)
{
    struct value *thread = value_map(arena);
    value_set_int(arena, thread, "id", id);
    value_set(arena, thread, "name", value_string(arena, name, strlen(name)));
    if (native_id) {
        struct value *extra = value_map(arena);
        value_set_int(arena, extra, "nativeId", native_id);
        value_set(arena, thread, "pytui", extra);
    }
    return thread;
}

/* With the GIL. */

struct walked {
    long long id;
    unsigned long ident;
    PyObject *frame; /* borrowed from the dict */
};

static int compare_walked(const void *a, const void *b)
{
    long long first = ((const struct walked *)a)->id, second = ((const struct walked *)b)->id;
    return first < second ? -1 : first > second;
}

/* The threads in FRAMES but ours, the main thread first, then by id. To be freed; NULL when out of memory. */
static struct walked *sort_threads(struct backend *backend, PyObject *frames, size_t *count)
{
    struct walked *threads = calloc((size_t)PyDict_Size(frames) + 1, sizeof(*threads));
    PyObject *key, *frame;
    Py_ssize_t position = 0;
    *count = 0;
    while (threads && PyDict_Next(frames, &position, &key, &frame)) {
        unsigned long ident = PyLong_AsUnsignedLong(key);
        if (!PyErr_Occurred() && !helper_is(backend, ident)) {
            threads[(*count)++] = (struct walked){0, ident, frame};
        }
        PyErr_Clear();
    }
    for (size_t i = *count; i-- > 0;) { /* the newest comes first: ids as they were born */
        threads[i].id = threads_id(backend, threads[i].ident);
    }
    if (threads) {
        qsort(threads, *count, sizeof(*threads), compare_walked);
    }
    return threads;
}

static PyObject *next_frame(PyObject *frame)
{
    PyObject *next = PyObject_GetAttrString(frame, "f_back");
    Py_DECREF(frame);
    if (next == Py_None) {
        Py_CLEAR(next);
    }
    PyErr_Clear();
    return next;
}

static bool is_outermost(const struct backend *backend, PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    bool same = code == backend->main_code; /* runpy's frames below are not shown */
    Py_DECREF(code);
    return same;
}

static void add_stack(struct backend *backend, struct arena *arena, struct value *thread, PyObject *frame,
                      struct page *page)
{
    struct value *frames = value_array(arena);
    size_t index = 0;
    bool last = false;
    Py_INCREF(frame);
    for (; frame && !last && value_count(frames) < page->levels && page->room > 0; index++) {
        if (index >= page->start_frame) {
            struct value *place = values_place(backend->values, arena, frame);
            if (page->locals) {
                value_set(arena, place, "locals", frame_locals_value(backend->values, arena, frame, &page->variables));
            }
            value_append(arena, frames, place);
            page->room--;
        }
        last = is_outermost(backend, frame);
        frame = next_frame(frame);
    }
    value_set(arena, thread, "stackFrames", frames);
    value_set_bool(arena, thread, "moreFrames", frame && !last);
    Py_XDECREF(frame);
}

struct value *where_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    struct arena *arena = request->arena;
    struct page page = read_page(request->arguments);
    size_t count = 0, index = 0;
    PyObject *frames = threads_frames(backend);
    struct walked *threads = frames && PyDict_Check(frames) ? sort_threads(backend, frames, &count) : NULL;
    if (!threads) {
        Py_XDECREF(frames);
        PyErr_Clear();
        return request_fail(request, ok, "the interpreter does not tell its threads");
    }
    struct value *body = value_map(arena), *list = value_array(arena);
    for (; index < count && value_count(list) < page.count && page.room > 0; index++) {
        if (page.thread ? threads[index].id == page.thread : index >= page.start) {
            long long id = threads[index].id;
            char name[256];
            threads_name(backend, id, name, sizeof(name));
            struct value *thread = describe_thread(arena, id, name, threads_native_id(backend, id));
            add_stack(backend, arena, thread, threads[index].frame, &page);
            value_append(arena, list, thread);
        }
    }
    free(threads);
    Py_DECREF(frames);
    if (page.thread && value_count(list) == 0) {
        return request_fail(request, ok, "there is no thread %lld", page.thread);
    }
    value_set(arena, body, "threads", list);
    value_set_bool(arena, body, "moreThreads", index < count && !page.thread);
    value_set_text(arena, body, "state", backend->phase == PHASE_STOPPED ? "stopped" : "running");
    return body;
}

/* Without it. */

/* What is known of the thread IDENT; NATIVE_NAME (or NULL) is the kernel's name for it. */
static struct value *recall_thread(struct backend *backend, struct arena *arena, unsigned long ident,
                                   const char *native_name)
{
    char name[THREAD_NAME_SIZE];
    long native_id;
    long long id = threads_recall(backend, ident, &native_id, name);
    if (!name[0] && ident == backend->main_ident) {
        snprintf(name, sizeof(name), "MainThread");
    } else if (!name[0]) {
        snprintf(name, sizeof(name), "%s", native_name ? native_name : "thread without a name");
    }
    return describe_thread(arena, id, name, native_id);
}

/* By id: the main thread first. */
static void insert_sorted(struct arena *arena, struct value *list, struct value *thread)
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

/* The threads of PARSED with what is known of them, the main thread first, then by id. */
static struct value *name_threads(struct backend *backend, struct arena *arena, const struct value *parsed)
{
    static const char *const keys[] = {"stackFrames", "moreFrames", "collecting"};
    struct value *list = value_array(arena);
    for (size_t i = value_count(parsed); i-- > 0;) { /* the newest comes first: ids as they were born */
        const struct value *each = value_at(parsed, i);
        unsigned long ident = (unsigned long)value_get_int(each, "ident", 0);
        if (value_count(value_get_array(each, "stackFrames")) == 0 || helper_is(backend, ident)) {
            continue; /* natives that wait for their turn, we among them */
        }
        struct value *thread = recall_thread(backend, arena, ident, value_get_text(each, "name", NULL));
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            value_set(arena, thread, keys[k], value_copy(arena, value_get(each, keys[k])));
        }
        insert_sorted(arena, list, thread);
    }
    return list;
}

/* Leave of THREAD's frames those that are asked for. */
static void cut_stack(struct arena *arena, struct value *thread, struct page *page)
{
    const struct value *all = value_get_array(thread, "stackFrames");
    struct value *frames = value_array(arena);
    size_t index = page->start_frame;
    for (; index < value_count(all) && value_count(frames) < page->levels && page->room > 0; index++, page->room--) {
        value_append(arena, frames, all->array.items[index]);
    }
    if (index < value_count(all)) {
        value_set_bool(arena, thread, "moreFrames", true);
    }
    value_set(arena, thread, "stackFrames", frames);
}

static struct value *take_page(struct arena *arena, struct value *threads, struct page *page, bool *more)
{
    struct value *list = value_array(arena);
    size_t index = page->thread ? 0 : page->start;
    for (; index < value_count(threads) && value_count(list) < page->count && page->room > 0; index++) {
        struct value *thread = threads->array.items[index];
        if (!page->thread || value_get_int(thread, "id", 0) == page->thread) {
            cut_stack(arena, thread, page);
            value_append(arena, list, thread);
        }
    }
    *more = *more || index < value_count(threads);
    return list;
}

struct value *where_dump(struct backend *backend, struct arena *arena, bool *more)
{
    bool whole;
    char *text = dump_take(backend->dump, &whole);
    struct value *stacks = text && text[0] ? dump_parse(arena, text, whole, more) : NULL;
    free(text);
    return stacks;
}

struct value *where_answer_late(struct backend *backend, struct arena *arena, const struct value *arguments,
                                struct value *stacks, bool more)
{
    struct page page = read_page(arguments);
    struct value *body = value_map(arena);
    value_set(arena, body, "threads", take_page(arena, name_threads(backend, arena, stacks), &page, &more));
    value_set_bool(arena, body, "moreThreads", more && !page.thread);
    value_set_text(arena, body, "state", "blocked");
    if (!stacks) {
        value_set_text(arena, body, "message", "the system does not let the stacks be seen while C code runs");
    }
    return body;
}
