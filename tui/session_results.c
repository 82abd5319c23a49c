/* Values in the console that open in place: the children of a result, fetched page by page while the stop that gave it
 * lasts. An answer finds its row by the line's id: lines may be gone by then. */
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>

#define PAGE 50

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
    parent->loading = parent->more = false;
    const struct value *rows = failure ? NULL : value_get_array(response->body, "variables");
    for (size_t i = 0; i < value_count(rows); i++)
        session_read_row(parent, value_at(rows, i));
    if (!failure && value_count(rows) > 0)
        parent->more = value_get_bool(value_get_map(response->body, "pytui"), "more", false);
    session_changed(session);
}

static bool fetch(struct session *session, const struct model_line *line, struct model_variable *variable)
{
    if (session->model->state != MODEL_STOPPED || line->stop != session->model->stops) {
        session_say(session, true, "the program has gone on since: this value cannot be opened any more");
        return false;
    }
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->reference);
    value_set_int(session->out, arguments, "start", (int64_t)variable->count);
    value_set_int(session->out, arguments, "count", PAGE);
    variable->loading = true;
    struct request request = {.handler = page_arrived,
                              .view = line->id,
                              .reference = variable->reference,
                              .start = variable->count,
                              .runs_code = variable->lazy};
    if (session_request(session, "variables", arguments, &request) == 0)
        variable->loading = false;
    return true;
}

void session_open_value(struct session *session, const struct model_line *line, struct model_variable *variable,
                        bool open)
{
    if (variable->reference <= 0)
        return;
    variable->expanded = open;
    if (open && variable->count == 0 && !variable->loading)
        variable->expanded = fetch(session, line, variable);
    session_changed(session);
}

void session_more_of_value(struct session *session, const struct model_line *line, struct model_variable *variable)
{
    if (variable->more && !variable->loading)
        fetch(session, line, variable);
    session_changed(session);
}
