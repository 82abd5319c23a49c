#include "requests.h"

#include "backend.h"
#include "breakpoints.h"
#include "description.h"
#include "exception_filters.h"
#include "exec.h"
#include "helper.h"
#include "hold.h"
#include "jump.h"
#include "lifecycle.h"
#include "modules.h"
#include "my_code.h"
#include "pause.h"
#include "server.h"
#include "shell.h"
#include "step_targets.h"
#include "stop.h"
#include "thread_list.h"
#include "values.h"
#include "watchers.h"
#include "watches.h"
#include "where.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAITING_LIMIT ((size_t)64 << 20) /* bytes of requests that wait for a thread with the GIL; more are refused */
#define BLOCKED_AFTER 200                /* ms that a request waits for the GIL before it is answered without */

/* Who is to be answered, and by which number it knows its request. */
struct asker {
    struct server *server;
    int64_t seq;
};

/* The first number of the requests of those who watch: other numbers than those that the first client gives. */
#define LOOKING_SEQ ((int64_t)1 << 62)
#define LOOKING_MAX 32 /* of one watcher that wait */

struct job {
    struct job *next;
    struct arena *arena; /* owned; holds the arguments, and the response is built in it */
    const struct request_row *row;
    const struct value *arguments;
    size_t size; /* of the arena when it was queued */
    int64_t seq;
    struct asker asker;
    int64_t deadline; /* ms; 0: none */
    bool answered;
};

#define LIMITS_MAX     32   /* requests with a time limit that wait at once; more have none */
#define LIMIT_ORDINARY 5000 /* ms, of what runs code for a look */

/* Until when the code of a request may run. */
struct limit {
    int64_t seq; /* 0: free */
    int64_t at;  /* ms; 0: it is over and was interrupted */
    int64_t length;
};

struct request_queue {
    struct job *first, **last; /* guarded by backend->lock, as all of it */
    size_t waiting;            /* bytes of them */
    int64_t looking;           /* requests of watchers so far */
    struct limit limits[LIMITS_MAX];
};

static struct value *handle_cancel(struct request *request, bool *ok);

const struct request_row request_rows[] = {
    {"breakpointLocations", breakpoints_handle_locations, REQUEST_WITH_GIL},
    {"cancel", handle_cancel, REQUEST_ON_READER},
    {"completions", values_handle_completions, REQUEST_WHEN_STOPPED},
    {"configurationDone", stop_handle_configuration_done, REQUEST_WITH_GIL, .after = lifecycle_after_configuration},
    {"continue", stop_handle_continue, REQUEST_WHEN_STOPPED},
    {"disconnect", lifecycle_handle_disconnect, REQUEST_WITH_GIL, .before_initialize = true,
     .after = lifecycle_after_disconnect},
    {"evaluate", values_handle_evaluate, REQUEST_WHEN_STOPPED},
    {"exceptionInfo", values_handle_exception_info, REQUEST_WHEN_STOPPED},
    {"goto", jump_handle_goto, REQUEST_WHEN_STOPPED},
    {"gotoTargets", jump_handle_targets, REQUEST_WHEN_STOPPED},
    {"initialize", lifecycle_handle_initialize, REQUEST_ON_READER, .before_initialize = true,
     .after = lifecycle_after_initialize},
    {"loadedSources", modules_handle_loaded_sources, REQUEST_WITH_GIL},
    {"modules", modules_handle_modules, REQUEST_WITH_GIL},
    {"next", stop_handle_next, REQUEST_WHEN_STOPPED},
    {"pause", pause_handle, REQUEST_WITH_GIL, .late = pause_answer_late, .pending = true},
    {"pytui/breakpoints", breakpoints_handle_list, REQUEST_WITH_GIL},
    {"pytui/describe", description_handle, REQUEST_ON_READER, .before_initialize = true},
    {"pytui/display", values_handle_display, REQUEST_WHEN_STOPPED, .limit = LIMIT_ORDINARY},
    {"pytui/exec", exec_handle, REQUEST_WITH_GIL},
    {"pytui/freeze", hold_handle_freeze, REQUEST_WITH_GIL},
    {"pytui/findVariable", values_handle_find_variable, REQUEST_WHEN_STOPPED},
    {"pytui/function", values_handle_function, REQUEST_WHEN_STOPPED},
    {"pytui/runTo", stop_handle_run_to, REQUEST_WHEN_STOPPED},
    {"pytui/setJustMyCode", my_code_handle_set, REQUEST_WITH_GIL},
    {"pytui/setWatches", watches_handle_set, REQUEST_WITH_GIL},
    {"pytui/shell", shell_handle, REQUEST_WHEN_STOPPED},
    {"pytui/stats", lifecycle_handle_stats, REQUEST_ON_READER},
    {"pytui/thaw", hold_handle_thaw, REQUEST_WITH_GIL},
    {"pytui/until", stop_handle_until, REQUEST_WHEN_STOPPED},
    {"pytui/watches", watches_handle_evaluate, REQUEST_WHEN_STOPPED},
    {"pytui/where", where_handle, REQUEST_WITH_GIL, .late = where_answer_late},
    {"scopes", values_handle_scopes, REQUEST_WHEN_STOPPED},
    {"setBreakpoints", breakpoints_handle_set, REQUEST_WITH_GIL},
    {"setExceptionBreakpoints", exception_filters_handle_set, REQUEST_WITH_GIL},
    {"setFunctionBreakpoints", breakpoints_handle_set_functions, REQUEST_WITH_GIL},
    {"setExpression", values_handle_set_expression, REQUEST_WHEN_STOPPED},
    {"setVariable", values_handle_set_variable, REQUEST_WHEN_STOPPED},
    {"source", values_handle_source, REQUEST_WITH_GIL},
    {"stackTrace", values_handle_stack_trace, REQUEST_WHEN_STOPPED},
    {"pytui/exceptionFrames", values_handle_exception_frames, REQUEST_WHEN_STOPPED},
    {"stepIn", stop_handle_step_in, REQUEST_WHEN_STOPPED},
    {"stepInTargets", step_targets_handle, REQUEST_WHEN_STOPPED},
    {"stepOut", stop_handle_step_out, REQUEST_WHEN_STOPPED},
    {"terminate", lifecycle_handle_terminate, REQUEST_ON_READER, .after = lifecycle_after_terminate},
    {"threads", thread_list_handle_threads, REQUEST_WITH_GIL},
    {"variables", values_handle_variables, REQUEST_WHEN_STOPPED, .limit = LIMIT_ORDINARY},
};
const size_t request_row_count = sizeof(request_rows) / sizeof(request_rows[0]);

static const struct request_row *find_row(const char *name)
{
    for (size_t i = 0; i < request_row_count; i++) {
        if (strcmp(request_rows[i].name, name) == 0) {
            return &request_rows[i];
        }
    }
    return NULL;
}

static int64_t now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct value *request_fail(struct request *request, bool *ok, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(request->error, sizeof(request->error), format, arguments);
    va_end(arguments);
    *ok = false;
    return NULL;
}

struct request_queue *request_queue_create(void)
{
    struct request_queue *queue = calloc(1, sizeof(*queue));
    if (queue) {
        queue->last = &queue->first;
    }
    return queue;
}

bool requests_only_looks(long long seq)
{
    return seq >= LOOKING_SEQ;
}

/* Refuse a request; takes ARENA. */
static void answer_error(struct asker asker, struct arena *arena, const char *name, const char *text)
{
    server_post(asker.server, arena, message_error(arena, asker.seq, name, text));
}

/* Those who watch do not see what the first client was answered. */
static void tell_watchers(struct backend *backend, const struct request *request)
{
    static const char *const changing[] = {"setVariable", "setExpression", "evaluate", "pytui/shell"};
    const char *context = value_get_text(request->arguments, "context", "repl");
    if (strcmp(request->name, "setBreakpoints") == 0 || strcmp(request->name, "setFunctionBreakpoints") == 0) {
        watchers_tell_breakpoints(backend);
    }
    for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]) && strcmp(context, "repl") == 0; i++) {
        if (strcmp(request->name, changing[i]) == 0) {
            watchers_tell_changed(backend);
        }
    }
}

/* Call the handler and post what it says; takes ARENA. */
static void answer(struct backend *backend, struct arena *arena, const struct request_row *row,
                   const struct value *arguments, int64_t seq, struct asker asker)
{
    struct request request = {
        .backend = backend, .arena = arena, .arguments = arguments, .seq = seq, .name = row->name};
    bool ok = true;
    struct value *body = row->handler(&request, &ok);
    if (!ok) {
        answer_error(asker, arena, row->name, request.error[0] ? request.error : "failed");
    } else if (arena_failed(arena)) {
        arena_destroy(arena);
        arena = arena_create();
        if (arena) {
            answer_error(asker, arena, row->name, "out of memory while building the answer");
        }
    } else {
        tell_watchers(backend, &request);
        server_post(asker.server, arena, message_response(arena, asker.seq, row->name, body));
        if (row->after) {
            row->after(backend);
        }
    }
}

/* Whether ROW may be queued in this phase; a text for people if not. Lock held. */
static const char *refuse_in_phase(const struct backend *backend, const struct request_row *row)
{
    switch (backend->phase) {
    case PHASE_GONE:
        return "the debugging session is over";
    case PHASE_CONFIGURING:
        return row->place == REQUEST_WHEN_STOPPED ? "the program has not started: send configurationDone first" : NULL;
    case PHASE_RUNNING:
        return row->place == REQUEST_WHEN_STOPPED ? "the program is running: pause it first" : NULL;
    case PHASE_STOPPED:
        return NULL;
    }
    return NULL;
}

/* Time limits */

/* Milliseconds; 0: none. */
static int64_t time_limit(const struct request_row *row, const struct value *arguments)
{
    static const char *const looks[] = {"watch", "hover", "variables"};
    const char *context = value_get_text(arguments, "context", "");
    int64_t length = row->limit;
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        length = strcmp(context, looks[i]) == 0 ? LIMIT_ORDINARY : length;
    }
    return value_get_int(value_get_map(arguments, "pytui"), "timeLimit", length);
}

static struct limit *find_limit(struct request_queue *queue, int64_t seq)
{
    for (size_t i = 0; i < LIMITS_MAX; i++) {
        if (queue->limits[i].seq == seq) {
            return &queue->limits[i];
        }
    }
    return NULL;
}

/* Until when the request may run its code, from now on. Lock held. */
static void begin_limit(struct request_queue *queue, int64_t seq, int64_t length)
{
    struct limit *limit = length > 0 ? find_limit(queue, 0) : NULL;
    if (limit) {
        *limit = (struct limit){.seq = seq, .at = now_milliseconds() + length, .length = length};
    }
}

static void end_limit(struct backend *backend, int64_t seq)
{
    pthread_mutex_lock(&backend->lock);
    struct limit *limit = find_limit(backend->queue, seq);
    if (limit) {
        limit->seq = 0;
    }
    pthread_mutex_unlock(&backend->lock);
}

void requests_begin_limit(struct backend *backend, int64_t seq, int64_t length)
{
    pthread_mutex_lock(&backend->lock);
    begin_limit(backend->queue, seq, length);
    server_alarm(backend->server, (int)length);
    pthread_mutex_unlock(&backend->lock);
}

void requests_end_limit(struct backend *backend, int64_t seq)
{
    end_limit(backend, seq);
}

bool requests_over_limit(struct backend *backend, int64_t seq)
{
    pthread_mutex_lock(&backend->lock);
    const struct limit *limit = find_limit(backend->queue, seq);
    bool over = limit && limit->at == 0;
    pthread_mutex_unlock(&backend->lock);
    return over;
}

long long requests_time_limit(const struct request *request)
{
    const struct request_row *row = find_row(request->name);
    return time_limit(row, request->arguments);
}

/* Interrupt what ran for too long. What has not begun has its time yet. Lock held. */
static void check_limits(struct backend *backend)
{
    int64_t now = now_milliseconds();
    for (size_t i = 0; i < LIMITS_MAX; i++) {
        struct limit *limit = &backend->queue->limits[i];
        if (!limit->seq || !limit->at || limit->at > now) {
            continue;
        }
        if (stop_running_request(backend) == limit->seq) {
            limit->at = 0;
            stop_ask_interrupt(backend, limit->seq);
        } else {
            limit->at = now + limit->length;
        }
    }
}

/* The nearest end of a limit, or NEAREST. Lock held. */
static int64_t nearest_limit(const struct request_queue *queue, int64_t nearest)
{
    for (size_t i = 0; i < LIMITS_MAX; i++) {
        const struct limit *limit = &queue->limits[i];
        if (limit->seq && limit->at && (!nearest || limit->at < nearest)) {
            nearest = limit->at;
        }
    }
    return nearest;
}

/* Whether too much waits already. Lock held. */
static bool is_too_much(const struct request_queue *queue, const struct asker *asker, bool looking)
{
    size_t count = 0;
    for (const struct job *job = queue->first; job && looking; job = job->next) {
        count += job->asker.server == asker->server;
    }
    return queue->waiting > WAITING_LIMIT || count >= LOOKING_MAX;
}

/* Queue JOB, but for its number, or refuse it; takes its arena. */
static void queue_job(struct backend *backend, const struct job *template, bool looking)
{
    struct job *job = malloc(sizeof(*job));
    if (!job) {
        answer_error(template->asker, template->arena, template->row->name, "out of memory");
        return;
    }
    *job = *template;
    job->size = arena_size(job->arena);
    pthread_mutex_lock(&backend->lock);
    const char *refused = refuse_in_phase(backend, job->row);
    if (!refused && is_too_much(backend->queue, &job->asker, looking)) {
        refused = "too many requests wait already";
    }
    if (!refused) {
        job->seq = looking ? LOOKING_SEQ + backend->queue->looking++ : job->asker.seq;
        if (!looking) {
            begin_limit(backend->queue, job->seq, time_limit(job->row, job->arguments));
        }
        backend->queue->waiting += job->size;
        *backend->queue->last = job;
        backend->queue->last = &job->next;
        helper_wake(backend);
    }
    pthread_mutex_unlock(&backend->lock);
    if (refused) {
        free(job);
        answer_error(template->asker, template->arena, template->row->name, refused);
    }
}

/* Whether a string in VALUE holds a NUL: all that read them as C strings would take what is before it for the
 * whole. No path, name or text of Python has one. */
static bool holds_nul(const struct value *value)
{
    bool found = value->type == VALUE_STRING && memchr(value->string.bytes, '\0', value->string.length);
    for (size_t i = 0; value->type == VALUE_ARRAY && i < value->array.count && !found; i++) {
        found = holds_nul(value->array.items[i]);
    }
    for (size_t i = 0; value->type == VALUE_MAP && i < value->map.count && !found; i++) {
        found = holds_nul(value->map.entries[i].value);
    }
    return found;
}

/* What can be said of a request at once, before it is looked at what it asks for; NULL: nothing. */
static const char *find_fault(struct arena *arena, const struct message *message, const struct request_row *row)
{
    if (!row) {
        const char *text = arena_printf(arena, "unknown request \"%.100s\"", message->name);
        return text ? text : "unknown request";
    }
    return holds_nul(message->body) ? "a text in the arguments holds a NUL character" : NULL;
}

void requests_receive(void *data, struct arena *arena, const struct message *message, const char *malformed)
{
    struct backend *backend = data;
    if (message->kind != MESSAGE_REQUEST || !message->name || message->seq <= 0) {
        arena_destroy(arena); /* nothing that could be answered */
        return;
    }
    const struct request_row *row = find_row(message->name);
    struct job job = {.arena = arena, .row = row, .arguments = message->body};
    job.asker = (struct asker){backend->server, message->seq};
    const char *fault = malformed ? malformed : find_fault(arena, message, row);
    if (row && !malformed && !backend->initialized && !row->before_initialize) {
        fault = "send initialize first";
    }
    if (fault) {
        answer_error(job.asker, arena, message->name, fault);
    } else if (row->place == REQUEST_ON_READER) {
        answer(backend, arena, row, message->body, message->seq, job.asker);
    } else {
        job.deadline = row->late ? now_milliseconds() + BLOCKED_AFTER : 0;
        queue_job(backend, &job, false);
    }
}

/* It has no time limit, as it runs no code, and is not answered late: only the first client's reader looks at clocks.
 */
void requests_look(struct backend *backend, struct server *server, struct arena *arena, const struct message *message)
{
    const struct request_row *row = find_row(message->name);
    struct job job = {.arena = arena, .row = row, .arguments = message->body, .asker = {server, message->seq}};
    const char *fault = find_fault(arena, message, row);
    if (fault) {
        answer_error(job.asker, arena, message->name, fault);
    } else if (row->place == REQUEST_ON_READER) {
        answer(backend, arena, row, message->body, LOOKING_SEQ, job.asker);
    } else {
        queue_job(backend, &job, true);
    }
}

int requests_timeout(void *data)
{
    struct backend *backend = data;
    int64_t nearest = 0;
    pthread_mutex_lock(&backend->lock);
    for (struct job *job = backend->queue->first; job; job = job->next) {
        if (job->deadline && !job->answered && (!nearest || job->deadline < nearest)) {
            nearest = job->deadline;
        }
    }
    nearest = nearest_limit(backend->queue, nearest);
    pthread_mutex_unlock(&backend->lock);
    if (!nearest) {
        return -1;
    }
    int64_t left = nearest - now_milliseconds();
    return left < 0 ? 0 : (int)left + 1;
}

static void free_job(struct job *job)
{
    arena_destroy(job->arena);
    free(job);
}

/* The job SEQ if it still waits and has no answer, and what leads to it. Lock held. */
static struct job **find_job(struct request_queue *queue, int64_t seq)
{
    for (struct job **link = &queue->first; *link; link = &(*link)->next) {
        if ((*link)->seq == seq && !(*link)->answered) {
            return link;
        }
    }
    return NULL;
}

/* Take the job at LINK out of the queue. Lock held. */
static struct job *unlink_job(struct request_queue *queue, struct job **link)
{
    struct job *job = *link;
    queue->waiting -= job->size;
    *link = job->next;
    if (queue->last == &job->next) {
        queue->last = link;
    }
    return job;
}

/* A job whose time is over; it is not found again. 0: none. Lock held. */
static int64_t find_overdue(struct request_queue *queue)
{
    int64_t now = now_milliseconds();
    for (struct job *job = queue->first; job; job = job->next) {
        if (job->deadline && !job->answered && job->deadline <= now) {
            job->deadline = 0;
            return job->seq;
        }
    }
    return 0;
}

/* Answer the job SEQ without the GIL, unless somebody took it meanwhile. Takes ARENA, which holds STACKS. */
static void answer_late(struct backend *backend, int64_t seq, struct arena *arena, struct value *stacks, bool more)
{
    struct job *over = NULL;
    pthread_mutex_lock(&backend->lock);
    struct job **link = find_job(backend->queue, seq);
    if (link) {
        struct job *job = *link;
        struct value *body = job->row->late(backend, arena, job->arguments, stacks, more);
        server_post(job->asker.server, arena, message_response(arena, job->asker.seq, job->row->name, body));
        arena = NULL;
        job->answered = true;
        over = job->row->pending ? NULL : unlink_job(backend->queue, link);
    }
    pthread_mutex_unlock(&backend->lock);
    arena_destroy(arena);
    if (over) {
        free_job(over);
    }
}

void requests_on_timeout(void *data)
{
    struct backend *backend = data;
    pthread_mutex_lock(&backend->lock);
    int64_t seq = find_overdue(backend->queue);
    check_limits(backend);
    pthread_mutex_unlock(&backend->lock);
    struct arena *arena = seq ? arena_create() : NULL;
    if (arena) {
        bool more = false;
        struct value *stacks = where_dump(backend, arena, &more);
        answer_late(backend, seq, arena, stacks, more);
    }
}

int requests_on_alarm(void *data)
{
    struct backend *backend = data;
    pthread_mutex_lock(&backend->lock);
    check_limits(backend);
    int64_t nearest = nearest_limit(backend->queue, 0);
    int left = nearest ? (int)(nearest - now_milliseconds()) : -1;
    int watches = watches_alarm(backend);
    pthread_mutex_unlock(&backend->lock);
    left = nearest && left < 1 ? 1 : left;
    return watches < 0 || (left >= 0 && left < watches) ? left : watches;
}

struct job *requests_take(struct backend *backend)
{
    struct request_queue *queue = backend->queue;
    struct job **link = &queue->first;
    while (*link && requests_only_looks((*link)->seq)) { /* the first client comes first */
        link = &(*link)->next;
    }
    link = *link ? link : &queue->first;
    return *link ? unlink_job(queue, link) : NULL;
}

bool requests_waiting(struct backend *backend)
{
    return backend->queue->first != NULL;
}

void requests_run(struct backend *backend, struct job *job)
{
    int64_t seq = job->seq;
    pthread_mutex_lock(&backend->lock);
    const char *refused = refuse_in_phase(backend, job->row);
    pthread_mutex_unlock(&backend->lock);
    if (job->answered) {
        struct request request = {
            .backend = backend, .arena = job->arena, .arguments = job->arguments, .seq = job->seq};
        bool ok = true;
        if (!refused) {
            job->row->handler(&request, &ok);
        }
        free_job(job);
        return;
    }
    if (refused) {
        answer_error(job->asker, job->arena, job->row->name, refused);
    } else {
        answer(backend, job->arena, job->row, job->arguments, job->seq, job->asker);
    }
    end_limit(backend, seq);
    free(job);
}

void requests_refuse_all(struct backend *backend, const char *why)
{
    pthread_mutex_lock(&backend->lock);
    struct job *job = backend->queue->first;
    backend->queue->first = NULL;
    backend->queue->last = &backend->queue->first;
    backend->queue->waiting = 0;
    memset(backend->queue->limits, 0, sizeof(backend->queue->limits));
    pthread_mutex_unlock(&backend->lock);
    while (job) {
        struct job *next = job->next;
        if (job->answered) {
            free_job(job);
        } else {
            answer_error(job->asker, job->arena, job->row->name, why);
            free(job);
        }
        job = next;
    }
}

void requests_forked(struct backend *backend)
{
    backend->queue->first = NULL;
    backend->queue->last = &backend->queue->first;
}

/* A request that still waits is answered at once as cancelled; running Python code is interrupted and
 * its own handler answers. Anything else is over already, which is fine. */
static struct value *handle_cancel(struct request *request, bool *ok)
{
    (void)ok;
    struct backend *backend = request->backend;
    int64_t seq = value_get_int(request->arguments, "requestId", 0);
    pthread_mutex_lock(&backend->lock);
    struct job **link = find_job(backend->queue, seq);
    struct job *job = link ? unlink_job(backend->queue, link) : NULL;
    if (!job) {
        stop_ask_interrupt(backend, seq);
    }
    pthread_mutex_unlock(&backend->lock);
    if (job) {
        end_limit(backend, seq);
        answer_error(job->asker, job->arena, job->row->name, "cancelled");
        free(job);
    }
    return NULL;
}
