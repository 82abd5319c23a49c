/* The program's threads: the list, which one is looked at, which are frozen, whether one runs alone. */
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_PAGE 200

static void read_thread(struct model *model, const struct value *item)
{
    const struct value *extension = value_get_map(item, "pytui");
    struct model_thread *row = model_thread_add(model);
    row->id = value_get_int(item, "id", 0);
    row->native_id = value_get_int(extension, "nativeId", 0);
    row->name = xstrdup(value_get_text(item, "name", "?"));
    row->state = xstrdup(value_get_text(extension, "state", NULL));
    row->waits = xstrdup(value_get_text(extension, "waits", NULL));
    row->daemon = value_get_bool(extension, "daemon", false);
}

static void threads_arrived(struct session *session, const struct message *response, struct request *request)
{
    if (!response || !response->success)
        return;
    const struct value *threads = value_get_array(response->body, "threads");
    model_threads_clear(session->model);
    for (size_t i = 0; i < value_count(threads); i++)
        read_thread(session->model, value_at(threads, i));
    session->model->threads_stale = false;
    session_changed(session);
    if (request->on_threads)
        request->on_threads(session, request->data);
}

bool session_list_threads(struct session *session, session_threads_handler handler, void *data)
{
    struct request request = {.handler = threads_arrived, .on_threads = handler, .data = data};
    return session_request(session, "threads", NULL, &request) != 0;
}

/* The stack of another thread takes the place of the one shown; what follows a stop follows this too. */
static void stack_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model *model = session->model;
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    if (failure || request->view != model->stops || model->state != MODEL_STOPPED)
        return;
    const struct value *frames = value_get_array(response->body, "stackFrames");
    model->thread_id = request->reference;
    model->chain_shown = MODEL_NO_EXCEPTION;
    session_replace(&model->thread_name, request->path);
    model_frames_clear(model);
    session_read_frames(session, frames);
    model->more_frames = value_get_bool(value_get_map(response->body, "pytui"), "moreFrames", false);
    session_refresh(session);
    session_changed(session);
    if (session->handlers.stopped)
        session->handlers.stopped(session, session->handlers.data);
}

bool session_select_thread(struct session *session, int64_t id, const char *name)
{
    struct model *model = session->model;
    if (model->state != MODEL_STOPPED) {
        session_say(session, true, "a thread can be looked at while the program is stopped: pause it first");
        return false;
    }
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", id);
    value_set_int(session->out, arguments, "levels", FRAMES_PAGE);
    return session_request(session, "stackTrace", arguments,
                           &(struct request){.handler = stack_arrived,
                                             .view = model->stops,
                                             .reference = id,
                                             .path = xstrdup(name),
                                             .refresh = true}) != 0;
}

static void frozen_arrived(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure) {
        if (response)
            session_say(session, true, "%s", failure);
        return;
    }
    const struct value *frozen = value_get_array(response->body, "frozen");
    model_frozen_clear(session->model);
    for (size_t i = 0; i < value_count(frozen); i++)
        model_frozen_add(session->model, value_at(frozen, i)->integer);
    const char *warning = value_get_text(response->body, "warning", NULL);
    size_t count = session->model->frozen_count;
    if (warning)
        session_say(session, true, "%s", warning);
    else if (count == 0)
        session_say(session, false, "no thread is frozen");
    else
        session_say(session, false, "%zu thread%s frozen", count, count == 1 ? " is" : "s are");
    session_changed(session);
}

bool session_freeze(struct session *session, int64_t thread)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", thread);
    return session_request(session, "pytui/freeze", arguments, &(struct request){.handler = frozen_arrived}) != 0;
}

bool session_thaw(struct session *session, int64_t thread)
{
    struct value *arguments = session_arguments(session);
    if (thread)
        value_set_int(session->out, arguments, "threadId", thread);
    else
        value_set_bool(session->out, arguments, "all", true);
    return session_request(session, "pytui/thaw", arguments, &(struct request){.handler = frozen_arrived}) != 0;
}

void session_set_single(struct session *session, bool single)
{
    session->model->single = single;
    session_changed(session);
}
