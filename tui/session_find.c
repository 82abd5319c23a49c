/* Looking for a child by its text, a slice at a time, among those that are not fetched. */
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"

/* The row at or below ROOT whose children REFERENCE gives. */
static struct model_variable *find_reference(struct model_variable *root, int64_t reference)
{
    struct model_variable *found = root->reference == reference ? root : NULL;
    for (size_t i = 0; i < root->count && !found; i++)
        found = find_reference(root->children[i], reference);
    return found;
}

static size_t read_index(const struct value *body, const char *key)
{
    int64_t number = value_get_int(body, key, 0);
    return number > 0 ? (size_t)number : 0;
}

static void found_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model_variable *root = request->view == session->view ? session_view_root(session) : NULL;
    struct model_variable *parent = root ? find_reference(root, request->reference) : NULL;
    const char *failure = session_failure(response);
    struct session_found found = {.failed = failure || !parent};
    if (failure && response)
        session_say(session, true, "%s", failure);
    if (!found.failed) {
        found.hit = value_get(response->body, "index") != NULL;
        found.index = read_index(response->body, "index");
        found.next = read_index(response->body, "next");
        found.more = value_get_bool(response->body, "more", false);
        if (found.hit && parent->count > 0 && found.index >= model_variable_total(parent))
            parent->total = found.index + 1;
    }
    session_changed(session);
    request->on_find(session, &found, request->data);
}

bool session_find_child(struct session *session, struct model_variable *variable, const struct session_search *search,
                        session_find_handler handler, void *data)
{
    if (session->model->state != MODEL_STOPPED || variable->reference <= 0 || variable->lazy)
        return false;
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->reference);
    value_set_text(session->out, arguments, "text", search->text);
    value_set_int(session->out, arguments, "start", (int64_t)search->start);
    if (search->end)
        value_set_int(session->out, arguments, "end", (int64_t)search->end);
    value_set_bool(session->out, arguments, "caseSensitive", search->exact);
    value_set_bool(session->out, arguments, "last", search->last);
    session_arrange(session, variable, arguments);
    struct request request = {.handler = found_arrived,
                              .view = session->view,
                              .reference = variable->reference,
                              .on_find = handler,
                              .data = data};
    return session_request(session, "pytui/findVariable", arguments, &request) != 0;
}
