/* Python on behalf of the user: evaluate with its echo in the console, completion, source text. */
#include "loop.h"
#include "model_tree.h"
#include "protocol/arena.h"
#include "protocol/utf8.h"
#include "session_internal.h"
#include "source_span.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define SLOW_MS         200   /* after which an evaluation is said to be going on */
#define STUCK_MS        2000  /* after which an interrupt is said to have had no effect */
#define LINE_LENGTH_MAX 16384 /* longer lines go on in a new one: drawing costs what is shown */

/* Bytes of the line that TEXT starts with, as far as the console keeps them in one. */
static size_t line_length(const char *text)
{
    size_t length = strcspn(text, "\n");
    if (length <= LINE_LENGTH_MAX)
        return length;
    length = LINE_LENGTH_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--; /* not within a character */
    return length > 0 ? length : LINE_LENGTH_MAX;
}

/* Text as console lines. Output without a newline at its end is continued by the next output. */
void session_output(struct session *session, enum model_line_kind kind, const char *text)
{
    struct model *model = session->model;
    bool partial = kind == MODEL_LINE_OUTPUT || kind == MODEL_LINE_ERROR;
    while (*text) {
        size_t length = line_length(text);
        char *line = xmemdup(text, length);
        struct model_line *last = model->line_count > 0 ? &model->lines[model->line_count - 1] : NULL;
        if (session->output_open && partial && last && last->kind == kind &&
            strlen(last->text) + length <= LINE_LENGTH_MAX) {
            char *longer = xasprintf("%s%s", last->text, line);
            free(last->text);
            last->text = longer;
        } else {
            model_add_line(model, kind, line);
        }
        free(line);
        text += length;
        session->output_open = partial && *text != '\n';
        if (*text == '\n')
            text++;
    }
    model->generation++;
}

static void echo(struct session *session, const char *text)
{
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        char *part = xasprintf("%s%.*s", line == text ? "" : "... ", (int)length, line);
        model_add_line(session->model, MODEL_LINE_INPUT, part);
        free(part);
        line += length + (line[length] == '\n');
    }
    session->output_open = false;
}

static void still_evaluating(struct loop *loop, void *data)
{
    (void)loop;
    struct session *session = data;
    session->slow = 0;
    if (session_evaluating(session)) {
        session->told_slow = true;
        session_say(session, false, "evaluating…  Esc interrupts");
    }
}

static void still_stuck(struct loop *loop, void *data)
{
    (void)loop;
    struct session *session = data;
    session->slow = 0;
    if (session_evaluating(session) || session->shell)
        session_say(session, true,
                    "not interrupted yet: it is in code that Python cannot interrupt, or goes on all the same");
}

void session_watch_slow(struct session *session)
{
    if (!session->slow && !session->told_slow)
        session->slow = loop_add_timer(session->loop, SLOW_MS, still_evaluating, session);
}

void session_unwatch_slow(struct session *session)
{
    if (session_evaluating(session))
        return;
    loop_remove(session->loop, session->slow);
    session->slow = 0;
    if (session->told_slow)
        session_say(session, false, "%s", "");
    session->told_slow = false;
}

static void evaluated(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    const char *result = failure ? failure : value_get_text(response->body, "result", "");
    const char *exception = failure ? NULL : value_get_text(value_get_map(response->body, "pytui"), "exception", NULL);
    bool raised = exception != NULL;
    if (raised && request->brief)
        result = exception;
    session->output_open = false;
    session_output(session, failure || raised ? MODEL_LINE_ERROR : MODEL_LINE_RESULT, result);
    if (!failure && *result)
        session_offer_value(session, response->body);
    session->output_open = false;
    if (!failure)
        session_refresh(session); /* it may have assigned to anything */
    session_changed(session);
    if (request->on_result)
        request->on_result(session, !failure && !raised, result, request->data);
}

/* The frame that Python can run in; NULL, and said why, where there is none. */
static const struct model_frame *frame_to_run_in(struct session *session)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    if (session->model->state != MODEL_STOPPED || !frame) {
        session_say(session, true, "%s",
                    session->model->state == MODEL_RUNNING ? "the program is running; pause it with Ctrl-c first"
                                                           : "there is no stopped program to evaluate in");
        return NULL;
    }
    if (session->shell) {
        session_say(session, true, "%s", SESSION_IN_SHELL);
        return NULL;
    }
    return frame;
}

static bool evaluate(struct session *session, const char *expression, const char *context,
                     const struct request *request)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    struct value *arguments = session_arguments(session);
    value_set_text(session->out, arguments, "expression", expression);
    value_set_int(session->out, arguments, "frameId", frame->id);
    value_set_text(session->out, arguments, "context", context);
    bool sent = session_request(session, "evaluate", arguments, request) != 0;
    session_changed(session);
    return sent;
}

bool session_evaluate(struct session *session, const char *expression, session_result_handler handler, void *data)
{
    if (!frame_to_run_in(session))
        return false;
    char *line = xasprintf(">>> %s", expression);
    echo(session, line);
    free(line);
    return evaluate(session, expression, "repl",
                    &(struct request){.handler = evaluated, .on_result = handler, .data = data, .runs_code = true});
}

bool session_evaluate_as(struct session *session, const char *expression, const char *typed,
                         session_result_handler handler, void *data)
{
    if (!frame_to_run_in(session))
        return false;
    char *line = xasprintf(":%s", typed);
    echo(session, line);
    free(line);
    return evaluate(
        session, expression, "repl",
        &(struct request){.handler = evaluated, .on_result = handler, .data = data, .runs_code = true, .brief = true});
}

/* The text alone, for whoever asked. */
static void watched(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    const struct value *body = failure ? NULL : response->body;
    const char *exception = value_get_text(value_get_map(body, "pytui"), "exception", NULL);
    const char *text = failure ? failure : exception ? exception : value_get_text(body, "result", "");
    request->on_result(session, !failure && !exception, text, request->data);
    session_changed(session);
}

bool session_watch(struct session *session, const char *expression, session_result_handler handler, void *data)
{
    return frame_to_run_in(session) &&
           evaluate(session, expression, "watch",
                    &(struct request){.handler = watched, .on_result = handler, .data = data, .runs_code = true});
}

static void function_told(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (failure)
        session_say(session, true, "%s", failure);
    else
        request->on_function(session, response->body, request->data);
    session_changed(session);
}

bool session_ask_function(struct session *session, session_function_handler handler, void *data)
{
    const struct model_frame *frame = frame_to_run_in(session);
    if (!frame)
        return false;
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "frameId", frame->id);
    return session_request(session, "pytui/function", arguments,
                           &(struct request){.handler = function_told, .on_function = handler, .data = data}) != 0;
}

bool session_evaluating(const struct session *session)
{
    for (size_t i = 0; i < session->request_count; i++)
        if (session->requests[i].runs_code && !session->requests[i].shell)
            return true;
    return false;
}

bool session_evaluates_long(const struct session *session)
{
    return session->told_slow && session_evaluating(session);
}

const char *session_in_shell(const struct session *session)
{
    return session->shell;
}

/* Names may have been bound anew, so all is fetched again. */
static void shell_left(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = response ? session_failure(response) : NULL;
    bool interrupted = failure && session->shell_cancelled;
    session_replace(&session->shell, NULL);
    session->shell_cancelled = false;
    if (response)
        session_refresh(session);
    session_changed(session);
    request->on_shell(session, interrupted ? NULL : failure, request->data);
}

bool session_shell(struct session *session, const char *kind, session_shell_handler left, void *data)
{
    const struct model_frame *frame = frame_to_run_in(session);
    if (!frame)
        return false;
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "frameId", frame->id);
    value_set_text(session->out, arguments, "kind", kind);
    session_replace(&session->shell, frame->name ? frame->name : "?");
    const struct request request = {
        .handler = shell_left, .on_shell = left, .data = data, .runs_code = true, .shell = true};
    if (session_request(session, "pytui/shell", arguments, &request) == 0)
        session_replace(&session->shell, NULL);
    session_changed(session);
    return session->shell != NULL;
}

void session_interrupt_evaluate(struct session *session)
{
    if (!session_evaluating(session) && !session->shell)
        return;
    session->shell_cancelled = session->shell != NULL;
    size_t count = session->request_count; /* the cancels come behind */
    for (size_t i = 0; i < count && i < session->request_count; i++) {
        if (!session->requests[i].runs_code)
            continue;
        struct value *arguments = session_arguments(session);
        value_set_int(session->out, arguments, "requestId", session->requests[i].seq);
        session_request(session, "cancel", arguments, NULL);
    }
    loop_remove(session->loop, session->slow);
    session->slow = loop_add_timer(session->loop, STUCK_MS, still_stuck, session);
}

/* DAP counts in UTF-16 units, we in bytes. */
static int64_t utf16_units(const char *text, size_t bytes)
{
    int64_t units = 0;
    for (size_t at = 0; at < bytes;) {
        uint32_t code;
        at += utf8_decode(text + at, bytes - at, &code, NULL);
        units += code >= 0x10000 ? 2 : 1;
    }
    return units;
}

size_t session_utf16_offset(const char *text, int64_t units)
{
    return source_span_utf16(text, strlen(text), units);
}

static void completed(struct session *session, const struct message *response, struct request *request)
{
    const struct value *targets = response && response->success ? value_get_array(response->body, "targets") : NULL;
    size_t count = value_count(targets), start = request->start;
    char **words = xcalloc(count + 1, sizeof *words);
    for (size_t i = 0; i < count; i++) {
        const struct value *target = value_at(targets, i);
        words[i] = xstrdup(value_get_text(target, "text", value_get_text(target, "label", "")));
        if (value_get(target, "start"))
            start = session_utf16_offset(request->text, value_get_int(target, "start", 0));
    }
    request->on_completion(session, start, words, count, request->data);
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

/* Where the name that ends at COLUMN begins, for answers that do not say. */
static size_t word_start(const char *text, size_t column)
{
    while (column > 0) {
        unsigned char byte = (unsigned char)text[column - 1];
        if (byte < 0x80 && byte != '_' && !(byte >= '0' && byte <= '9') && !((byte | 32) >= 'a' && (byte | 32) <= 'z'))
            break;
        column--;
    }
    return column;
}

bool session_complete(struct session *session, const char *text, size_t column, session_completion_handler handler,
                      void *data)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    if (session->model->state != MODEL_STOPPED || !frame)
        return false;
    struct value *arguments = session_arguments(session);
    value_set_text(session->out, arguments, "text", text);
    value_set_int(session->out, arguments, "column", utf16_units(text, column) + 1);
    value_set_int(session->out, arguments, "frameId", frame->id);
    struct request request = {.handler = completed,
                              .on_completion = handler,
                              .data = data,
                              .text = xstrdup(text),
                              .start = word_start(text, column)};
    return session_request(session, "completions", arguments, &request) != 0;
}

static void source_arrived(struct session *session, const struct message *response, struct request *request)
{
    const struct value *content = response && response->success ? value_get(response->body, "content") : NULL;
    bool text = content && content->type == VALUE_STRING;
    request->on_source(session, request->path, text ? content->string.bytes : NULL, text ? content->string.length : 0,
                       request->data);
}

bool session_fetch_source(struct session *session, const char *path, int64_t reference, session_source_handler handler,
                          void *data)
{
    struct value *arguments = session_arguments(session);
    struct value *source = session_source_value(session, path ? path : "");
    value_set_int(session->out, source, "sourceReference", reference);
    value_set(session->out, arguments, "source", source);
    value_set_int(session->out, arguments, "sourceReference", reference);
    struct request request = {
        .handler = source_arrived, .path = xstrdup(path ? path : ""), .on_source = handler, .data = data};
    return session_request(session, "source", arguments, &request) != 0;
}
