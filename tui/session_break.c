/* Breakpoints: the model's list is the truth, the backend gets all of a file at once, as DAP has it. */
#include "log.h"
#include "model_tree.h"
#include "path_map.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

static void send_file(struct session *session, const char *path);
static void send_functions(struct session *session);

static void send_for(struct session *session, const struct model_breakpoint *breakpoint)
{
    if (session->phase != PHASE_CONFIGURED)
        return; /* all are sent at the start */
    if (breakpoint->kind == MODEL_BREAKPOINT_LINE)
        send_file(session, breakpoint->path);
    else
        send_functions(session);
}

/* FIELDS with the line or name that the backend is to be asked for. */
static void set_fields(struct model_breakpoint *breakpoint, const struct value *fields)
{
    struct arena *arena = arena_create();
    if (!arena)
        abort();
    struct value *copy = fields ? value_copy(arena, fields) : value_map(arena);
    if (breakpoint->kind == MODEL_BREAKPOINT_FUNCTION)
        value_set_text(arena, copy, "name", breakpoint->function);
    else if (!fields || value_get_int(fields, "line", 0) < 1)
        value_set_int(arena, copy, "line", breakpoint->line);
    arena_destroy(breakpoint->arena);
    breakpoint->arena = arena;
    breakpoint->fields = copy;
}

static int asked_column(const struct value *fields)
{
    int column = session_number(fields, "column");
    return column > 0 ? column : 0;
}

/* What the backend says of BREAKPOINT. */
static void apply(struct session *session, struct model_breakpoint *breakpoint, const struct value *answer)
{
    const struct value *extension = value_get_map(answer, "pytui");
    const char *state = value_get_text(extension, "state", NULL);
    const char *message = value_get_text(answer, "message", NULL);
    bool news = !breakpoint->state || !state || strcmp(breakpoint->state, state) != 0;
    breakpoint->backend_id = value_get_int(answer, "id", breakpoint->backend_id);
    breakpoint->verified = value_get_bool(answer, "verified", false);
    breakpoint->hits = value_get_int(extension, "hits", breakpoint->hits);
    breakpoint->dropped = value_get_int(extension, "dropped", breakpoint->dropped);
    int line = session_number(answer, "line");
    if (breakpoint->kind == MODEL_BREAKPOINT_LINE && line > 0 && line != breakpoint->line) {
        breakpoint->line = line;
        session->model->breakpoint_revision++;
    }
    int asked = asked_column(breakpoint->fields), column = session_number(answer, "column");
    breakpoint->column = asked && column > 0 ? column : asked; /* one that is not bound yet is none of the whole line */
    session_replace(&breakpoint->message, message);
    session_replace(&breakpoint->state, state ? state : breakpoint->verified ? "verified" : "pending");
    if (news && message && (strcmp(breakpoint->state, "moved") == 0 || strcmp(breakpoint->state, "error") == 0))
        session_say(session, strcmp(breakpoint->state, "error") == 0, "%s", message);
}

/* Two that were bound to one line are one: the later goes. True if any did. */
static bool merge_same(struct session *session)
{
    struct model *model = session->model;
    bool merged = false;
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        const struct model_breakpoint *first = model->breakpoints[i];
        if (first->kind != MODEL_BREAKPOINT_LINE)
            continue;
        for (size_t j = model->breakpoint_count; j-- > i + 1;) {
            struct model_breakpoint *other = model->breakpoints[j];
            if (other->kind != first->kind || other->line != first->line || other->column != first->column ||
                strcmp(other->path, first->path) != 0)
                continue;
            session_say(session, false, "line %d has a breakpoint already", first->line);
            model_breakpoint_remove(model, other);
            model->breakpoint_revision++;
            merged = true;
        }
    }
    return merged;
}

static void set(struct session *session, const struct message *response, struct request *request);

/* Whether a newer list is on its way for PATH (NULL: the functions): what is told of the one before is out of date,
 * and could move a breakpoint to where the user has just taken it away from. */
static bool overtaken(const struct session *session, const char *path)
{
    for (size_t i = 0; i < session->request_count; i++) {
        const struct request *waiting = &session->requests[i];
        if (waiting->handler == set && !waiting->path == !path && (!path || strcmp(waiting->path, path) == 0))
            return true;
    }
    return false;
}

static void set(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (!failure && overtaken(session, request->path))
        return;
    if (failure) {
        if (response)
            session_say(session, true, "%s", failure);
        return;
    }
    const struct value *answers = value_get_array(response->body, "breakpoints");
    for (size_t i = 0; i < request->count && i < value_count(answers); i++) {
        struct model_breakpoint *breakpoint = model_breakpoint_find(session->model, request->ids[i]);
        if (breakpoint)
            apply(session, breakpoint, value_at(answers, i));
    }
    if (request->path && merge_same(session))
        send_file(session, request->path);
    session_changed(session);
}

/* Its fields, and the number that people know it by: `after` of others means that. */
static struct value *with_number(struct arena *arena, const struct model_breakpoint *breakpoint)
{
    struct value *fields = value_copy(arena, breakpoint->fields);
    struct value *extension = value_copy(arena, value_get_map(fields, "pytui"));
    if (!extension)
        extension = value_map(arena);
    value_set_int(arena, extension, "number", breakpoint->id);
    value_set(arena, fields, "pytui", extension);
    return fields;
}

/* Append the breakpoints of KIND (and PATH) to ITEMS and their ids to REQUEST. */
static void collect(struct session *session, enum model_breakpoint_kind kind, const char *path, struct value *items,
                    struct request *request)
{
    const struct model *model = session->model;
    request->ids = xcalloc(model->breakpoint_count + 1, sizeof *request->ids);
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        const struct model_breakpoint *breakpoint = model->breakpoints[i];
        if (breakpoint->kind != kind || (path && strcmp(breakpoint->path, path) != 0))
            continue;
        value_append(session->out, items, with_number(session->out, breakpoint));
        request->ids[request->count++] = breakpoint->id;
    }
}

static void send_file(struct session *session, const char *path)
{
    struct value *arguments = session_arguments(session);
    struct value *items = value_array(session->out);
    struct request request = {.handler = set, .path = xstrdup(path)};
    collect(session, MODEL_BREAKPOINT_LINE, path, items, &request);
    value_set(session->out, arguments, "source", session_source_value(session, path));
    value_set(session->out, arguments, "breakpoints", items);
    session_request(session, "setBreakpoints", arguments, &request);
}

static void send_functions(struct session *session)
{
    struct value *arguments = session_arguments(session);
    struct value *items = value_array(session->out);
    struct request request = {.handler = set};
    collect(session, MODEL_BREAKPOINT_FUNCTION, NULL, items, &request);
    value_set(session->out, arguments, "breakpoints", items);
    session_request(session, "setFunctionBreakpoints", arguments, &request);
}

/* Whether an earlier breakpoint already stands for the file of the one at INDEX. */
static bool file_sent(const struct model *model, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (model->breakpoints[i]->kind == MODEL_BREAKPOINT_LINE &&
            strcmp(model->breakpoints[i]->path, model->breakpoints[index]->path) == 0)
            return true;
    return false;
}

void session_send_breakpoints(struct session *session)
{
    const struct model *model = session->model;
    for (size_t i = 0; i < model->breakpoint_count; i++)
        if (model->breakpoints[i]->kind == MODEL_BREAKPOINT_LINE && !file_sent(model, i))
            send_file(session, model->breakpoints[i]->path);
    send_functions(session);
}

struct model_breakpoint *session_add_breakpoint(struct session *session, const char *path, int line,
                                                const struct value *fields)
{
    int column = asked_column(fields);
    struct model_breakpoint *breakpoint = model_breakpoint_at_column(session->model, path, line, column);
    if (!breakpoint) {
        breakpoint = model_breakpoint_add(session->model, MODEL_BREAKPOINT_LINE);
        breakpoint->path = xstrdup(path);
        breakpoint->line = line;
        breakpoint->column = column;
    }
    set_fields(breakpoint, fields);
    send_for(session, breakpoint);
    session->model->breakpoint_revision++;
    session_changed(session);
    return breakpoint;
}

struct model_breakpoint *session_add_function_breakpoint(struct session *session, const char *name,
                                                         const struct value *fields)
{
    struct model_breakpoint *breakpoint = model_breakpoint_add(session->model, MODEL_BREAKPOINT_FUNCTION);
    breakpoint->function = xstrdup(name);
    set_fields(breakpoint, fields);
    send_for(session, breakpoint);
    session->model->breakpoint_revision++;
    session_changed(session);
    return breakpoint;
}

void session_change_breakpoint(struct session *session, int id, const struct value *fields)
{
    struct model_breakpoint *breakpoint = model_breakpoint_find(session->model, id);
    if (!breakpoint)
        return;
    if (breakpoint->kind == MODEL_BREAKPOINT_LINE && session_number(fields, "line") > 0)
        breakpoint->line = session_number(fields, "line");
    breakpoint->column = asked_column(fields);
    const char *name = value_get_text(fields, "name", NULL);
    if (breakpoint->kind == MODEL_BREAKPOINT_FUNCTION && name)
        session_replace(&breakpoint->function, name);
    set_fields(breakpoint, fields);
    session_replace(&breakpoint->state, NULL);
    send_for(session, breakpoint);
    session->model->breakpoint_revision++;
    session_changed(session);
}

static void located(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    const struct value *items = failure ? NULL : value_get_array(response->body, "breakpoints");
    size_t count = value_count(items);
    struct session_location *list = xcalloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct value *item = value_at(items, i);
        list[i] = (struct session_location){session_number(item, "line"), session_number(item, "column"),
                                            session_number(item, "endLine"), session_number(item, "endColumn")};
    }
    request->on_locations(session, failure, list, count, request->data);
    free(list);
}

bool session_ask_locations(struct session *session, const char *path, int line, session_locations_handler handler,
                           void *data)
{
    if (session->phase != PHASE_CONFIGURED)
        return false;
    struct value *arguments = session_arguments(session);
    value_set(session->out, arguments, "source", session_source_value(session, path));
    value_set_int(session->out, arguments, "line", line);
    struct request request = {.handler = located, .on_locations = handler, .data = data};
    session_request(session, "breakpointLocations", arguments, &request);
    return true;
}

void session_remove_breakpoint(struct session *session, int id)
{
    struct model_breakpoint *breakpoint = model_breakpoint_find(session->model, id);
    if (!breakpoint)
        return;
    char *path = xstrdup(breakpoint->path);
    model_breakpoint_remove(session->model, breakpoint);
    if (session->phase == PHASE_CONFIGURED) {
        if (path)
            send_file(session, path);
        else
            send_functions(session);
    }
    free(path);
    session->model->breakpoint_revision++;
    session_changed(session);
}

/* An import may bind it to another line than was thought, where there is one already. */
static void change(struct session *session, struct model_breakpoint *breakpoint, const struct value *news)
{
    int line = breakpoint->line;
    if (overtaken(session, breakpoint->path))
        return; /* the answer says it again */
    char *path = xstrdup(breakpoint->path);
    apply(session, breakpoint, news);
    if (breakpoint->line != line && merge_same(session))
        send_file(session, path);
    free(path);
}

void session_breakpoint_event(struct session *session, const char *reason, const struct value *breakpoint)
{
    struct model *model = session->model;
    int64_t id = value_get_int(breakpoint, "id", 0);
    for (size_t i = 0; id != 0 && i < model->breakpoint_count; i++) {
        if (model->breakpoints[i]->backend_id != id)
            continue;
        if (strcmp(reason, "removed") == 0) {
            model_breakpoint_remove(model, model->breakpoints[i]);
            model->breakpoint_revision++;
        } else {
            change(session, model->breakpoints[i], breakpoint);
        }
        return;
    }
    log_write("session: breakpoint %lld %s is unknown here", (long long)id, reason);
}

/* What was asked for, from what is told of another client's breakpoint. */
static struct value *fields_of(struct arena *arena, const struct value *item)
{
    static const char *const words[] = {"condition", "hitCondition", "logMessage"};
    bool function = value_get_text(item, "function", NULL);
    struct value *fields = value_map(arena), *extension = value_map(arena);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct value *word = value_get(item, words[i]);
        if (word && word->type == VALUE_STRING)
            value_set(arena, function && i == 2 ? extension : fields, words[i], value_copy(arena, word));
    }
    if (!value_get_bool(item, "enabled", true))
        value_set_bool(arena, extension, "enabled", false);
    if (value_get_bool(item, "temporary", false))
        value_set_bool(arena, extension, "temporary", true);
    value_set(arena, fields, "pytui", extension);
    return fields;
}

static void add_told(struct session *session, const struct value *item)
{
    struct arena *arena = arena_create();
    if (!arena)
        abort();
    const struct value *told = value_get_map(item, "breakpoint");
    const char *function = value_get_text(item, "function", NULL);
    const char *path = value_get_text(value_get_map(told, "source"), "path", NULL);
    char *here = path ? path_map_here(session->paths, path) : NULL;
    int line = session_number(told, "line");
    struct model_breakpoint *breakpoint = NULL;
    if (function)
        breakpoint = session_add_function_breakpoint(session, function, fields_of(arena, item));
    else if (path && line > 0)
        breakpoint = session_add_breakpoint(session, here ? here : path, line, fields_of(arena, item));
    if (breakpoint)
        apply(session, breakpoint, told);
    free(here);
    arena_destroy(arena);
}

/* Those of another client, which are shown only: the model's are replaced by them. */
void session_take_breakpoints(struct session *session, const struct value *body)
{
    struct model *model = session->model;
    const struct value *items = value_get_array(body, "breakpoints");
    while (model->breakpoint_count > 0)
        model_breakpoint_remove(model, model->breakpoints[0]);
    for (size_t i = 0; i < value_count(items); i++)
        add_told(session, value_at(items, i));
    model->breakpoint_revision++;
    session_changed(session);
}

static void listed(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    if (!session_failure(response))
        session_take_breakpoints(session, response->body);
}

void session_list_breakpoints(struct session *session)
{
    session_request(session, "pytui/breakpoints", NULL, &(struct request){.handler = listed});
}

/* Exceptions. */

static void filters_set(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (!failure || !response)
        return;
    session_say(session, true, "%s", failure);
    bool any = false;
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++) { /* none of them is in force: show what is */
        struct model_filter *filter = &session->model->filters[i];
        if (!filter->condition)
            continue;
        free(filter->condition);
        free(filter->types);
        *filter = (struct model_filter){0};
        any = true;
    }
    if (any) {
        session->model->breakpoint_revision++;
        session_send_filters(session);
    }
    session_changed(session);
}

void session_send_filters(struct session *session)
{
    struct value *arguments = session_arguments(session);
    struct value *filters = value_array(session->out), *options = value_array(session->out);
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++) {
        const struct model_filter *filter = &session->model->filters[i];
        if (!filter->on)
            continue;
        if (filter->types || filter->condition) {
            struct value *option = value_map(session->out), *extension = value_map(session->out);
            value_set_text(session->out, option, "filterId", model_filter_names[i]);
            if (filter->types)
                value_set_text(session->out, option, "condition", filter->types);
            if (filter->condition) {
                value_set_text(session->out, extension, "condition", filter->condition);
                value_set(session->out, option, "pytui", extension);
            }
            value_append(session->out, options, option);
        } else {
            value_append(session->out, filters, value_text(session->out, model_filter_names[i]));
        }
    }
    value_set(session->out, arguments, "filters", filters);
    if (value_count(options) > 0)
        value_set(session->out, arguments, "filterOptions", options);
    session_request(session, "setExceptionBreakpoints", arguments, &(struct request){.handler = filters_set});
}

/* "A,B  C" as "A, B, C"; NULL when there is no name. The caller owns it. */
static char *tidy_types(const char *types)
{
    char *tidy = NULL, *copy = xstrdup(types ? types : ""), *save = NULL;
    for (char *word = strtok_r(copy, ", ", &save); word; word = strtok_r(NULL, ", ", &save)) {
        char *longer = tidy ? xasprintf("%s, %s", tidy, word) : xstrdup(word);
        free(tidy);
        tidy = longer;
    }
    free(copy);
    return tidy;
}

/* The word "if" in TEXT, or NULL. */
static const char *find_if(const char *text)
{
    for (const char *at = text; (at = strstr(at, "if")); at += 2)
        if ((at == text || strchr(" ,", at[-1])) && at[2] == ' ')
            return at;
    return NULL;
}

void session_set_filter(struct session *session, enum model_filter_kind kind, bool on, const char *types)
{
    struct model_filter *filter = &session->model->filters[kind];
    const char *condition = types ? find_if(types) : NULL;
    char *names = types ? xmemdup(types, condition ? (size_t)(condition - types) : strlen(types)) : NULL;
    char *tidy = tidy_types(names);
    free(names);
    free(filter->types);
    free(filter->condition);
    *filter = (struct model_filter){
        .on = on, .types = tidy, .condition = condition ? xstrdup(condition + 2 + strspn(condition + 2, " ")) : NULL};
    if (session->phase == PHASE_CONFIGURED)
        session_send_filters(session);
    session->model->breakpoint_revision++;
    session_changed(session);
}
