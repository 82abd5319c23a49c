/* The Variables pane: the tree of the selected frame, names, types and values in columns, what
 * changed since the last stop marked. Only visible rows cost; children come page by page. */
#include "app.h"
#include "list_view.h"
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

#define INDENT           2
#define NAME_COLUMN      3
#define GAP              2
#define TYPE_COLUMNS_MAX 24

struct variables_pane {
    struct list_view list;
    char *edited; /* owned: path of the variable that the prompt is open for; NULL: none */
};

static struct variables_pane *pane(struct app *app)
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
    if (self)
        free(self->edited);
    free(self);
}

static int text_width(const char *text)
{
    return text ? canvas_width(text, strlen(text)) : 0;
}

/* Rows that only hold others ("special variables") have the whole width for their names. */
static bool is_heading(const struct model_variable *variable)
{
    return variable->scope || variable->group;
}

/* The name column: as wide as the widest name in view with its indentation, at most 40 % of the pane. */
static int name_width(const struct model *model, const struct list_view *list, int rows, int columns)
{
    int width = 6;
    for (int row = 0; row < rows; row++) {
        int depth;
        const struct model_variable *variable = model_variable_row(model, list->top + (size_t)row, &depth);
        if (!variable)
            break;
        int own = is_heading(variable) ? 0 : depth * INDENT + text_width(variable->name);
        width = own > width ? own : width;
    }
    int most = columns * 2 / 5;
    return width < most ? width : most > 4 ? most : 4;
}

static const char *tree_mark(const struct model_variable *variable)
{
    if (variable->reference <= 0)
        return variable->changed ? "~" : NULL;
    return variable->expanded ? "▾" : "▸";
}

/* Whether the value says its type itself: "<module 're'>", "Point(x=1)". */
static bool names_its_type(const struct model_variable *variable)
{
    const char *value = variable->value ? variable->value : "";
    size_t length = strlen(variable->type);
    return value[0] == '<' || (strncmp(value, variable->type, length) == 0 && value[length] == '(');
}

/* "list[20]  [0, 1, 3, …]" or "3", and "was 1" at the right end when there is room. */
static void draw_value(struct app *app, struct canvas canvas, int row, int column,
                       const struct model_variable *variable)
{
    if (!variable->display && variable->reference > 0 && variable->type && *variable->type && !names_its_type(variable))
        column += GAP + canvas_label(canvas, row, column, TYPE_COLUMNS_MAX, app_style(app, ROLE_VARIABLE_TYPE),
                                     variable->type);
    const char *value = variable->value ? variable->value : "";
    int room = canvas.columns - column;
    char was[64] = "";
    if (variable->display) {
        snprintf(was, sizeof was, "%s", variable->display);
        if (room > 2 * text_width(was)) {
            room -= text_width(was) + GAP;
            canvas_label(canvas, row, canvas.columns - text_width(was) - 1, text_width(was), app_style(app, ROLE_DIM),
                         was);
        }
    } else if (variable->previous && variable->reference <= 0) {
        snprintf(was, sizeof was, "was %.*s", (int)canvas_offset(variable->previous, strlen(variable->previous), 16),
                 variable->previous);
        if (text_width(value) + text_width(was) + 3 <= room)
            canvas_label(canvas, row, canvas.columns - text_width(was) - 1, text_width(was), app_style(app, ROLE_DIM),
                         was);
    }
    canvas_label(canvas, row, column, room,
                 app_style(app, variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_VARIABLE_VALUE), value);
}

static void draw_heading(struct app *app, struct canvas canvas, int row, const struct model_variable *heading,
                         int indent)
{
    canvas_label(canvas, row, 1 + indent, 1, app_style(app, ROLE_DIM), heading->expanded ? "▾" : "▸");
    int column = NAME_COLUMN + indent;
    column += canvas_label(canvas, row, column, canvas.columns - column, app_style(app, ROLE_DIM), heading->name);
    char count[64] = "";
    if (heading->match)
        snprintf(count, sizeof count, "with %.*s", (int)canvas_offset(heading->match, strlen(heading->match), 20),
                 heading->match);
    else if (heading->group && heading->named > 0)
        snprintf(count, sizeof count, "%lld", (long long)heading->named);
    canvas_label(canvas, row, column + GAP, canvas.columns, app_style(app, ROLE_DIM), heading->loading ? "…" : count);
}

static void draw_row(struct app *app, struct canvas canvas, int row, const struct model_variable *variable, int depth,
                     int width)
{
    int indent = depth * INDENT;
    if (is_heading(variable)) {
        draw_heading(app, canvas, row, variable, variable->scope ? 0 : indent);
        return;
    }
    const char *mark = tree_mark(variable);
    if (mark)
        canvas_label(canvas, row, 1 + indent, 1, app_style(app, variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_DIM),
                     mark);
    enum role role = variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_VARIABLE_NAME;
    int room = width - indent > 2 ? width - indent : 2;
    canvas_label(canvas, row, NAME_COLUMN + indent, room, app_style(app, role), variable->name);
    int column = NAME_COLUMN + width + GAP;
    if (variable->loading)
        canvas_label(canvas, row, column, canvas.columns - column, app_style(app, ROLE_DIM), "loading …");
    else
        draw_value(app, canvas, row, column, variable);
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct variables_pane *self = data;
    const struct model *model = app_model(app);
    size_t count = model_variable_rows(model);
    list_view_fit(&self->list, count, canvas.rows);
    if (count == 0) {
        const char *note = model->state == MODEL_STOPPED ? (model->variables_loading ? "loading …" : "no variables")
                                                         : "shown when the program stops";
        canvas_label(canvas, 0, NAME_COLUMN, canvas.columns - NAME_COLUMN, app_style(app, ROLE_DIM), note);
        return;
    }
    int width = name_width(model, &self->list, canvas.rows, canvas.columns);
    for (int row = 0; row < canvas.rows; row++) {
        int depth;
        size_t index = self->list.top + (size_t)row;
        const struct model_variable *variable = model_variable_row(model, index, &depth);
        if (!variable)
            break;
        draw_row(app, canvas, row, variable, depth, width);
        if (index == self->list.cursor && focused)
            canvas_restyle(canvas, row, 0, 1, canvas.columns, app_style(app, ROLE_SELECTED_FOCUSED));
    }
}

static struct model_variable *selected(struct app *app, int *depth)
{
    return model_variable_row(app_model(app), pane(app)->list.cursor, depth);
}

/* The row "… 9,900 more" stands last among its siblings: going near it fetches the next page. */
static void fetch_when_near_end(struct app *app)
{
    int depth;
    struct variables_pane *self = pane(app);
    const size_t places[] = {0, self->list.rows};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        size_t ahead = places[i];
        struct model_variable *row = model_variable_row(app_model(app), self->list.cursor + ahead, &depth);
        struct model_variable *parent = row ? row->parent : NULL;
        if (parent && parent->more && !parent->loading && (ahead || row == parent->children[parent->count - 1]))
            session_more_children(app_session(app), parent);
    }
}

static void expand(struct app *app, struct model_variable *variable, bool expanded)
{
    if (variable && variable->reference > 0)
        session_expand(app_session(app), variable, expanded);
    app_damage(app);
}

void pane_variables_toggle(struct app *app, const char *argument)
{
    (void)argument;
    int depth;
    struct model_variable *variable = selected(app, &depth);
    if (variable)
        expand(app, variable, !variable->expanded);
}

void pane_variables_expand(struct app *app, const char *argument)
{
    (void)argument;
    int depth;
    expand(app, selected(app, &depth), true);
}

/* Collapse; an already collapsed row takes the cursor to its parent and collapses that, as in pudb. */
void pane_variables_collapse(struct app *app, const char *argument)
{
    (void)argument;
    int depth;
    struct variables_pane *self = pane(app);
    struct model_variable *variable = selected(app, &depth);
    if (!variable)
        return;
    if (!variable->expanded) {
        size_t row = self->list.cursor;
        const struct model_variable *parent = variable->parent;
        while (row > 0 && model_variable_row(app_model(app), row, &depth) != parent)
            row--;
        variable = model_variable_row(app_model(app), row, &depth);
        if (variable != parent)
            return; /* the first scope has no heading to collapse */
        self->list.cursor = row;
    }
    expand(app, variable, false);
}

static void edit_done(struct app *app, const char *text, void *data)
{
    (void)data;
    int depth;
    struct model_variable *variable = selected(app, &depth);
    char *path = variable ? model_variable_path(variable) : NULL;
    bool same = path && strcmp(path, pane(app)->edited) == 0; /* a stop may have come meanwhile */
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
    int depth;
    struct model_variable *variable = selected(app, &depth);
    if (!variable || variable->scope) {
        app_message(app, true, "put the cursor on a variable to change it");
        return;
    }
    if (*argument) {
        session_set_variable(app_session(app), variable, argument);
        return;
    }
    struct variables_pane *self = pane(app);
    free(self->edited);
    self->edited = model_variable_path(variable);
    char label[128];
    snprintf(label, sizeof label, "%.100s = ", variable->name);
    prompt_ask(app, label, variable->value, edit_done, NULL);
}

static void show_as(struct app *app, const char *display)
{
    int depth;
    struct model_variable *variable = selected(app, &depth);
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
    int depth;
    struct model_variable *variable = selected(app, &depth);
    const struct model *model = app_model(app);
    if (variable && (variable->scope || (variable->expanded && variable->match)))
        return variable;
    if (variable && variable->parent && variable->parent->parent)
        return variable->parent;
    return model->root && model->root->count > 0 ? model->root->children[0] : NULL;
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
    int depth;
    const struct model_variable *variable = selected(app, &depth);
    if (!variable || !variable->evaluate_name)
        app_message(app, true, "no expression gives this value: it cannot be copied whole");
    else
        session_whole_text(app_session(app), variable->evaluate_name, text_arrived, app);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct variables_pane *self = data;
    if (!list_view_key(&self->list, model_variable_rows(app_model(app)), key))
        return false;
    fetch_when_near_end(app);
    app_damage(app);
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    struct variables_pane *self = data;
    if (!list_view_mouse(&self->list, model_variable_rows(app_model(app)), key, row))
        return false;
    fetch_when_near_end(app);
    int depth;
    const struct model_variable *variable = selected(app, &depth);
    if (key->mouse == KEY_MOUSE_PRESS && variable && column <= depth * INDENT + 2)
        pane_variables_toggle(app, "");
    return true;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    const struct variables_pane *self = data;
    const struct model_variable *parent = app_model(app)->state == MODEL_STOPPED ? filtered(app) : NULL;
    size_t count = model_variable_rows(app_model(app));
    if (parent && parent->match)
        snprintf(buffer, size, "%s%.40s", parent->limited ? "first 200,000 with " : "with ", parent->match);
    else if (parent && parent->limited)
        snprintf(buffer, size, "too many to sort");
    else if (count > self->list.rows && self->list.rows > 0)
        snprintf(buffer, size, "%zu/%zu", self->list.cursor + 1, count);
}

const struct pane_ops pane_variables_ops = {
    .title = "Variables",
    .hotkey = 'V',
    .scope = SCOPE_VARIABLES,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .status = status,
};
