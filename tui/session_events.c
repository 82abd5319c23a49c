/* Events, one function each, found through the table at the end. */
#include "log.h"
#include "model_tree.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*event_handler)(struct session *session, const struct value *body);

/* The traceback of EXCEPTION, as the interpreter prints it; else type and message. */
static char *exception_text(const struct value *exception)
{
    const char *trace = value_get_text(exception, "stackTrace", NULL);
    if (trace && *trace)
        return xstrdup(trace);
    const char *type = value_get_text(exception, "typeName", "exception");
    const char *message = value_get_text(exception, "message", "");
    return xasprintf("%s%s%s", type, *message ? ": " : "", message);
}

/* Type, message and notes, as the interpreter prints them below a traceback. */
static char *whole_exception(const struct value *exception, const struct value *extension)
{
    const char *type = value_get_text(exception, "fullTypeName", value_get_text(exception, "typeName", "?"));
    const char *message = value_get_text(exception, "message", "");
    const struct value *notes = value_get_array(extension, "notes");
    type += strncmp(type, "__main__.", 9) == 0 ? 9 : 0;
    char *whole = xasprintf("%s%s%s", type, *message ? ": " : "", message);
    for (size_t i = 0; i < value_count(notes); i++) {
        const struct value *note = value_at(notes, i);
        char *longer = xasprintf("%s\n%s", whole, note->type == VALUE_STRING ? note->string.bytes : "");
        free(whole);
        whole = longer;
    }
    return whole;
}

/* EXCEPTION and what is in it, in the order of their numbers. */
static void read_chain(struct model *model, const struct value *exception, int depth)
{
    const struct value *extension = value_get_map(exception, "pytui");
    if (value_get_int(extension, "number", -1) != (int64_t)model->chain_count)
        return; /* a number is an index here */
    struct model_exception *row = model_chain_add(model);
    const char *type = value_get_text(exception, "typeName", "?"), *message = value_get_text(exception, "message", "");
    row->number = (int)model->chain_count - 1;
    row->depth = depth;
    row->text = xasprintf("%s%s%.*s", type, *message ? ": " : "", (int)strcspn(message, "\n"), message);
    row->whole = whole_exception(exception, extension);
    row->relation = xstrdup(value_get_text(extension, "relation", NULL));
    row->traceback = value_get_bool(extension, "traceback", false);
    row->cut = value_get_bool(extension, "chainOmitted", false);
    row->omitted = value_get_int(extension, "membersOmitted", 0);
    const struct value *inner = value_get_array(exception, "innerException");
    for (size_t i = 0; i < value_count(inner); i++)
        read_chain(model, value_at(inner, i), depth + 1);
}

static void read_exception(struct model *model, const struct value *body, const struct value *snapshot)
{
    const struct value *exception = value_get_map(snapshot, "exception");
    session_replace(&model->text, value_get_text(body, "text", NULL));
    free(model->exception);
    model->exception = exception ? exception_text(exception) : NULL;
    if (exception && !model->text)
        model->text = xasprintf("%s: %s", value_get_text(exception, "typeName", "exception"),
                                value_get_text(exception, "message", ""));
    model_chain_clear(model);
    if (exception)
        read_chain(model, exception, 0);
    model->post_mortem = value_get_bool(snapshot, "postMortem", false);
    model->goes_on = value_get_bool(snapshot, "goesOn", false);
}

/* An uncaught exception's traceback goes to the console too, where it can be scrolled. */
static void show_exception(struct session *session)
{
    const struct model *model = session->model;
    if (model->exception && model->post_mortem)
        session_output(session, MODEL_LINE_ERROR, model->exception);
}

/* What a jump did to variables is a note for the user, and no error of the stop. */
static void show_jump(struct session *session)
{
    struct model *model = session->model;
    if (!model->text || strcmp(model->reason, "goto") != 0)
        return;
    session_say(session, false, "%s", model->text);
    session_replace(&model->text, NULL);
}

/* Which breakpoints stopped, by our numbers: those of `hitBreakpointIds`. */
static void read_hits(struct model *model, const struct value *ids)
{
    model->hit_count = 0;
    for (size_t i = 0; i < value_count(ids); i++)
        for (size_t j = 0; j < model->breakpoint_count; j++)
            if (value_at(ids, i)->type == VALUE_INT && model->breakpoints[j]->backend_id == value_at(ids, i)->integer &&
                model->hit_count < sizeof model->hit_ids / sizeof model->hit_ids[0])
                model->hit_ids[model->hit_count++] = model->breakpoints[j]->id;
}

static void stopped(struct session *session, const struct value *body)
{
    struct model *model = session->model;
    const struct value *snapshot = value_get_map(body, "pytui");
    const char *reason = value_get_text(body, "reason", "stop");
    model->state = MODEL_STOPPED;
    model->blocked = false;
    model->stops++;
    model->stopped_thread = model->thread_id = value_get_int(body, "threadId", 0);
    session_replace(&model->reason, reason);
    session_replace(&model->description, value_get_text(body, "description", NULL));
    session_replace(&model->thread_name, value_get_text(snapshot, "threadName", NULL));
    read_exception(model, body, snapshot);

    model_frames_clear(model);
    session_read_frames(session, value_get_array(snapshot, "stackFrames"));
    model->more_frames = value_get_bool(snapshot, "moreFrames", false);
    session_read_view(session, snapshot);
    read_hits(model, value_get_array(body, "hitBreakpointIds"));
    const struct value *hits = value_get_array(snapshot, "hits");
    model->stop_column = value_count(value_get_array(body, "hitBreakpointIds")) > 0
                             ? session_number(value_at(hits, 0), "column") /* those that stopped come first */
                             : 0;
    for (size_t i = 0; i < value_count(hits); i++)
        session_breakpoint_event(session, "changed", value_at(hits, i));
    show_exception(session);
    show_jump(session);

    session_moves_landed(session, reason);
    session_changed(session);
    if (session->handlers.stopped)
        session->handlers.stopped(session, session->handlers.data);
    session_moves_next(session);
}

static void continued(struct session *session, const struct value *body)
{
    (void)body;
    if (session->model->state != MODEL_STOPPED)
        return;
    session->model->state = MODEL_RUNNING;
    session_changed(session);
}

static void process(struct session *session, const struct value *body)
{
    if (!session->model->program) /* who launched it knows a better name */
        session_replace(&session->model->program, value_get_text(body, "name", NULL));
    session->model->pid = value_get_int(body, "systemProcessId", session->model->pid);
    session_changed(session);
}

static void breakpoint(struct session *session, const struct value *body)
{
    session_breakpoint_event(session, value_get_text(body, "reason", ""), value_get_map(body, "breakpoint"));
    session_changed(session);
}

/* Who holds the session changed values. */
static void invalidated(struct session *session, const struct value *body)
{
    (void)body;
    if (session->model->state == MODEL_STOPPED)
        session_refresh(session);
}

/* "stepme.py:7: " before a log point's text. */
static char *with_place(const struct value *body, const char *text)
{
    const char *path = value_get_text(value_get_map(body, "source"), "path", NULL);
    int64_t line = value_get_int(body, "line", 0);
    if (!path || line <= 0)
        return xstrdup(text);
    const char *slash = strrchr(path, '/');
    return xasprintf("%s:%lld: %s", slash ? slash + 1 : path, (long long)line, text);
}

/* An exception that nobody handled though the program goes on: the traceback under a line with a mark in the
 * console, and a short word at the bottom. */
static void show_unhandled(struct session *session, const struct value *extension)
{
    const struct value *exception = value_get_map(extension, "exception");
    const char *kind = value_get_text(extension, "kind", "unhandled");
    long long count = value_get_int(extension, "count", 0);
    char *mark = xasprintf("◆ %s exception %lld: %s", kind, count, value_get_text(extension, "message", ""));
    session->output_open = false;
    model_add_line(session->model, MODEL_LINE_ERROR, mark);
    session_output(session, MODEL_LINE_ERROR, value_get_text(exception, "stackTrace", ""));
    session->output_open = false;
    const char *message = value_get_text(exception, "message", "");
    session_say(session, true, "%s exception %lld, see the console: %s%s%.40s", kind, count,
                value_get_text(exception, "typeName", "?"), *message ? ": " : "", message);
    free(mark);
    session_changed(session);
}

static void output(struct session *session, const struct value *body)
{
    const struct value *extension = value_get_map(body, "pytui");
    if (value_get_map(extension, "exception")) {
        show_unhandled(session, extension);
        return;
    }
    const char *category = value_get_text(body, "category", "console");
    char *text = with_place(body, value_get_text(body, "output", ""));
    bool error = strcmp(category, "stderr") == 0;
    session_output(session, error ? MODEL_LINE_ERROR : MODEL_LINE_OUTPUT, text);
    if (strcmp(category, "important") == 0 && !session->capable)
        session_replace(&session->reason, text);
    else if (strcmp(category, "important") == 0)
        session_say(session, true, "%s", text);
    free(text);
    session_changed(session);
}

/* The list is asked for when somebody looks; what was known may no longer be true. */
static void thread(struct session *session, const struct value *body)
{
    session->model->threads_stale = true;
    if (strcmp(value_get_text(body, "reason", ""), "exited") == 0)
        model_frozen_remove(session->model, value_get_int(body, "threadId", 0));
}

static void exited(struct session *session, const struct value *body)
{
    session->exited = true;
    session->exit_code = (int)value_get_int(body, "exitCode", 0);
    log_write("session: the interpreter is about to exit with %lld", (long long)value_get_int(body, "exitCode", 0));
    session->terminated = true;
    if (session->model->state == MODEL_STOPPED)
        session->model->state = MODEL_RUNNING;
    session_moves_drop(session);
    session_changed(session);
}

static void terminated(struct session *session, const struct value *body)
{
    (void)body;
    session->terminated = true;
    session_moves_drop(session);
    /* entry/sitecustomize.py says why there is no backend, and ends the process. */
    if (!session->capable && session->reason)
        session_refuse(session, session->reason);
}

static const struct {
    const char *name;
    event_handler handler;
} handlers[] = {
    {"stopped", stopped},
    {"continued", continued},
    {"process", process},
    {"breakpoint", breakpoint},
    {"pytui/breakpoints", session_take_breakpoints},
    {"invalidated", invalidated},
    {"output", output},
    {"thread", thread},
    {"pytui/watches", session_watches_event},
    {"exited", exited},
    {"terminated", terminated},
};

void session_event(struct session *session, const struct message *event)
{
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++) {
        if (strcmp(handlers[i].name, event->name) == 0) {
            handlers[i].handler(session, event->body);
            return;
        }
    }
    log_write("session: event %s is unknown here", event->name);
}
