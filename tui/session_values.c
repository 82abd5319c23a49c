/* How values are shown and changed: displays of single variables, order and filter of children, the whole
 * text of one, assigning to expressions.
 *
 * What was chosen is remembered by function and path, like what is expanded, and asked for anew at every
 * stop where such a row comes: the backend never runs code of the program for a row by itself. */
#include "loop.h"
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define REDISPLAY_MAX 32 /* rows of one page shown anew in another way */

static const char *const sorts[] = {"definition", "name", "type"};
enum { SORT_COUNT = sizeof sorts / sizeof sorts[0] };

const char *session_remembered(const struct session *session, const struct model_variable *variable, const char *what)
{
    if (!session->view_function)
        return NULL;
    char *path = model_variable_path(variable);
    const char *note = model_note(session->model, what, session->view_function, path);
    free(path);
    return note;
}

void session_remember(struct session *session, const struct model_variable *variable, const char *what,
                      const char *note)
{
    if (!session->view_function)
        return;
    char *path = model_variable_path(variable);
    model_set_note(session->model, what, session->view_function, path, note);
    free(path);
}

/* Marks. */

static void change_marks(struct session *session, struct model_variable *variable, enum model_mark mark, bool on)
{
    char marks[16] = "";
    size_t used = 0;
    for (const char *at = variable->marks; at && *at && used + 2 < sizeof marks; at++)
        if (*at != (char)mark)
            marks[used++] = *at;
    if (on)
        marks[used++] = (char)mark;
    marks[used] = '\0';
    session_replace(&variable->marks, used ? marks : NULL);
    session_remember(session, variable, "marks", used ? marks : NULL);
}

bool session_mark(struct session *session, struct model_variable *variable, enum model_mark mark, bool on)
{
    if (!session->view_function || !variable->parent || (variable->scope && mark == MODEL_MARK_PIN))
        return false;
    change_marks(session, variable, mark, on);
    if (mark == MODEL_MARK_PIN) {
        session->model->any_pinned = true;
        for (struct model_variable *above = variable->parent; on && above->parent; above = above->parent)
            if (!above->scope) /* so that it is fetched at the next stop, open or not */
                change_marks(session, above, MODEL_MARK_HOLDS, true);
    }
    session->model->generation++;
    session_changed(session);
    return true;
}

/* Order and filter. */

const char *session_sorting(const struct session *session)
{
    return sorts[session->sort];
}

bool session_sort(struct session *session, const char *order)
{
    size_t found = 0;
    while (found < SORT_COUNT && strcmp(sorts[found], order) != 0)
        found++;
    if (found == SORT_COUNT)
        return false;
    session->sort = found;
    session_refresh(session);
    return true;
}

void session_match(struct session *session, struct model_variable *parent, const char *text)
{
    session_remember(session, parent, "match", text);
    session_refresh(session);
}

bool session_arranged(const struct session *session, const struct model_variable *variable)
{
    return session->sort != 0 || session_remembered(session, variable, "match");
}

void session_arrange(struct session *session, struct model_variable *variable, struct value *arguments)
{
    const char *match = session_remembered(session, variable, "match");
    session_replace(&variable->match, match);
    if (!match && session->sort == 0)
        return;
    struct value *extension = value_map(session->out);
    value_set_text(session->out, extension, "sort", sorts[session->sort]);
    if (match)
        value_set_text(session->out, extension, "match", match);
    value_set(session->out, arguments, "pytui", extension);
}

/* Displays. */

static void take_display(struct session *session, struct model_variable *variable, const struct value *body)
{
    session_replace(&variable->value, value_get_text(body, "value", ""));
    int64_t reference = value_get_int(body, "variablesReference", 0);
    if (variable->lazy || (reference > 0 && !variable->expanded && variable->count == 0))
        variable->reference = reference; /* of what a presenter gave, or a property's value */
    session_replace(&variable->type, value_get_text(body, "type", ""));
    session->model->generation++;
}

static void displayed(struct session *session, const struct message *response, struct request *request)
{
    struct model_variable *root = session->incoming ? session->incoming : session->model->root;
    struct model_variable *variable =
        request->view == session->view && root ? model_variable_find(root, request->path) : NULL;
    const char *failure = session_failure(response);
    if (variable) {
        variable->loading = false;
        if (!failure) {
            take_display(session, variable, response->body);
        } else {
            char *text = xasprintf("<%s>", failure);
            session_replace(&variable->value, text);
            free(text);
        }
    }
    if (failure && response)
        session_say(session, true, "%s", failure);
    session_changed(session);
}

static void ask_display(struct session *session, struct model_variable *variable, const char *display)
{
    bool hex = strcmp(display, "hex") == 0;
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->parent->reference);
    value_set_text(session->out, arguments, "name", variable->name);
    value_set_text(session->out, arguments, "display", hex ? "default" : display);
    if (hex) {
        struct value *format = value_map(session->out);
        value_set_bool(session->out, format, "hex", true);
        value_set(session->out, arguments, "format", format);
    }
    struct request request = {.handler = displayed,
                              .view = session->view,
                              .path = model_variable_path(variable),
                              .refresh = true,
                              .runs_code = true};
    session_request(session, "pytui/display", arguments, &request);
}

bool session_display(struct session *session, struct model_variable *variable, const char *display)
{
    if (session->model->state != MODEL_STOPPED || variable->scope || variable->group || !variable->parent ||
        variable->parent->reference <= 0) {
        session_say(session, true, "put the cursor on a variable of a stopped program");
        return false;
    }
    bool plain = strcmp(display, "default") == 0;
    session_remember(session, variable, "display", plain ? NULL : display);
    session_replace(&variable->display, plain ? NULL : display);
    if (plain && variable->lazy) {
        session_replace(&variable->value, "");
        session_changed(session);
    } else {
        ask_display(session, variable, display);
    }
    return true;
}

void session_redisplay(struct session *session, struct model_variable *parent, size_t start, size_t count)
{
    size_t budget = REDISPLAY_MAX;
    for (size_t i = model_variable_position(parent, start); i < parent->count && budget > 0; i++) {
        struct model_variable *variable = parent->children[i];
        if (variable->index - start >= count || parent->reference <= 0)
            return;
        const char *display = variable->group ? NULL : session_remembered(session, variable, "display");
        if (!display)
            continue;
        budget--;
        session_replace(&variable->display, display);
        ask_display(session, variable, display);
    }
}

/* The whole text, and assigning to an expression. */

static void result_arrived(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    const char *key = strcmp(request->text, "evaluate") == 0 ? "result" : "value";
    const struct value *body = failure ? NULL : response->body;
    const char *exception = value_get_text(value_get_map(body, "pytui"), "exception", NULL);
    const char *text = failure ? failure : exception ? exception : value_get_text(body, key, "");
    bool assigned = strcmp(request->text, "setExpression") == 0 && !failure;
    request->on_result(session, !failure && !exception, text, request->data);
    if (assigned)
        session_refresh(session);
    session_changed(session);
}

static bool ask(struct session *session, const char *command, struct value *arguments, session_result_handler handler,
                void *data)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    if (session->model->state != MODEL_STOPPED || !frame) {
        session_say(session, true, "there is no stopped program");
        return false;
    }
    value_set_int(session->out, arguments, "frameId", frame->id);
    struct request request = {
        .handler = result_arrived, .on_result = handler, .data = data, .runs_code = true, .text = xstrdup(command)};
    bool sent = session_request(session, command, arguments, &request) != 0;
    return sent;
}

bool session_whole_text(struct session *session, const char *expression, session_result_handler handler, void *data)
{
    struct value *arguments = session_arguments(session);
    value_set_text(session->out, arguments, "expression", expression);
    value_set_text(session->out, arguments, "context", "clipboard");
    return ask(session, "evaluate", arguments, handler, data);
}

bool session_set_expression(struct session *session, const char *target, const char *value,
                            session_result_handler handler, void *data)
{
    struct value *arguments = session_arguments(session);
    value_set_text(session->out, arguments, "expression", target);
    value_set_text(session->out, arguments, "value", value);
    return ask(session, "setExpression", arguments, handler, data);
}
