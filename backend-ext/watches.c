#include "watches.h"

#include "backend.h"
#include "evaluate.h"
#include "exceptions.h"
#include "requests.h"
#include "server.h"
#include "stop.h"
#include "threads.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WATCHES_MAX   1000
#define LIMIT_DEFAULT 200 /* ms for each */
#define LIMIT_MAX     3600000
#define ALL_LIMIT     500                    /* ms for all of a stop; what is left then is skipped */
#define STOP_PATIENCE 250                    /* ms that `stopped` waits for them */
#define STOP_SEQ      ((long long)INT64_MAX) /* no client's: the request that they run for at a stop */

struct watch {
    long long id;
    char *expression;        /* owned */
    char *function, *path;   /* owned; NULL: any */
    unsigned long long slow; /* number of the stop at which it was; 0: never */
};

struct watches {
    struct watch *list; /* with the GIL held */
    size_t count;
    long long limit;
    /* Guarded by backend->lock: `stopped` while the watches are evaluated for it. */
    struct arena *waiting; /* owned; NULL: nothing waits */
    struct value *body, *snapshot;
    long long deadline;
};

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct watches *watches_create(void)
{
    struct watches *watches = calloc(1, sizeof(*watches));
    if (watches) {
        watches->limit = LIMIT_DEFAULT;
    }
    return watches;
}

static void free_list(struct watch *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].expression);
        free(list[i].function);
        free(list[i].path);
    }
    free(list);
}

void watches_destroy(struct watches *watches)
{
    if (watches) {
        free_list(watches->list, watches->count);
        arena_destroy(watches->waiting);
        free(watches);
    }
}

/* Setting them. */

static bool copy_text(const struct value *map, const char *key, char **copy)
{
    const char *text = value_get_text(map, key, NULL);
    *copy = text && *text ? strdup(text) : NULL;
    return *copy || !text || !*text;
}

/* What is unchanged stays slow where it was. */
static unsigned long long slow_before(const struct watches *watches, const struct watch *watch)
{
    for (size_t i = 0; i < watches->count; i++) {
        if (watches->list[i].id == watch->id && strcmp(watches->list[i].expression, watch->expression) == 0) {
            return watches->list[i].slow;
        }
    }
    return 0;
}

static bool read_watch(const struct watches *watches, struct watch *watch, const struct value *value)
{
    watch->id = value_get_int(value, "id", 0);
    bool ok = copy_text(value, "function", &watch->function) && copy_text(value, "path", &watch->path);
    watch->expression = strdup(value_get_text(value, "expression", ""));
    watch->slow = ok && watch->expression ? slow_before(watches, watch) : 0;
    return ok && watch->expression;
}

static long long read_limit(const struct value *arguments, long long otherwise)
{
    long long limit = value_get_int(arguments, "timeLimit", otherwise);
    return limit < 1 ? otherwise : limit > LIMIT_MAX ? LIMIT_MAX : limit;
}

struct value *watches_handle_set(struct request *request, bool *ok)
{
    struct watches *watches = request->backend->watches;
    const struct value *items = value_get_array(request->arguments, "watches");
    size_t count = value_count(items), made = 0;
    if (count > WATCHES_MAX) {
        return request_fail(request, ok, "%zu watches; at most %d are evaluated", count, WATCHES_MAX);
    }
    struct watch *list = calloc(count + 1, sizeof(*list));
    bool whole = list != NULL;
    while (whole && made < count) {
        whole = read_watch(watches, &list[made], value_at(items, made));
        made++;
    }
    if (!whole) {
        free_list(list, made);
        return request_fail(request, ok, "out of memory");
    }
    free_list(watches->list, watches->count);
    watches->list = list;
    watches->count = count;
    watches->limit = read_limit(request->arguments, LIMIT_DEFAULT);
    return NULL;
}

/* Evaluating. */

struct round {
    struct backend *backend;
    struct values *values;
    struct arena *arena;
    PyObject *results; /* owned dict: what the rows are, by expression */
    long long frame_id, seq, limit;
    long long end;           /* ms: when all have had their time; 0: never */
    const struct value *ids; /* these were asked for; NULL: all */
    bool cancelled;          /* by the client, or the program is let go: no more of them */
};

static bool is_for(const struct watch *watch, const struct value *frame)
{
    return (!watch->function || strcmp(watch->function, value_get_text(frame, "name", "")) == 0) &&
           (!watch->path || strcmp(watch->path, value_get_text(value_get_map(frame, "source"), "path", "")) == 0);
}

static bool is_asked(const struct round *round, const struct watch *watch)
{
    for (size_t i = 0; i < value_count(round->ids); i++) {
        const struct value *id = value_at(round->ids, i);
        if (id->type == VALUE_INT && id->integer == watch->id) {
            return true;
        }
    }
    return !round->ids;
}

/* A row without a value. */
static struct value *note(struct round *round, const struct watch *watch, struct value *item, const char *state,
                          const char *text)
{
    struct value *row = value_map(round->arena);
    value_set_text(round->arena, row, "name", watch->expression);
    value_set_text(round->arena, row, "value", text);
    value_set_int(round->arena, row, "variablesReference", 0);
    value_set(round->arena, item, "variable", row);
    value_set_text(round->arena, item, "state", state);
    return item;
}

/* Why there is no value: the code was interrupted. */
static struct value *note_interrupted(struct round *round, struct watch *watch, struct value *item)
{
    struct values *values = round->values;
    bool asked = !values->hooks.interrupted || values->hooks.interrupted(values->hooks.data, round->seq);
    if (asked && requests_over_limit(round->backend, round->seq)) {
        watch->slow = atomic_load(&round->backend->counters.stops);
        return note(round, watch, item, "slow", arena_printf(round->arena, "<took longer than %lld ms>", round->limit));
    }
    round->cancelled = true;
    return note(round, watch, item, "interrupted", "<interrupted>");
}

/* The row of a value, or of an exception, whose text is its type and message. */
static void show(struct round *round, const struct watch *watch, struct value *item, const struct evaluation *got)
{
    PyObject *object = got->exception ? got->exception : got->result;
    bool collecting = values_quiet_begin();
    const char *base = got->exception ? NULL : evaluate_base(round->arena, watch->expression);
    struct value *row =
        variables_row(round->values, round->arena, watch->expression, object, round->frame_id, base, NULL);
    if (got->exception) {
        char summary[400];
        exceptions_summary(round->values, got->exception, summary, sizeof(summary), false);
        const char *text = arena_printf(round->arena, "<%s>", summary);
        value_set_text(round->arena, row, "value", text ? text : "<raised>");
        value_set_text(round->arena, item, "state", "raised");
    }
    value_set(round->arena, item, "variable", row);
    if (PyDict_SetItemString(round->results, watch->expression, object) != 0) {
        PyErr_Clear();
    }
    values_quiet_end(collecting);
}

static struct value *evaluate_one(struct round *round, struct watch *watch)
{
    struct value *item = value_map(round->arena);
    struct values *values = round->values;
    struct frame_entry *entry = frames_entry(&values->frames, round->frame_id);
    struct evaluation got = {0};
    value_set_int(round->arena, item, "id", watch->id);
    if (!round->ids && watch->slow == atomic_load(&round->backend->counters.stops)) {
        return note(round, watch, item, "skipped", "<slow: not evaluated again>");
    }
    if (!entry || round->cancelled || (round->end && now_milliseconds() >= round->end)) {
        return note(round, watch, item, "skipped", "<not evaluated: the others took all the time>");
    }
    requests_begin_limit(round->backend, round->seq, round->limit);
    if (evaluate_begin(values, round->seq)) {
        evaluate_run(values, entry, watch->expression, false, &got);
    } else {
        got.exception = PyErr_GetRaisedException();
    }
    evaluate_end(values);
    if (got.exception && PyType_IsSubtype(Py_TYPE(got.exception), (PyTypeObject *)PyExc_KeyboardInterrupt)) {
        note_interrupted(round, watch, item);
    } else if (got.exception || got.result) {
        show(round, watch, item, &got);
    }
    requests_end_limit(round->backend, round->seq);
    evaluation_finish(&got);
    PyErr_Clear();
    return item;
}

static bool goes_on(const struct round *round)
{
    return getpid() == round->backend->pid && !stop_abandoned(round->backend);
}

/* All that are for FRAME, a StackFrame, as pytui.Watches; NULL in a forked child. */
static struct value *evaluate_all(struct round *round, const struct value *frame)
{
    struct watches *watches = round->backend->watches;
    struct value *body = value_map(round->arena), *items = value_array(round->arena);
    bool collecting = values_quiet_begin();
    round->results = PyDict_New();
    values_quiet_end(collecting);
    if (!round->results) {
        PyErr_Clear();
        return NULL;
    }
    long long reference = variables_add(round->values, REFERENCE_WATCHES, round->results, NULL, round->frame_id, NULL);
    for (size_t i = 0; i < watches->count && goes_on(round); i++) {
        if (is_for(&watches->list[i], frame) && is_asked(round, &watches->list[i])) {
            value_append(round->arena, items, evaluate_one(round, &watches->list[i]));
        }
    }
    Py_CLEAR(round->results);
    value_set_int(round->arena, body, "frameId", round->frame_id);
    value_set_int(round->arena, body, "variablesReference", reference);
    value_set(round->arena, body, "items", items);
    return getpid() == round->backend->pid ? body : NULL;
}

struct value *watches_handle_evaluate(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    struct values *values = backend->values;
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (!entry) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    struct round round = {
        .backend = backend,
        .values = values,
        .arena = request->arena,
        .frame_id = frames_id(&values->frames, entry),
        .seq = request->seq,
        .limit = read_limit(request->arguments, backend->watches->limit),
        .ids = value_get_array(request->arguments, "ids"),
    };
    round.end = round.ids ? 0 : now_milliseconds() + ALL_LIMIT;
    bool collecting = values_quiet_begin();
    struct value *frame = frames_value(&values->frames, request->arena, (size_t)(entry - values->frames.entries));
    values_quiet_end(collecting);
    struct value *body = evaluate_all(&round, frame);
    return body ? body : request_fail(request, ok, "the watches could not be evaluated");
}

/* At a stop. */

static bool any_for(const struct watches *watches, const struct value *frame)
{
    for (size_t i = 0; i < watches->count; i++) {
        if (is_for(&watches->list[i], frame)) {
            return true;
        }
    }
    return false;
}

int watches_alarm(struct backend *backend)
{
    struct watches *watches = backend->watches;
    if (!watches->waiting) {
        return -1;
    }
    long long left = watches->deadline - now_milliseconds();
    if (left > 0) {
        return (int)left + 1;
    }
    struct arena *arena = watches->waiting;
    watches->waiting = NULL;
    value_set_bool(arena, watches->snapshot, "watchesPending", true);
    backend_event(backend, arena, "stopped", watches->body);
    return -1;
}

static void let_wait(struct backend *backend, struct arena *arena, struct value *body, struct value *snapshot)
{
    struct watches *watches = backend->watches;
    pthread_mutex_lock(&backend->lock);
    watches->waiting = arena;
    watches->body = body;
    watches->snapshot = snapshot;
    watches->deadline = now_milliseconds() + STOP_PATIENCE;
    server_alarm(backend->server, STOP_PATIENCE);
    pthread_mutex_unlock(&backend->lock);
}

/* True: `stopped` has waited so far. */
static bool take_back(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool waited = backend->watches->waiting != NULL;
    backend->watches->waiting = NULL;
    pthread_mutex_unlock(&backend->lock);
    return waited;
}

void watches_post_stopped(struct backend *backend, struct arena *arena, struct value *body, struct value *snapshot)
{
    struct values *values = backend->values;
    struct frame_entry *top = backend->watches->count ? values_frame(values, 0) : NULL;
    const struct value *frame = value_at(value_get_array(snapshot, "stackFrames"), 0);
    struct arena *own = top && any_for(backend->watches, frame) ? arena_create() : NULL;
    if (!own) {
        backend_event(backend, arena, "stopped", body);
        return;
    }
    struct round round = {
        .backend = backend,
        .values = values,
        .arena = own,
        .frame_id = frames_id(&values->frames, top),
        .seq = STOP_SEQ,
        .limit = backend->watches->limit,
        .end = now_milliseconds() + ALL_LIMIT,
    };
    let_wait(backend, arena, body, snapshot);
    struct value *found = evaluate_all(&round, frame);
    if (getpid() != backend->pid) {
        return; /* nobody serves this child; its memory is a copy */
    }
    if (!take_back(backend)) {
        backend_event(backend, own, "pytui/watches", found);
        return;
    }
    value_set(arena, snapshot, "watches", value_copy(arena, found));
    backend_event(backend, arena, "stopped", body);
    arena_destroy(own);
}
