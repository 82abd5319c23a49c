#include "stop_event.h"

#include "backend.h"
#include "breakpoints.h"
#include "modules.h"
#include "stop.h"
#include "threads.h"
#include "values.h"
#include "watches.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <string.h>

static const char *describe_reason(const char *reason)
{
    static const struct {
        const char *reason, *description;
    } descriptions[] = {
        {"entry", "stopped before the first line"}, {"step", "stepped"},          {"breakpoint", "breakpoint reached"},
        {"function breakpoint", "function called"}, {"goto", "reached the line"}, {"pause", "paused"},
        {"exception", "exception raised"},
    };
    for (size_t i = 0; i < sizeof(descriptions) / sizeof(descriptions[0]); i++) {
        if (strcmp(descriptions[i].reason, reason) == 0) {
            return descriptions[i].description;
        }
    }
    return reason;
}

/* "Type: message" of the snapshot's exception. */
static const char *exception_text(struct arena *arena, const struct value *snapshot)
{
    const struct value *exception = value_get_map(snapshot, "exception");
    const char *type = value_get_text(exception, "typeName", NULL);
    const char *message = value_get_text(exception, "message", "");
    if (!type) {
        return NULL;
    }
    return message[0] ? arena_printf(arena, "%s: %s", type, message) : type;
}

static struct value *make_snapshot(struct backend *backend, struct arena *arena, const struct stop_info *info,
                                   long long thread)
{
    struct value *snapshot =
        values_snapshot(backend->values, arena, backend->snapshot_frames, backend->snapshot_variables);
    PyErr_Clear();
    if (!snapshot) {
        snapshot = value_map(arena);
        value_set(arena, snapshot, "stackFrames", value_array(arena));
        value_set_bool(arena, snapshot, "moreFrames", false);
        value_set(arena, snapshot, "scopes", value_array(arena));
        value_set(arena, snapshot, "pages", value_array(arena));
    }
    char name[256];
    threads_name(backend, thread, name, sizeof(name));
    value_set(arena, snapshot, "threadName", value_string(arena, name, strlen(name)));
    if (info->post_mortem) {
        value_set_bool(arena, snapshot, "postMortem", true);
    }
    if (info->goes_on) {
        value_set_bool(arena, snapshot, "goesOn", true);
    }
    struct value *hits = breakpoints_describe_hits(backend->breakpoints, arena, info->hits);
    if (value_count(hits) > 0) {
        value_set(arena, snapshot, "hits", hits);
    }
    return snapshot;
}

bool stop_event_stopped(struct backend *backend, const struct stop_info *info, unsigned long ident)
{
    breakpoints_tell_counts(backend->breakpoints);
    struct arena *arena = arena_create();
    if (!arena) {
        return false;
    }
    long long thread = threads_id(backend, ident);
    struct value *body = value_map(arena);
    struct value *snapshot = make_snapshot(backend, arena, info, thread);
    const char *text = info->text ? info->text : info->exception ? exception_text(arena, snapshot) : NULL;
    value_set_text(arena, body, "reason", info->reason);
    value_set_text(arena, body, "description", info->description ? info->description : describe_reason(info->reason));
    value_set_int(arena, body, "threadId", thread);
    if (text) {
        value_set(arena, body, "text", value_string(arena, text, strlen(text)));
    }
    value_set_bool(arena, body, "allThreadsStopped", true);
    if (info->hits && info->hits->count) {
        struct value *ids = value_array(arena);
        for (size_t i = 0; i < info->hits->count; i++) {
            value_append(arena, ids, value_int(arena, info->hits->ids[i]));
        }
        value_set(arena, body, "hitBreakpointIds", ids);
    }
    value_set(arena, body, "pytui", snapshot);
    bool told = !arena_failed(arena);
    watches_post_stopped(backend, arena, body, snapshot);
    modules_stopped(backend->modules);
    return told;
}

void stop_event_continued(struct backend *backend, unsigned long ident)
{
    struct arena *arena = arena_create();
    if (arena) {
        struct value *body = value_map(arena);
        value_set_int(arena, body, "threadId", threads_id(backend, ident));
        value_set_bool(arena, body, "allThreadsContinued", true);
        backend_event(backend, arena, "continued", body);
    }
}
