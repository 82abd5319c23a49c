/* What is shown of one frame: its scopes and variables, fetched page by page.
 *
 * A view is one frame at one stop. A stop brings the view of its top frame along; choosing another
 * frame, or changing a value, fetches a new one: scopes first, then a page of each scope that is not
 * expensive. The tree shown before stays until the new one is whole, so that nothing flickers.
 * Answers name their view; those for an older one are dropped. */
#include "log.h"
#include "model_tree.h"
#include "path_map.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_PAGE     200
#define CHILDREN_PAGE   100
#define REOPEN_MAX      64   /* values expanded anew at a stop without being asked */
#define CHILDREN_MAX    1000 /* rows kept of one value, but for what is open or marked */
#define FROM_END        SIZE_MAX
#define FRAMES_KEPT_MAX 100000

/* Generated functions share a few file names: each listing is a file of its own here, named after its function. */
static void read_disassembly(struct model_frame *frame, const struct value *value)
{
    const char *name = value_get_text(value_get_map(value_get_map(value, "source"), "pytui"), "disassembly", NULL);
    if (!name)
        return;
    frame->listed_file = frame->path;
    frame->path = xasprintf(MODEL_DISASSEMBLY "%s #%lld", name, (long long)(frame->source_reference & 0xffffff));
    frame->source_line = session_number(value_get_map(value, "pytui"), "sourceLine");
}

/* Where a source is not called as its file is. */
static char *read_label(const struct value *source, const char *path)
{
    const char *name = value_get_text(source, "name", NULL), *slash = path ? strrchr(path, '/') : NULL;
    return name && path && strcmp(name, slash && slash[1] ? slash + 1 : path) != 0 &&
                   !value_get(value_get_map(source, "pytui"), "rawPath")
               ? xstrdup(name)
               : NULL;
}

static void read_frame(const struct path_map *paths, struct model_frame *frame, const struct value *value)
{
    const struct value *source = value_get_map(value, "source");
    const struct value *raw = value_get(value_get_map(source, "pytui"), "rawPath");
    frame->id = value_get_int(value, "id", 0);
    frame->name = xstrdup(value_get_text(value, "name", "?"));
    if (raw && raw->type == VALUE_BYTES)
        frame->path = xmemdup(raw->string.bytes, raw->string.length);
    else
        frame->path = xstrdup(value_get_text(source, "path", NULL));
    char *here = path_map_here(paths, frame->path);
    if (here) {
        free(frame->path);
        frame->path = here;
    }
    frame->source_reference = value_get_int(source, "sourceReference", 0);
    frame->label = read_label(source, frame->path);
    read_disassembly(frame, value);
    frame->class_name = xstrdup(value_get_text(value_get_map(value, "pytui"), "className", NULL));
    frame->line = session_number(value, "line");
    frame->column = session_number(value, "column");
    frame->end_line = session_number(value, "endLine");
    frame->end_column = session_number(value, "endColumn");
    frame->subtle = strcmp(value_get_text(value, "presentationHint", ""), "subtle") == 0;
}

static void take_frame(struct session *session, struct model_frame *frame, const struct value *value)
{
    read_frame(session->paths, frame, value);
    if (frame->label)
        model_learn_label(session->model, frame->path, frame->label);
}

static void copy_frame(struct model_frame *copy, const struct model_frame *frame)
{
    *copy = *frame;
    copy->name = xstrdup(frame->name);
    copy->path = xstrdup(frame->path);
    copy->label = xstrdup(frame->label);
    copy->class_name = xstrdup(frame->class_name);
    copy->listed_file = xstrdup(frame->listed_file);
}

void session_read_frames(struct session *session, const struct value *frames)
{
    for (size_t i = 0; i < value_count(frames) && session->model->frame_count < FRAMES_KEPT_MAX; i++)
        take_frame(session, model_frame_add(session->model), value_at(frames, i));
}

struct model_variable *session_view_root(const struct session *session)
{
    return session->incoming ? session->incoming : session->model->root;
}

void session_drop_view(struct session *session)
{
    model_variable_destroy(session->incoming);
    session->incoming = NULL;
    session->incoming_scopes = 0;
    free(session->view_key);
    free(session->view_function);
    session->view_key = session->view_function = NULL;
}

/* A new view, of frame INDEX. */
static void enter_view(struct session *session, size_t index)
{
    session_drop_view(session);
    session->awaited_frame = 0;
    session->view++;
    if (index >= session->model->frame_count)
        return;
    session->view_key = model_frame_key(session->model, index);
    session->view_function = xstrdup(session->model->frames[index].name);
    model_changes_enter(session->model, session->view_key);
}

int session_was_expanded(const struct session *session, const struct model_variable *variable)
{
    if (!session->view_function)
        return -1;
    char *path = model_variable_path(variable);
    int expanded = model_expanded(session->model, session->view_function, path);
    free(path);
    return expanded;
}

static void page_arrived(struct session *session, const struct message *response, struct request *request);

/* Which children of a value are asked for. */
struct wanted_page {
    size_t start, count;
    bool scope;   /* of a scope of the view that is being fetched */
    bool refresh; /* the screen waits for it */
};

static void fetch_page(struct session *session, struct model_variable *variable, const struct wanted_page *page)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->reference);
    value_set_int(session->out, arguments, "start", (int64_t)page->start);
    value_set_int(session->out, arguments, "count", (int64_t)page->count);
    session_arrange(session, variable, arguments);
    variable->loading = true;
    variable->asked = page->start;
    struct request request = {
        .handler = page_arrived,
        .view = session->view,
        .path = model_variable_path(variable),
        .reference = variable->reference,
        .start = page->start,
        .scope = page->scope,
        .refresh = page->refresh,
        .runs_code = variable->lazy,
    };
    if (session_request(session, "variables", arguments, &request) == 0)
        variable->loading = false;
}

static void fetch_first(struct session *session, struct model_variable *variable, bool scope)
{
    fetch_page(session, variable, &(struct wanted_page){.count = CHILDREN_PAGE, .scope = scope, .refresh = true});
}

/* At a stop the page of a value that was looked at before, if it is still there. */
static void fetch_again(struct session *session, struct model_variable *variable)
{
    const char *place = session_remembered(session, variable, "page");
    size_t start = place ? strtoull(place, NULL, 10) : 0;
    int64_t known = variable->indexed > variable->named ? variable->indexed : variable->named;
    if (session_arranged(session, variable) || (int64_t)start >= known)
        start = 0;
    fetch_page(session, variable, &(struct wanted_page){.start = start, .count = CHILDREN_PAGE, .refresh = true});
}

void session_read_fields(struct model_variable *variable, const struct value *value)
{
    const struct value *hint = value_get_map(value, "presentationHint");
    session_replace(&variable->name, value_get_text(value, "name", "?"));
    session_replace(&variable->value, value_get_text(value, "value", ""));
    session_replace(&variable->type, value_get_text(value, "type", NULL));
    session_replace(&variable->evaluate_name, value_get_text(value, "evaluateName", NULL));
    session_replace(&variable->visibility, value_get_text(hint, "visibility", NULL));
    variable->reference = value_get_int(value, "variablesReference", 0);
    variable->lazy = value_get_bool(hint, "lazy", false);
    variable->group = variable->reference > 0 && strcmp(value_get_text(hint, "kind", ""), "virtual") == 0;
    variable->indexed = value_get_int(value, "indexedVariables", 0);
    variable->named = value_get_int(value, "namedVariables", 0);
}

void session_fill_variable(struct session *session, struct model_variable *variable, const struct value *value)
{
    session_read_fields(variable, value);
    session_replace(&variable->marks, session_remembered(session, variable, "marks"));
    model_changes_mark(session->model, variable);
}

/* Open what was open in this function before; answers come later. */
static void reopen(struct session *session, struct model_variable *variable, size_t *budget)
{
    if (*budget == 0 || variable->reference <= 0 || variable->count > 0 || variable->loading)
        return;
    bool open = session_was_expanded(session, variable) == 1;
    if (!open && !model_variable_marked(variable, MODEL_MARK_HOLDS))
        return;
    (*budget)--;
    variable->expanded = open;
    fetch_again(session, variable);
}

void session_reopen(struct session *session, struct model_variable *variable)
{
    size_t budget = 1;
    reopen(session, variable, &budget);
}

/* Rows from START on; those that are there already stay as they are. */
static void read_page(struct session *session, struct model_variable *parent, size_t start, const struct value *page)
{
    const struct value *variables = value_get_array(page, "variables"), *extension = value_get_map(page, "pytui");
    size_t count = value_count(variables);
    bool more = value_get_bool(extension ? extension : page, "more", false) && count > 0;
    int64_t total = value_get_int(extension, "total", 0);
    parent->loading = false;
    for (size_t i = 0; i < count; i++)
        if (!model_variable_child(parent, start + i))
            session_fill_variable(session, model_variable_place(parent, start + i), value_at(variables, i));
    model_variable_learn(parent, start, count, more);
    if (more && total > 0 && (size_t)total > parent->total)
        parent->total = (size_t)total;
    model_variable_trim(parent, start + count / 2, CHILDREN_MAX);
    if (model_variable_is_whole(parent))
        model_changes_complete(session->model, parent);
    session_redisplay(session, parent, start, count);
    size_t budget = REOPEN_MAX, first = model_variable_position(parent, start);
    for (size_t i = first; i < parent->count && parent->children[i]->index < start + count; i++)
        reopen(session, parent->children[i], &budget);
    if (count == 0 && start > 0 && parent->count == 0)
        fetch_first(session, parent, false); /* it was longer at the stop before */
}

/* The tree is whole: show it. */
static void show_incoming(struct session *session)
{
    struct model_variable *root = session->incoming;
    session->incoming = NULL;
    session->model->variables_loading = false;
    model_set_root(session->model, root);
}

struct model_variable *session_find_waiting(struct model_variable *root, const struct request *request)
{
    if (root->loading && root->reference == request->reference && root->asked == request->start)
        return root;
    struct model_variable *found = NULL;
    for (size_t i = 0; i < root->count && !found; i++)
        found = session_find_waiting(root->children[i], request);
    return found;
}

/* Children of a large value are searched or sorted a part of them at a time: ask again for the rest, unless that is no
 * longer wanted. */
static bool look_on(struct session *session, struct model_variable *parent, const struct message *response,
                    const struct request *request)
{
    int64_t looked = value_get_int(value_get_map(response->body, "pytui"), "looked", 0);
    parent->looked = looked > 0 ? (size_t)looked : 0;
    if (looked <= 0)
        return false;
    fetch_page(session, parent,
               &(struct wanted_page){.start = request->start, .count = CHILDREN_PAGE, .scope = request->scope});
    session_changed(session);
    return true;
}

static void page_arrived(struct session *session, const struct message *response, struct request *request)
{
    if (request->view != session->view || !session_view_root(session))
        return;
    struct model_variable *parent = session_find_waiting(session_view_root(session), request);
    if (!parent) /* asked for in the tree before */
        parent = model_variable_find(session_view_root(session), request->path);
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    if (parent && !failure && request->reference == parent->reference && look_on(session, parent, response, request))
        return;
    if (parent && !failure && request->reference == parent->reference) {
        parent->limited = value_get_bool(value_get_map(response->body, "pytui"), "limited", false);
        read_page(session, parent, request->start, response->body);
    } else if (parent) {
        parent->loading = false;
        parent->refused = true;
    }
    if (!response) /* the rest will not come: what is shown stays */
        session->model->variables_loading = false;
    else if (request->scope && session->incoming && --session->incoming_scopes == 0)
        show_incoming(session);
    session_changed(session);
}

static bool is_returns(const struct value *scope)
{
    return strcmp(value_get_text(scope, "presentationHint", ""), "returnValue") == 0;
}

/* The scopes in the order of the screen: what the function returned that was left comes first. */
static const struct value *scope_at(const struct session *session, const struct value *scopes, size_t index)
{
    size_t first = 0;
    while (session->returned_first && first < value_count(scopes) && !is_returns(value_at(scopes, first)))
        first++;
    if (!session->returned_first || first == value_count(scopes) || index > first)
        return value_at(scopes, index);
    return value_at(scopes, index == 0 ? first : index - 1);
}

/* A heading for SCOPE; true if its children are wanted now. */
static bool read_scope(struct session *session, struct model_variable *root, const struct value *scope,
                       struct model_variable **out)
{
    struct model_variable *row = model_variable_create(root);
    row->scope = true;
    row->name = xstrdup(value_get_text(scope, "name", "?"));
    row->value = is_returns(scope) && session->returned_calls
                     ? xasprintf("the last %lld of %lld", (long long)value_get_int(scope, "namedVariables", 0),
                                 (long long)session->returned_calls)
                     : xstrdup("");
    row->reference = value_get_int(scope, "variablesReference", 0);
    row->named = value_get_int(scope, "namedVariables", 0);
    session_replace(&row->marks, session_remembered(session, row, "marks"));
    int expanded = session_was_expanded(session, row);
    row->expanded = expanded < 0 ? !value_get_bool(scope, "expensive", false) : expanded == 1;
    *out = row;
    return row->expanded && row->reference > 0;
}

static const struct value *page_of(const struct value *pages, int64_t reference)
{
    for (size_t i = 0; i < value_count(pages); i++)
        if (value_get_int(value_at(pages, i), "variablesReference", 0) == reference)
            return value_at(pages, i);
    return NULL;
}

void session_read_view(struct session *session, const struct value *snapshot)
{
    enter_view(session, 0);
    struct model_variable *root = model_variable_create(NULL);
    const struct value *scopes = value_get_array(snapshot, "scopes");
    const struct value *pages = value_get_array(snapshot, "pages");
    session->returned_first = value_get_map(snapshot, "returnValue") != NULL;
    session->returned_calls = value_get_int(snapshot, "returnedCalls", 0);
    session_begin_watches(session, root);
    session->model->variables_loading = false;
    model_set_root(session->model, root);
    for (size_t i = 0; i < value_count(scopes); i++) {
        struct model_variable *row;
        bool wanted = read_scope(session, root, scope_at(session, scopes, i), &row);
        const struct value *page = page_of(pages, row->reference);
        if (page && !session_arranged(session, row))
            read_page(session, row, 0, page);
        else if (wanted)
            fetch_first(session, row, false);
    }
    session_read_watches(session, snapshot);
}

static void scopes_arrived(struct session *session, const struct message *response, struct request *request)
{
    if (request->view != session->view)
        return;
    const char *failure = session_failure(response);
    if (failure) {
        session->model->variables_loading = false;
        if (response)
            session_say(session, true, "%s", failure);
        session_changed(session);
        return;
    }
    session->incoming = model_variable_create(NULL);
    session_begin_watches(session, session->incoming);
    const struct value *scopes = value_get_array(response->body, "scopes");
    for (size_t i = 0; i < value_count(scopes); i++) {
        struct model_variable *row;
        if (read_scope(session, session->incoming, scope_at(session, scopes, i), &row)) {
            session->incoming_scopes++;
            fetch_first(session, row, true);
        }
    }
    if (session->incoming_scopes == 0)
        show_incoming(session);
    session_changed(session);
}

void session_refresh(struct session *session)
{
    struct model *model = session->model;
    const struct model_frame *frame = model_frame_selected(model);
    if (model->state != MODEL_STOPPED || !frame)
        return;
    enter_view(session, model->selected_frame);
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "frameId", frame->id);
    model->variables_loading = true;
    session_request(session, "scopes", arguments,
                    &(struct request){.handler = scopes_arrived, .view = session->view, .refresh = true});
    session_ask_watches(session);
}

void session_select_frame(struct session *session, size_t index)
{
    struct model *model = session->model;
    if (model->state != MODEL_STOPPED || index >= model->frame_count || index == model->selected_frame)
        return;
    session->awaited_frame = model->frames[index].missing ? index : 0;
    if (session->awaited_frame) {
        session_fill_frames(session, index, NULL, NULL);
        return;
    }
    model->selected_frame = index;
    session_refresh(session);
    session_changed(session);
}

static void read_stack(struct session *session, const struct value *body)
{
    struct model *model = session->model;
    const struct value *frames = value_get_array(body, "stackFrames");
    session_read_frames(session, frames);
    model->more_frames = value_get_bool(value_get_map(body, "pytui"), "moreFrames", false) &&
                         model->frame_count < FRAMES_KEPT_MAX && value_count(frames) > 0;
}

static void frames_arrived(struct session *session, const struct message *response, struct request *request)
{
    const struct model *model = session->model;
    bool wanted = request->view == model->stops && request->reference == model->chain_shown &&
                  request->start == model->frame_count;
    if (!wanted || !response || !response->success)
        return;
    read_stack(session, response->body);
    session_changed(session);
}

/* Ask for frames from START of the traceback of exception NUMBER, or of the stop's stack; the oldest: START is
 * FROM_END. */
static bool ask_for_frames(struct session *session, int number, size_t start, struct request request)
{
    bool exception = number != MODEL_NO_EXCEPTION, from_end = start == FROM_END;
    struct value *arguments = session_arguments(session);
    if (from_end) {
        struct value *page = value_map(session->out);
        value_set_bool(session->out, page, "fromEnd", true);
        value_set(session->out, arguments, "pytui", page);
        start = 0;
    }
    if (exception)
        value_set_int(session->out, arguments, "exception", number);
    else
        value_set_int(session->out, arguments, "threadId", session->model->thread_id);
    value_set_int(session->out, arguments, "startFrame", (int64_t)start);
    value_set_int(session->out, arguments, "levels", FRAMES_PAGE);
    request.view = session->model->stops;
    request.reference = number;
    request.start = start;
    return session_request(session, exception ? "pytui/exceptionFrames" : "stackTrace", arguments, &request) != 0;
}

static bool frames_on_their_way(const struct session *session, response_handler handler)
{
    for (size_t i = 0; i < session->request_count; i++)
        if (session->requests[i].handler == handler)
            return true;
    return false;
}

void session_more_frames(struct session *session)
{
    struct model *model = session->model;
    if (!model->more_frames || model->state != MODEL_STOPPED)
        return;
    if (!frames_on_their_way(session, frames_arrived))
        ask_for_frames(session, model->chain_shown, model->frame_count, (struct request){.handler = frames_arrived});
}

/* Pages of frames that were missing. */

/* Whether the answer is about the frames that are shown. */
static bool frames_shown(const struct session *session, const struct message *response, const struct request *request)
{
    const struct model *model = session->model;
    return response && response->success && request->view == model->stops && request->reference == model->chain_shown &&
           request->thread == model->thread_id && model->state == MODEL_STOPPED;
}

static void fill_frames(struct session *session, const struct value *frames, size_t start)
{
    struct model *model = session->model;
    for (size_t i = 0; i < value_count(frames) && start + i < FRAMES_KEPT_MAX; i++)
        if (start + i >= model->frame_count || model->frames[start + i].missing)
            take_frame(session, model_frame_put(model, start + i), value_at(frames, i));
}

static void gap_arrived(struct session *session, const struct message *response, struct request *request)
{
    size_t awaited = session->awaited_frame;
    if (!frames_shown(session, response, request))
        return;
    fill_frames(session, value_get_array(response->body, "stackFrames"), request->start);
    session_changed(session);
    if (awaited && awaited < session->model->frame_count && !session->model->frames[awaited].missing) {
        session_select_frame(session, awaited);
        if (session->handlers.selected)
            session->handlers.selected(session, session->handlers.data);
    } else if (awaited) {
        session_fill_frames(session, awaited, NULL, NULL); /* others were on their way */
    }
    if (request->on_frames)
        request->on_frames(session, request->data);
}

static void last_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model *model = session->model;
    if (!frames_shown(session, response, request))
        return;
    const struct value *extension = value_get_map(response->body, "pytui");
    int64_t start = value_get_int(extension, "startFrame", 0);
    if (start >= 0 && start < FRAMES_KEPT_MAX)
        fill_frames(session, value_get_array(response->body, "stackFrames"), (size_t)start);
    model->more_frames = value_get_bool(extension, "moreFrames", false) && model->frame_count < FRAMES_KEPT_MAX;
    session_changed(session);
    if (request->on_frames)
        request->on_frames(session, request->data);
}

void session_last_frames(struct session *session, session_frames_handler handler, void *data)
{
    struct model *model = session->model;
    struct request request = {.handler = last_arrived, .on_frames = handler, .data = data, .thread = model->thread_id};
    if (model->more_frames && model->state == MODEL_STOPPED && !frames_on_their_way(session, last_arrived))
        ask_for_frames(session, model->chain_shown, FROM_END, request);
}

void session_fill_frames(struct session *session, size_t index, session_frames_handler handler, void *data)
{
    const struct model *model = session->model;
    size_t start = index, behind = index < FRAMES_PAGE / 2 ? 0 : index - FRAMES_PAGE / 2;
    if (model->state != MODEL_STOPPED || index >= model->frame_count || !model->frames[index].missing ||
        frames_on_their_way(session, gap_arrived))
        return;
    while (start > behind && model->frames[start - 1].missing)
        start--;
    struct request request = {.handler = gap_arrived, .on_frames = handler, .data = data, .thread = model->thread_id};
    ask_for_frames(session, model->chain_shown, start, request);
}

/* Whether the answer is for this stop; if it failed, that is said. */
static bool frames_wanted(struct session *session, const struct message *response, const struct request *request)
{
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    return !failure && request->view == session->model->stops && session->model->state == MODEL_STOPPED;
}

static void exception_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model *model = session->model;
    if (!frames_wanted(session, response, request))
        return;
    model_frames_clear(model);
    model->chain_shown = (int)request->reference;
    read_stack(session, response->body);
    session_refresh(session);
    session_changed(session);
    if (request->on_frames)
        request->on_frames(session, request->data);
}

bool session_show_exception(struct session *session, int number, session_frames_handler handler, void *data)
{
    return session->model->state == MODEL_STOPPED &&
           ask_for_frames(session, number, 0,
                          (struct request){.handler = exception_arrived, .on_frames = handler, .data = data});
}

static void traceback_arrived(struct session *session, const struct message *response, struct request *request)
{
    if (!frames_wanted(session, response, request))
        return;
    const struct value *list = value_get_array(response->body, "stackFrames");
    size_t count = value_count(list);
    struct model_frame *frames = xcalloc(count + 1, sizeof *frames);
    for (size_t i = 0; i < count; i++)
        read_frame(session->paths, &frames[i], value_at(list, i));
    struct session_traceback part = {
        .number = (int)request->reference,
        .start = request->start,
        .frames = frames,
        .count = count,
        .more = count > 0 && value_get_bool(value_get_map(response->body, "pytui"), "moreFrames", false)};
    request->on_traceback(session, &part, request->data);
    model_frames_free(part.frames, part.count);
    session_changed(session);
}

bool session_ask_traceback(struct session *session, int number, size_t start, session_traceback_handler handler,
                           void *data)
{
    return session->model->state == MODEL_STOPPED &&
           ask_for_frames(session, number, start,
                          (struct request){.handler = traceback_arrived, .on_traceback = handler, .data = data});
}

void session_show_traceback(struct session *session, const struct session_traceback *traceback, size_t selected)
{
    struct model *model = session->model;
    model_frames_clear(model);
    for (size_t i = 0; i < traceback->count && i < FRAMES_KEPT_MAX; i++)
        copy_frame(model_frame_add(model), &traceback->frames[i]);
    model->chain_shown = traceback->number;
    model->more_frames = traceback->more && model->frame_count < FRAMES_KEPT_MAX;
    model->selected_frame = selected < model->frame_count ? selected : 0;
    session_refresh(session);
    session_changed(session);
}

static void set_expanded(struct session *session, struct model_variable *variable, bool expanded)
{
    variable->expanded = expanded;
    if (session->view_function) {
        char *path = model_variable_path(variable);
        model_set_expanded(session->model, session->view_function, path, expanded);
        free(path);
    }
}

void session_expand_at(struct session *session, struct model_variable *variable, size_t index)
{
    set_expanded(session, variable, true);
    if (variable->count == 0 && !variable->loading && session->model->state == MODEL_STOPPED) {
        size_t start = index - index % CHILDREN_PAGE;
        fetch_page(session, variable, &(struct wanted_page){.start = start, .count = CHILDREN_PAGE, .refresh = true});
    }
    session_changed(session);
}

void session_expand(struct session *session, struct model_variable *variable, bool expanded)
{
    if (variable->reference <= 0)
        return;
    set_expanded(session, variable, expanded);
    if (expanded && variable->count == 0 && !variable->loading && session->model->state == MODEL_STOPPED)
        fetch_first(session, variable, false);
    session_changed(session);
}

void session_want_children(struct session *session, struct model_variable *variable, size_t from, size_t until)
{
    struct wanted_page page = {0};
    if (variable->loading || variable->refused || variable->reference <= 0 || session->model->state != MODEL_STOPPED ||
        !model_variable_wanted(variable, from, until, CHILDREN_PAGE, &page.start, &page.count))
        return;
    char place[32];
    snprintf(place, sizeof place, "%zu", page.start);
    session_remember(session, variable, "page", page.start ? place : NULL);
    fetch_page(session, variable, &page);
}

static void variable_set(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure)
        session_say(session, true, "%s", failure);
    else
        session_refresh(session);
    session_changed(session);
}

bool session_set_variable(struct session *session, struct model_variable *variable, const char *expression)
{
    if (session->model->state != MODEL_STOPPED || !variable->parent || variable->parent->reference <= 0) {
        session_say(session, true, "this cannot be assigned to now");
        return false;
    }
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "variablesReference", variable->parent->reference);
    value_set_text(session->out, arguments, "name", variable->name);
    value_set_text(session->out, arguments, "value", expression);
    return session_request(session, "setVariable", arguments,
                           &(struct request){.handler = variable_set, .runs_code = true}) != 0;
}
