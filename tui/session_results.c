/* Values in the console that open in place: the children of a result, fetched page by page while the stop that gave it
 * lasts. An answer finds its row by the line's id: lines may be gone by then. */
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>

#define PAGE      100
#define ROWS_KEPT 1000 /* of one value */

void session_offer_value(struct session *session, const struct value *body)
{
    struct model *model = session->model;
    int64_t reference = value_get_int(body, "variablesReference", 0);
    struct model_line *line = model->line_count > 0 ? &model->lines[model->line_count - 1] : NULL;
    if (!line || reference <= 0 || line->value)
        return;
    line->value = model_variable_create(NULL);
    line->value->name = xstrdup("");
    line->value->reference = reference;
    line->value->indexed = value_get_int(body, "indexedVariables", 0);
    line->value->named = value_get_int(body, "namedVariables", 0);
    line->stop = model->stops;
}

static struct model_line *find_line(struct model *model, uint64_t id)
{
    for (size_t i = model->line_count; i-- > 0;)
        if (model->lines[i].id == id)
            return &model->lines[i];
    return NULL;
}

static void page_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model_line *line = find_line(session->model, request->view);
    struct model_variable *parent = line && line->value ? session_find_waiting(line->value, request) : NULL;
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    if (!parent)
        return;
    parent->loading = false;
    parent->refused = failure != NULL;
    const struct value *rows = failure ? NULL : value_get_array(response->body, "variables");
    for (size_t i = 0; i < value_count(rows); i++)
        if (!model_variable_child(parent, request->start + i))
            session_read_fields(model_variable_place(parent, request->start + i), value_at(rows, i));
    if (!failure) {
        bool more = value_get_bool(value_get_map(response->body, "pytui"), "more", false);
        model_variable_learn(parent, request->start, value_count(rows), more && value_count(rows) > 0);
        model_variable_trim(parent, request->start + value_count(rows) / 2, ROWS_KEPT);
    }
    session_changed(session);
}

static void fetch(struct session *session, const struct model_line *line, struct model_variable *variable, size_t start,
                  size_t count)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->reference);
    value_set_int(session->out, arguments, "start", (int64_t)start);
    value_set_int(session->out, arguments, "count", (int64_t)count);
    variable->loading = true;
    variable->asked = start;
    struct request request = {.handler = page_arrived,
                              .view = line->id,
                              .reference = variable->reference,
                              .start = start,
                              .runs_code = variable->lazy};
    if (session_request(session, "variables", arguments, &request) == 0)
        variable->loading = false;
}

void session_open_value(struct session *session, const struct model_line *line, struct model_variable *variable,
                        bool open)
{
    if (variable->reference <= 0)
        return;
    bool fetched = variable->count > 0 || variable->loading;
    if (open && !fetched && !model_line_lasts(session->model, line)) {
        session_say(session, true, "the program has gone on since: this value cannot be opened any more");
        return;
    }
    variable->expanded = open;
    if (open && !fetched)
        fetch(session, line, variable, 0, PAGE);
    session_changed(session);
}

void session_want_of_value(struct session *session, const struct model_line *line, struct model_variable *variable,
                           size_t from, size_t until)
{
    size_t start, count;
    if (!variable->loading && !variable->refused && model_line_lasts(session->model, line) &&
        model_variable_wanted(variable, from, until, PAGE, &start, &count))
        fetch(session, line, variable, start, count);
}
