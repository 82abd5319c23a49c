/* The Variables pane: the tree of the selected frame, names, types and values in columns, what
 * changed since the last stop marked. Only visible rows cost; children come page by page. */
#include "pane_variables.h"
#include "app.h"
#include "model.h"
#include "model_tree.h"
#include "pane_commands.h"
#include "prompt.h"
#include "session.h"
#include "term.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variables_pane *pane_variables_of(struct app *app)
{
    return app->panes[PANE_VARIABLES];
}

static void *create(struct app *app)
{
    (void)app;
    return xcalloc(1, sizeof(struct variables_pane));
}

static void destroy(void *data)
{
    struct variables_pane *self = data;
    if (self) {
        free(self->edited);
        free(self->wanted);
        model_watch_finish(&self->removed);
    }
    free(self);
}

struct model_variable *pane_variables_selected(struct app *app)
{
    int depth;
    return model_variable_row(app_model(app), pane_variables_of(app)->list.cursor, &depth);
}

/* A watch without a value is asked for again: that is what one would open. */
static void expand(struct app *app, struct model_variable *variable, bool expanded)
{
    if (variable && variable->watch && variable->state && strcmp(variable->state, "raised") != 0 && expanded)
        session_retry_watch(app_session(app), variable);
    if (variable && variable->reference > 0)
        session_expand(app_session(app), variable, expanded);
    app_damage(app);
}

bool pane_variables_show_exception(struct app *app)
{
    const struct model *model = app_model(app);
    size_t count = model_variable_rows(model);
    int depth;
    bool inside = false;
    for (size_t i = 0; i < count; i++) {
        struct model_variable *row = model_variable_row(model, i, &depth);
        if (row && inside && row->reference > 0) {
            pane_variables_of(app)->list.cursor = i;
            if (!row->expanded)
                session_expand(app_session(app), row, true);
            app_focus(app, PANE_VARIABLES);
            return true;
        }
        inside = row && row->scope && strcmp(row->name, "Exception") == 0;
    }
    return false;
}

void pane_variables_toggle(struct app *app, const char *argument)
{
    (void)argument;
    struct model_variable *variable = pane_variables_selected(app);
    if (variable)
        expand(app, variable, !variable->expanded);
}

void pane_variables_expand(struct app *app, const char *argument)
{
    (void)argument;
    expand(app, pane_variables_selected(app), true);
}

/* Collapse; an already collapsed row takes the cursor to its parent and collapses that, as in pudb. */
void pane_variables_collapse(struct app *app, const char *argument)
{
    (void)argument;
    struct variables_pane *self = pane_variables_of(app);
    struct model_variable *variable = pane_variables_selected(app);
    if (!variable)
        return;
    if (!variable->expanded) {
        const struct model_row *run = model_row_at(app_model(app), self->list.cursor);
        const struct model_variable *parent = variable->parent;
        while (run->first > 0 && run->variable != parent)
            run--;
        if (run->variable != parent)
            return; /* the first scope has no heading to collapse */
        variable = run->variable;
        self->list.cursor = run->first;
    }
    expand(app, variable, false);
}

static void edit_done(struct app *app, const char *text, void *data)
{
    (void)data;
    struct model_variable *variable = pane_variables_selected(app);
    char *path = variable ? model_variable_path(variable) : NULL;
    bool same = path && strcmp(path, pane_variables_of(app)->edited) == 0; /* a stop may have come meanwhile */
    free(path);
    if (!text || !*text)
        return;
    if (same)
        session_set_variable(app_session(app), variable, text);
    else
        app_message(app, true, "the variables changed meanwhile; nothing was assigned");
}

void pane_variables_edit(struct app *app, const char *argument)
{
    struct model_variable *variable = pane_variables_selected(app);
    if (pane_watches_edit(app, argument))
        return;
    if (!variable || variable->scope) {
        app_message(app, true, "put the cursor on a variable to change it");
        return;
    }
    if (*argument) {
        session_set_variable(app_session(app), variable, argument);
        return;
    }
    struct variables_pane *self = pane_variables_of(app);
    free(self->edited);
    self->edited = model_variable_path(variable);
    char label[128];
    snprintf(label, sizeof label, "%.100s = ", variable->name);
    prompt_ask(app, label, variable->value, edit_done, NULL);
}

static void show_as(struct app *app, const char *display)
{
    struct model_variable *variable = pane_variables_selected(app);
    if (variable)
        session_display(app_session(app), variable, display);
    else
        app_message(app, true, "put the cursor on a variable");
}

void pane_variables_display(struct app *app, const char *argument)
{
    static const char *const displays[] = {"default", "type", "repr", "str", "id", "hex", "custom"};
    for (size_t i = 0; i < sizeof displays / sizeof displays[0]; i++) {
        if (strcmp(displays[i], argument) == 0) {
            show_as(app, argument);
            return;
        }
    }
    app_message(app, true, "show-as default, type, repr, str, id, hex or custom");
}

#define DISPLAY(name)                                                                                                  \
    void pane_variables_##name(struct app *app, const char *argument)                                                  \
    {                                                                                                                  \
        (void)argument;                                                                                                \
        show_as(app, #name);                                                                                           \
    }
DISPLAY(default)
DISPLAY(type)
DISPLAY(repr)
DISPLAY(str)
DISPLAY(id)
DISPLAY(hex)
DISPLAY(custom)

void pane_variables_sort(struct app *app, const char *argument)
{
    struct session *session = app_session(app);
    const char *now = session_sorting(session);
    const char *next = strcmp(now, "definition") == 0 ? "name" : strcmp(now, "name") == 0 ? "type" : "definition";
    if (session_sort(session, *argument ? argument : next))
        app_message(app, false, "variables in the order of their %s", session_sorting(session));
    else
        app_message(app, true, "sort definition, name or type");
}

/* The row whose children the filter is for: what holds the selected one; an empty one itself. */
static struct model_variable *filtered(struct app *app)
{
    struct model_variable *variable = pane_variables_selected(app);
    const struct model *model = app_model(app);
    size_t first = model->root && model->root->count > 1 && model->root->children[0]->watches ? 1 : 0;
    if (variable && (variable->watches || variable->watch))
        variable = NULL;
    if (variable && (variable->scope || (variable->expanded && variable->match)))
        return variable;
    if (variable && variable->parent && variable->parent->parent)
        return variable->parent;
    return model->root && model->root->count > first ? model->root->children[first] : NULL;
}

static void filter_typed(struct app *app, const char *text, void *data)
{
    (void)data;
    struct model_variable *parent = filtered(app);
    if (text && parent)
        session_match(app_session(app), parent, *text ? text : NULL);
}

void pane_variables_filter(struct app *app, const char *argument)
{
    const struct model_variable *parent = filtered(app);
    if (!parent)
        app_message(app, true, "there are no variables");
    else if (*argument)
        filter_typed(app, argument, NULL);
    else
        prompt_ask(app, "only with: ", parent->match, filter_typed, NULL);
}

static void text_arrived(struct session *session, bool ok, const char *text, void *data)
{
    struct app *app = data;
    (void)session;
    if (ok) {
        term_copy(app->term, text, strlen(text));
        app_message(app, false, "copied %zu bytes", strlen(text));
    } else {
        app_message(app, true, "%s", text);
    }
}

void pane_variables_copy(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_variable *variable = pane_variables_selected(app);
    if (!variable || !variable->evaluate_name)
        app_message(app, true, "no expression gives this value: it cannot be copied whole");
    else
        session_whole_text(app_session(app), variable->evaluate_name, text_arrived, app);
}

/* Whether VARIABLE or one below it is being searched. */
static struct model_variable *find_looking(struct model_variable *variable)
{
    struct model_variable *found = variable->looked > 0 ? variable : NULL;
    for (size_t i = 0; i < variable->count && !found; i++)
        found = find_looking(variable->children[i]);
    return found;
}

static struct model_variable *looking(struct app *app)
{
    const struct model *model = app_model(app);
    return model->state == MODEL_STOPPED && model->root ? find_looking(model->root) : NULL;
}

/* Esc while the children of a large value are looked through: it is shown as it is. */
static bool end_filter(struct app *app)
{
    struct model_variable *parent = looking(app);
    if (!parent)
        return false;
    bool filter = parent->match;
    if (filter)
        session_match(app_session(app), parent, NULL);
    else
        session_sort(app_session(app), "definition");
    app_message(app, false, "%s was ended before all were looked through", filter ? "the filter" : "sorting");
    return true;
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct variables_pane *self = data;
    if (pane_key_is(key, "Esc"))
        return pane_variables_find_stop(app) || end_filter(app);
    if (!pane_variables_page_key(app, key) && !list_view_key(&self->list, model_variable_rows(app_model(app)), key))
        return false;
    app_damage(app);
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    struct variables_pane *self = data;
    row = row >= 0 && row < VARIABLES_LINES_MAX ? self->line_rows[row] : row;
    if (!list_view_mouse(&self->list, model_variable_rows(app_model(app)), key, row))
        return false;
    int depth;
    const struct model_variable *variable = model_variable_row(app_model(app), self->list.cursor, &depth);
    if (key->mouse == KEY_MOUSE_PRESS && variable && column <= depth * VARIABLES_INDENT + 2)
        pane_variables_toggle(app, "");
    return true;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    const struct variables_pane *self = data;
    pane_variables_find_jump(app);
    const struct model_variable *parent = app_model(app)->state == MODEL_STOPPED ? filtered(app) : NULL;
    size_t count = model_variable_rows(app_model(app));
    const struct model_variable *searched = looking(app);
    int64_t length = searched && searched->indexed > searched->named ? searched->indexed
                     : searched                                      ? searched->named
                                                                     : 0;
    if (searched && length > 0)
        snprintf(buffer, size, "looking … %d %%  Esc ends it", (int)((int64_t)searched->looked * 100 / length));
    else if (searched)
        snprintf(buffer, size, "looking … %zu  Esc ends it", searched->looked);
    else if (parent && parent->match)
        snprintf(buffer, size, "%s%.40s", parent->limited ? "first 200,000 with " : "with ", parent->match);
    else if (parent && parent->limited)
        snprintf(buffer, size, "too many to sort");
    else if (!pane_variables_page_status(app, buffer, size) && count > self->list.rows && self->list.rows > 0)
        snprintf(buffer, size, "%zu/%zu", self->list.cursor + 1, count);
}

const struct pane_ops pane_variables_ops = {
    .title = "Variables",
    .hotkey = 'V',
    .scope = SCOPE_VARIABLES,
    .create = create,
    .destroy = destroy,
    .draw = pane_variables_draw,
    .key = key,
    .mouse = mouse,
    .status = status,
};
