/* Rows of the Variables pane: names, types and values in columns, what changed since the last stop marked. Only
 * visible rows cost. */
#include "app.h"
#include "pane_variables.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMN      3
#define GAP              2
#define TYPE_COLUMNS_MAX 24

static int text_width(const char *text)
{
    return text ? canvas_width(text, strlen(text)) : 0;
}

/* Rows that only hold others ("special variables") have the whole width for their names. */
static bool is_heading(const struct model_variable *variable)
{
    return variable->scope || variable->group;
}

/* A pinned row stands without what holds it: it has its whole name. */
static const char *shown_name(const struct model_variable *variable, int depth)
{
    return depth < 0 && variable->evaluate_name ? variable->evaluate_name : variable->name;
}

/* The name column: as wide as the widest name in view with its indentation, at most 40 % of the pane. */
static int name_width(const struct model *model, const struct list_view *list, int rows, int columns)
{
    int width = 6;
    for (int row = 0; row < rows; row++) {
        int depth;
        const struct model_variable *variable = model_variable_row(model, list->top + (size_t)row, &depth);
        if (!variable)
            continue;
        int own = is_heading(variable) ? 0
                  : depth < 0          ? text_width(shown_name(variable, depth))
                                       : depth * VARIABLES_INDENT + text_width(variable->name);
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
    if (!variable->display && !variable->state && variable->reference > 0 && variable->type && *variable->type &&
        !names_its_type(variable))
        column += GAP + canvas_label(canvas, row, column, TYPE_COLUMNS_MAX, app_style(app, ROLE_VARIABLE_TYPE),
                                     variable->type);
    const char *value = variable->value ? variable->value : "";
    int room = canvas.columns - column;
    char was[64] = "";
    const char *place = variable->watch ? pane_watches_place_of(app, variable->watch) : "";
    bool idle = variable->state && strcmp(variable->state, "raised") != 0;
    if (variable->display || *place || idle) {
        snprintf(was, sizeof was, "%s", idle ? "Enter: again" : variable->display ? variable->display : place);
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
                 app_style(app, variable->state     ? ROLE_DIM
                                : variable->changed ? ROLE_VARIABLE_CHANGED
                                                    : ROLE_VARIABLE_VALUE),
                 value);
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
    else if (heading->scope && heading->value[0])
        snprintf(count, sizeof count, "%.60s", heading->value);
    else if (heading->group && heading->named > 0)
        snprintf(count, sizeof count, "%lld", (long long)heading->named);
    canvas_label(canvas, row, column + GAP, canvas.columns, app_style(app, ROLE_DIM),
                 heading->loading && heading->count == 0 ? "…" : count);
}

/* How many screen rows it takes when its value begins at COLUMN. */
static int row_height(const struct model_variable *variable, int column, int columns)
{
    if (!variable || !model_variable_marked(variable, MODEL_MARK_WRAP) || is_heading(variable) ||
        (variable->loading && variable->count == 0))
        return 1;
    int room = columns - column > 1 ? columns - column - 1 : 1;
    int height = (text_width(variable->value) + room - 1) / room;
    return height > 1 ? height : 1;
}

/* The value over as many rows as it takes. */
static void draw_wrapped(struct app *app, struct canvas canvas, int row, int column,
                         const struct model_variable *variable)
{
    int room = canvas.columns - column > 1 ? canvas.columns - column - 1 : 1;
    const char *text = variable->value;
    size_t left = strlen(text);
    struct style style = app_style(app, variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_VARIABLE_VALUE);
    for (; left > 0 && row < canvas.rows; row++) {
        size_t length = canvas_offset(text, left, room);
        length = length ? length : left;
        canvas_text(canvas, row, column, style, text, length);
        text += length;
        left -= length;
    }
}

static void draw_name(struct app *app, struct canvas canvas, int row, const struct model_variable *variable, int depth,
                      int width)
{
    int indent = depth > 0 ? depth * VARIABLES_INDENT : 0;
    const char *mark = tree_mark(variable);
    if (depth < 0) /* pinned: also one that can be opened */
        canvas_label(canvas, row, 0, 1, app_style(app, ROLE_DIM), "@");
    if (mark)
        canvas_label(canvas, row, 1 + indent, 1, app_style(app, variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_DIM),
                     mark);
    enum role role = variable->changed ? ROLE_VARIABLE_CHANGED : ROLE_VARIABLE_NAME;
    int room = width - indent > 2 ? width - indent : 2;
    int used = canvas_label(canvas, row, NAME_COLUMN + indent, room, app_style(app, role), shown_name(variable, depth));
    if (model_variable_marked(variable, MODEL_MARK_HIGHLIGHT))
        canvas_restyle(canvas, row, NAME_COLUMN + indent, 1, used, app_style(app, ROLE_SEARCH_HIT));
}

/* A row that is not fetched. What it is called depends on the order and the kind of value: nothing is said of it. */
static void draw_missing(struct app *app, struct canvas canvas, int row, int depth)
{
    canvas_label(canvas, row, NAME_COLUMN + depth * VARIABLES_INDENT, 1, app_style(app, ROLE_DIM), "…");
}

static void draw_row(struct app *app, struct canvas canvas, int row, const struct model_variable *variable, int depth,
                     int width)
{
    if (is_heading(variable)) {
        draw_heading(app, canvas, row, variable, variable->scope ? 0 : depth * VARIABLES_INDENT);
        return;
    }
    draw_name(app, canvas, row, variable, depth, width);
    int column = NAME_COLUMN + width + GAP;
    if (variable->loading && variable->count == 0)
        canvas_label(canvas, row, column, canvas.columns - column, app_style(app, ROLE_DIM),
                     variable->watch ? "evaluating …" : "loading …");
    else if (row_height(variable, column, canvas.columns) > 1)
        draw_wrapped(app, canvas, row, column, variable);
    else
        draw_value(app, canvas, row, column, variable);
}

/* Wrapped rows push the cursor down: begin later, until its row is whole on the screen. */
static void keep_cursor_in_view(const struct model *model, struct list_view *list, struct canvas canvas, int column)
{
    int depth, used = 0;
    for (size_t index = list->top; index <= list->cursor; index++)
        used += row_height(model_variable_row(model, index, &depth), column, canvas.columns);
    while (used > canvas.rows && list->top < list->cursor)
        used -= row_height(model_variable_row(model, list->top++, &depth), column, canvas.columns);
}

void pane_variables_draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct variables_pane *self = data;
    const struct model *model = app_model(app);
    size_t count = model_variable_rows(model);
    pane_variables_find_jump(app);
    list_view_fit(&self->list, count, canvas.rows);
    if (count == 0) {
        const char *note = model->state == MODEL_STOPPED ? (model->variables_loading ? "loading …" : "no variables")
                           : model->state == MODEL_ENDED ? "the program has ended"
                                                         : "shown when the program stops";
        canvas_label(canvas, 0, NAME_COLUMN, canvas.columns - NAME_COLUMN, app_style(app, ROLE_DIM), note);
        return;
    }
    int width = name_width(model, &self->list, canvas.rows, canvas.columns), column = NAME_COLUMN + width + GAP;
    keep_cursor_in_view(model, &self->list, canvas, column);
    size_t index = self->list.top;
    for (int row = 0, height; row < canvas.rows; row += height, index++) {
        const struct model_row *run = model_row_at(model, index);
        if (!run)
            break;
        height = row_height(run->variable, column, canvas.columns);
        for (int line = row; line < row + height && line < VARIABLES_LINES_MAX; line++)
            self->line_rows[line] = (unsigned short)(index - self->list.top);
        if (run->variable)
            draw_row(app, canvas, row, run->variable, run->depth, width);
        else
            draw_missing(app, canvas, row, run->depth);
        if (index == self->list.cursor && focused)
            canvas_restyle(canvas, row, 0, height, canvas.columns, app_style(app, ROLE_SELECTED_FOCUSED));
    }
    pane_variables_fetch(app);
}
