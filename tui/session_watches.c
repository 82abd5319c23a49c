/* Watches: expressions that the user has shown on top of the variables of every frame that they are for.
 *
 * The backend evaluates them at each stop and sends the values along; here they become rows under a heading of
 * their own. Another frame, or a change of the list, asks for them anew. Rows stand there from the beginning and are
 * filled in when values come, so that nothing jumps. */
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define AGAIN_LIMIT 5000 /* ms, of one that was slow and is asked for by itself */

static struct model_watch *find(const struct session *session, int id)
{
    for (size_t i = 0; i < session->model->watch_count; i++)
        if (session->model->watches[i].id == id)
            return &session->model->watches[i];
    return NULL;
}

static bool is_for(const struct model_watch *watch, const struct model_frame *frame)
{
    return watch->kind != MODEL_WATCH_FUNCTION ||
           (frame && strcmp(watch->function, frame->name) == 0 &&
            (!watch->path || (frame->path && strcmp(watch->path, frame->path) == 0)));
}

/* The heading of VIEW's watches, or NULL. */
static struct model_variable *heading_of(struct model_variable *root)
{
    return root && root->count > 0 && root->children[0]->watches ? root->children[0] : NULL;
}

/* The list, as the backend and the user know it. */

void session_send_watches(struct session *session)
{
    const struct model *model = session->model;
    struct value *arguments = session_arguments(session), *list = value_array(session->out);
    for (size_t i = 0; i < model->watch_count; i++) {
        const struct model_watch *watch = &model->watches[i];
        struct value *item = value_map(session->out);
        value_set_int(session->out, item, "id", watch->id);
        value_set_text(session->out, item, "expression", watch->expression);
        if (watch->kind == MODEL_WATCH_FUNCTION) {
            value_set_text(session->out, item, "function", watch->function);
            if (watch->path)
                value_set_text(session->out, item, "path", watch->path);
        }
        value_append(session->out, list, item);
    }
    value_set(session->out, arguments, "watches", list);
    session_request(session, "pytui/setWatches", arguments, &(struct request){.handler = session_report_failure});
}

/* The shown heading becomes what the list now is; values that are known stay until there are new ones. The keys that
 * are typed next may mean a row that has just been asked for. */
static void show_list(struct session *session)
{
    struct model_variable *root = session->model->root;
    if (!root || session->model->state != MODEL_STOPPED)
        return;
    struct model_variable *fresh = model_variable_create(NULL);
    session_begin_watches(session, fresh);
    struct model_variable *heading = heading_of(fresh), *before = heading_of(root);
    for (size_t i = 0; heading && before && i < heading->count; i++)
        for (size_t j = 0; j < before->count; j++)
            if (heading->children[i]->watch == before->children[j]->watch &&
                strcmp(heading->children[i]->name, before->children[j]->name) == 0) {
                struct model_variable *known = before->children[j];
                before->children[j] = heading->children[i];
                heading->children[i] = known;
                known->parent = heading;
                known->index = i;
            }
    model_variable_put_first(root, before, heading);
    fresh->count = 0;
    model_variable_destroy(fresh);
}

static void list_changed(struct session *session)
{
    session->model->watch_revision++;
    session->model->generation++;
    if (session->phase == PHASE_CONFIGURED) {
        session_send_watches(session);
        session_refresh(session);
        show_list(session);
    }
    session_changed(session);
}

const struct model_watch *session_add_watch(struct session *session, const char *expression,
                                            const struct model_watch *like)
{
    struct model *model = session->model;
    for (size_t i = 0; i < model->watch_count; i++)
        if (strcmp(model->watches[i].expression, expression) == 0 && model->watches[i].kind != MODEL_WATCH_FUNCTION) {
            session_say(session, true, "%s is watched already", expression);
            return NULL;
        }
    xgrow(&model->watches, &model->watch_capacity, model->watch_count + 1, sizeof *model->watches);
    struct model_watch *watch = &model->watches[model->watch_count++];
    *watch = (struct model_watch){.id = ++model->last_watch_id, .expression = xstrdup(expression)};
    if (like) {
        watch->kind = like->kind;
        watch->function = xstrdup(like->function);
        watch->path = xstrdup(like->path);
    }
    list_changed(session);
    return find(session, model->last_watch_id);
}

void session_remove_watch(struct session *session, int id)
{
    struct model *model = session->model;
    struct model_watch *watch = find(session, id);
    if (!watch)
        return;
    model_watch_finish(watch);
    size_t index = (size_t)(watch - model->watches);
    memmove(watch, watch + 1, (--model->watch_count - index) * sizeof *watch);
    list_changed(session);
}

void session_change_watch(struct session *session, int id, const char *expression)
{
    struct model_watch *watch = find(session, id);
    if (!watch || strcmp(watch->expression, expression) == 0)
        return;
    session_replace(&watch->expression, expression);
    list_changed(session);
}

bool session_place_watch(struct session *session, int id, enum model_watch_kind kind)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    struct model_watch *watch = find(session, id);
    if (!watch || (kind == MODEL_WATCH_FUNCTION && !frame)) {
        session_say(session, true, "there is no function that this watch could be for");
        return false;
    }
    watch->kind = kind;
    session_replace(&watch->function, kind == MODEL_WATCH_FUNCTION ? frame->name : NULL);
    session_replace(&watch->path, kind == MODEL_WATCH_FUNCTION && frame->source_reference == 0 ? frame->path : NULL);
    list_changed(session);
    return true;
}

/* Rows. */

void session_begin_watches(struct session *session, struct model_variable *root)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    struct model_variable *heading = NULL;
    for (size_t i = 0; i < session->model->watch_count; i++) {
        const struct model_watch *watch = &session->model->watches[i];
        if (!is_for(watch, frame))
            continue;
        if (!heading) {
            heading = model_variable_create(root);
            heading->name = xstrdup("Watches");
            heading->value = xstrdup("");
            heading->scope = heading->watches = true;
            heading->expanded = session_was_expanded(session, heading) != 0;
        }
        struct model_variable *row = model_variable_create(heading);
        row->name = xstrdup(watch->expression);
        row->value = xstrdup("");
        row->watch = watch->id;
        row->loading = true;
    }
}

static void fill_row(struct session *session, struct model_variable *row, const struct value *item)
{
    const char *state = value_get_text(item, "state", NULL);
    model_variable_clear(row);
    row->loading = row->expanded = false;
    session_replace(&row->state, state);
    session_fill_variable(session, row, value_get_map(item, "variable"));
    session_replace(&row->name, find(session, row->watch) ? find(session, row->watch)->expression : row->name);
    session_reopen(session, row);
}

/* Put what came into the rows that wait for it. */
static void fill(struct session *session, const struct value *watches)
{
    struct model_variable *heading = heading_of(session_view_root(session));
    const struct value *items = value_get_array(watches, "items");
    if (!heading || !items)
        return;
    heading->reference = value_get_int(watches, "variablesReference", 0);
    for (size_t i = 0; i < heading->count; i++)
        for (size_t j = 0; j < value_count(items); j++)
            if (value_get_int(value_at(items, j), "id", 0) == heading->children[i]->watch)
                fill_row(session, heading->children[i], value_at(items, j));
    session_redisplay(session, heading, 0, heading->count);
    session->model->generation++;
}

/* What was not answered has no value. */
static void give_up(struct session *session, const char *why)
{
    struct model_variable *heading = heading_of(session_view_root(session));
    for (size_t i = 0; heading && i < heading->count; i++) {
        struct model_variable *row = heading->children[i];
        if (!row->loading)
            continue;
        row->loading = false;
        session_replace(&row->state, "skipped");
        session_replace(&row->value, why);
    }
    session->model->generation++;
}

static void watches_arrived(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (request->view != session->view)
        return;
    if (!failure)
        fill(session, response->body);
    give_up(session, failure ? "<not evaluated>" : "<not evaluated here>");
    if (failure && response)
        session_say(session, true, "%s", failure);
    session_changed(session);
}

/* Evaluate the watch ID alone, or with 0 all, in the selected frame. */
static void ask(struct session *session, int id)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "frameId", frame ? frame->id : 0);
    if (id) {
        struct value *ids = value_array(session->out);
        value_append(session->out, ids, value_int(session->out, id));
        value_set(session->out, arguments, "ids", ids);
        value_set_int(session->out, arguments, "timeLimit", AGAIN_LIMIT);
    }
    session_request(
        session, "pytui/watches", arguments,
        &(struct request){.handler = watches_arrived, .view = session->view, .runs_code = true, .refresh = id == 0});
}

void session_ask_watches(struct session *session)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    for (size_t i = 0; i < session->model->watch_count; i++)
        if (is_for(&session->model->watches[i], frame)) {
            ask(session, 0);
            return;
        }
}

void session_read_watches(struct session *session, const struct value *snapshot)
{
    const struct value *watches = value_get_map(snapshot, "watches");
    if (watches)
        fill(session, watches);
    else if (!value_get_bool(snapshot, "watchesPending", false))
        session_ask_watches(session);
    if (watches)
        give_up(session, "<not evaluated here>");
}

void session_watches_event(struct session *session, const struct value *body)
{
    const struct model_frame *frame = model_frame_selected(session->model);
    if (session->model->state != MODEL_STOPPED || !frame || frame->id != value_get_int(body, "frameId", 0))
        return;
    fill(session, body);
    give_up(session, "<not evaluated here>");
    session_changed(session);
}

bool session_retry_watch(struct session *session, struct model_variable *row)
{
    if (!row->watch || session->model->state != MODEL_STOPPED || row->loading)
        return false;
    row->loading = true;
    ask(session, row->watch);
    session_changed(session);
    return true;
}
