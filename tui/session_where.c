/* What is asked of a program that may go on: to pause, the stacks of all threads, which are read in the console, and
 * its modules. */
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define MODULES_MOST    5000 /* that are looked through */
#define NAME_WIDTH_MOST 32   /* of the column of function names; longer ones push their place aside */

static void write_frame(struct session *session, const struct value *frame, int width)
{
    const struct value *source = value_get_map(frame, "source");
    const char *path = value_get_text(source, "name", value_get_text(source, "path", "?"));
    char *text =
        xasprintf("    %-*s  %s:%d", width, value_get_text(frame, "name", "?"), path, session_number(frame, "line"));
    model_add_line(session->model, MODEL_LINE_OUTPUT, text);
    free(text);
}

/* As wide as the longest name, so that the places stand below each other. */
static int name_width(const struct value *frames)
{
    size_t width = 0;
    for (size_t i = 0; i < value_count(frames); i++) {
        size_t length = strlen(value_get_text(value_at(frames, i), "name", "?"));
        width = length > width && length <= NAME_WIDTH_MOST ? length : width;
    }
    return (int)width;
}

/* The newest frame last, as tracebacks have it, and the main thread after the others: there one looks first. */
static void write_thread(struct session *session, const struct value *thread)
{
    const struct value *frames = value_get_array(thread, "stackFrames");
    char *title =
        xasprintf("Thread %lld %s%s", (long long)value_get_int(thread, "id", 0), value_get_text(thread, "name", ""),
                  value_get_bool(thread, "collecting", false) ? " (collecting garbage)" : "");
    model_add_line(session->model, MODEL_LINE_NOTE, title);
    free(title);
    if (value_get_bool(thread, "moreFrames", false))
        model_add_line(session->model, MODEL_LINE_OUTPUT, "    …");
    int width = name_width(frames);
    for (size_t i = value_count(frames); i-- > 0;)
        write_frame(session, value_at(frames, i), width);
}

/* ANSWER as of pytui/where. */
static void write_stacks(struct session *session, const struct value *answer)
{
    const struct value *threads = value_get_array(answer, "threads");
    const char *message = value_get_text(answer, "message", NULL);
    if (value_get_bool(answer, "moreThreads", false))
        model_add_line(session->model, MODEL_LINE_NOTE, "… further threads");
    for (size_t i = value_count(threads); i-- > 0;)
        write_thread(session, value_at(threads, i));
    if (message)
        model_add_line(session->model, MODEL_LINE_NOTE, message);
    session_changed(session);
}

static void pausing(struct session *session, const struct message *response, struct request *request)
{
    struct model *model = session->model;
    const char *failure = session_failure(response);
    if (failure) {
        if (response)
            session_say(session, true, "%s", failure);
        return;
    }
    const struct value *extension = value_get_map(response->body, "pytui");
    const struct value *stacks = value_get_map(extension, "stacks");
    if (strcmp(value_get_text(extension, "state", ""), "blocked") != 0 || model->state != MODEL_RUNNING)
        return;
    model->blocked = true;
    session_say(session, false, "C code keeps the interpreter: the program stops at its next line%s",
                stacks ? ", the console has the stacks" : "");
    if (stacks)
        write_stacks(session, stacks);
    if (stacks && request->on_stacks)
        request->on_stacks(session, request->data);
    session_changed(session);
}

bool session_pause(struct session *session, session_stacks_handler blocked, void *data)
{
    const struct model *model = session->model;
    session_moves_drop(session);
    if (model->state != MODEL_RUNNING || !session->channel) {
        session_say(session, true, "%s",
                    model->state == MODEL_STOPPED    ? "it is stopped already"
                    : model->state == MODEL_STARTING ? "the program has not started yet"
                                                     : "the program does not run under the debugger any more");
        return false;
    }
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", 0);
    struct request request = {.handler = pausing, .on_stacks = blocked, .data = data};
    return session_request(session, "pause", arguments, &request) != 0;
}

static void stacks_arrived(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (!response)
        return;
    if (failure) {
        session_say(session, true, "%s", failure);
        return;
    }
    if (strcmp(value_get_text(response->body, "state", ""), "blocked") == 0)
        session_say(session, false, "C code keeps the interpreter: the stacks as seen from outside");
    write_stacks(session, response->body);
    if (request->on_stacks)
        request->on_stacks(session, request->data);
}

bool session_where(struct session *session, session_stacks_handler arrived, void *data)
{
    struct request request = {.handler = stacks_arrived, .on_stacks = arrived, .data = data};
    return session_request(session, "pytui/where", session_arguments(session), &request) != 0;
}

static void modules_arrived(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    else if (response)
        request->on_modules(session, response->body, request->text, request->data);
}

bool session_modules(struct session *session, const char *filter, session_modules_handler handler, void *data)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "moduleCount", MODULES_MOST);
    struct request request = {.handler = modules_arrived, .on_modules = handler, .text = xstrdup(filter), .data = data};
    return session_request(session, "modules", arguments, &request) != 0;
}
