#include "console_transcript.h"

#include "app.h"
#include "model_tree.h"
#include "pane.h"
#include "prompt.h"
#include "session.h"
#include "term.h"
#include "xalloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INDENT        2
#define WRAP_ROWS_MAX 200

/* A line, a row below it, or a row of its value that is not fetched. Once the program went on these cannot be had: one
 * row then stands for all that are missing in a place. */
struct item {
    struct model_line *line;
    struct model_variable *variable; /* NULL: the line itself */
    int depth;
    bool more;  /* not fetched: child `index` of `variable` */
    bool lasts; /* it can be */
    size_t index;
};

static size_t gap_rows(size_t from, size_t until, bool lasts)
{
    return until <= from ? 0 : lasts ? until - from : 1;
}

/* All children, or one more when there are others behind them. */
static size_t end_of(const struct model_variable *variable)
{
    return variable->count ? model_variable_total(variable) + model_variable_has_open_end(variable) : variable->loading;
}

/* Rows below VARIABLE, which is open or not. */
static size_t rows_below(const struct model_variable *variable, bool lasts)
{
    size_t count = 0, next = 0;
    if (!variable || !variable->expanded)
        return 0;
    for (size_t i = 0; i < variable->count; i++) {
        const struct model_variable *child = variable->children[i];
        count += gap_rows(next, child->index, lasts) + 1 + rows_below(child, lasts);
        next = child->index + 1;
    }
    return count + gap_rows(next, end_of(variable), lasts);
}

size_t transcript_items(const struct model *model)
{
    size_t count = model->line_count;
    for (size_t i = 0; i < model->line_count; i++)
        count += rows_below(model->lines[i].value, model_line_lasts(model, &model->lines[i]));
    return count;
}

/* The row INDEX, from 0, below VARIABLE. */
static void find_row(struct model_variable *variable, size_t index, int depth, struct item *out)
{
    size_t next = 0;
    *out = (struct item){.line = out->line, .variable = variable, .depth = depth, .more = true, .lasts = out->lasts};
    for (size_t i = 0; i < variable->count; i++) {
        struct model_variable *child = variable->children[i];
        size_t gap = gap_rows(next, child->index, out->lasts), below = rows_below(child, out->lasts);
        if (index < gap)
            break;
        index -= gap;
        if (index == 0) {
            out->variable = child;
            out->more = false;
            return;
        }
        if (index - 1 < below) {
            find_row(child, index - 1, depth + 1, out);
            return;
        }
        index -= 1 + below;
        next = child->index + 1;
    }
    out->index = next + index;
}

static bool find_item(struct model *model, size_t index, struct item *out)
{
    *out = (struct item){0};
    for (size_t i = 0; i < model->line_count; i++) {
        out->lasts = model_line_lasts(model, &model->lines[i]);
        size_t below = rows_below(model->lines[i].value, out->lasts);
        if (index > below) {
            index -= 1 + below;
            continue;
        }
        out->line = &model->lines[i];
        if (index > 0)
            find_row(model->lines[i].value, index - 1, 1, out);
        return true;
    }
    return false;
}

/* What an item opens; NULL: nothing. */
static struct model_variable *opens(const struct item *item)
{
    struct model_variable *variable = item->variable ? item->variable : item->line->value;
    return variable && !item->more && variable->reference > 0 ? variable : NULL;
}

static enum role line_role(enum model_line_kind kind)
{
    static const enum role roles[] = {
        [MODEL_LINE_INPUT] = ROLE_PROMPT, [MODEL_LINE_ERROR] = ROLE_MESSAGE_ERROR, [MODEL_LINE_NOTE] = ROLE_DIM,
        [MODEL_LINE_RESULT] = ROLE_TEXT,  [MODEL_LINE_OUTPUT] = ROLE_TEXT,
    };
    return roles[kind];
}

/* Screen rows that an item takes. What is open stands below it: one row of its own text is enough. */
static int item_rows(const struct item *item, int columns)
{
    if (item->variable || columns < 1 || (item->line->value && item->line->value->expanded))
        return 1;
    int width = canvas_width(item->line->text, strlen(item->line->text)), room = columns - (item->line->value ? 2 : 0);
    int rows = room < 1 || width <= room ? 1 : (width + room - 1) / room;
    return rows < WRAP_ROWS_MAX ? rows : WRAP_ROWS_MAX;
}

static void draw_wrapped(struct canvas canvas, int row, int rows, struct style style, const char *text)
{
    size_t length = strlen(text), offset = 0;
    for (int i = 0; i < rows && offset <= length; i++) {
        size_t end = offset + canvas_offset(text + offset, length - offset, canvas.columns);
        if (end == offset)
            end = length;
        if (row + i >= 0)
            canvas_text(canvas, row + i, 0, style, text + offset, end - offset);
        offset = end;
    }
}

static void draw_row(struct app *app, struct canvas canvas, int row, const struct item *item)
{
    const struct model_variable *variable = item->variable;
    int column = item->depth * INDENT;
    if (item->more) {
        canvas_label(canvas, row, column + 2, canvas.columns, app_style(app, ROLE_DIM),
                     variable->loading ? "loading …"
                     : item->lasts     ? "…"
                                       : "… more");
        return;
    }
    if (variable->reference > 0)
        canvas_label(canvas, row, column, 1, app_style(app, ROLE_DIM), variable->expanded ? "▾" : "▸");
    column += 2;
    column += canvas_label(canvas, row, column, canvas.columns - column,
                           app_style(app, variable->group ? ROLE_DIM : ROLE_VARIABLE_NAME), variable->name);
    column += 2;
    if (variable->reference > 0 && variable->type && *variable->type)
        column += 2 + canvas_label(canvas, row, column, canvas.columns - column, app_style(app, ROLE_VARIABLE_TYPE),
                                   variable->type);
    canvas_label(canvas, row, column, canvas.columns - column, app_style(app, ROLE_VARIABLE_VALUE),
                 variable->value ? variable->value : "");
}

/* Draw the item so that it begins at ROW, which may be above the canvas. */
static void draw_item(struct app *app, struct canvas canvas, int row, int rows, const struct item *item)
{
    if (item->variable) {
        draw_row(app, canvas, row, item);
        return;
    }
    struct canvas part = canvas;
    if (item->line->value) {
        part = canvas_part(canvas, 0, 2, canvas.rows, canvas.columns - 2);
        if (row >= 0)
            canvas_label(canvas, row, 0, 1, app_style(app, ROLE_DIM), item->line->value->expanded ? "▾" : "▸");
    }
    if (item->line->value && item->line->value->expanded)
        canvas_label(part, row, 0, part.columns, app_style(app, line_role(item->line->kind)), item->line->text);
    else
        draw_wrapped(part, row, rows, app_style(app, line_role(item->line->kind)), item->line->text);
}

/* Scroll so that the cursor's item is seen. */
static void follow(struct transcript *transcript, struct model *model, struct canvas canvas, size_t items)
{
    struct item item;
    if (transcript->cursor >= items)
        transcript->cursor = items ? items - 1 : 0;
    if (transcript->cursor + transcript->scrolled >= items) {
        transcript->scrolled = items ? items - 1 - transcript->cursor : 0;
        return;
    }
    int rows = 0;
    size_t last = items - transcript->scrolled; /* the first that is not shown */
    for (size_t i = transcript->cursor; i < last && find_item(model, i, &item); i++) {
        rows += item_rows(&item, canvas.columns);
        if (rows > canvas.rows && i > transcript->cursor) {
            transcript->scrolled = items - i;
            return;
        }
    }
}

void transcript_draw(struct app *app, struct transcript *transcript, struct canvas canvas, bool focused)
{
    struct model *model = app_model(app);
    size_t items = transcript_items(model);
    transcript->rows = canvas.rows;
    for (size_t i = 0; i < TRANSCRIPT_ROWS; i++)
        transcript->shown[i] = (size_t)-1;
    transcript->scrolled = transcript->scrolled > items ? items : transcript->scrolled;
    transcript->clicked = transcript->clicked && transcript->last_line == model->last_line_id;
    if (transcript->active || transcript->clicked)
        follow(transcript, model, canvas, items);
    int end = canvas.rows; /* the row below the item */
    for (size_t i = items - transcript->scrolled; i-- > 0 && end > 0;) {
        struct item item;
        if (!find_item(model, i, &item))
            break;
        int rows = item_rows(&item, canvas.columns), row = end - rows;
        draw_item(app, canvas, row, rows, &item);
        if (item.more && item.lasts)
            session_want_of_value(app_session(app), item.line, item.variable, item.index, item.index + 1);
        for (int j = row < 0 ? 0 : row; j < end && j < TRANSCRIPT_ROWS; j++)
            transcript->shown[j] = i;
        if (transcript->active && focused && i == transcript->cursor)
            canvas_restyle(canvas, row < 0 ? 0 : row, 0, end - (row < 0 ? 0 : row), canvas.columns,
                           app_style(app, ROLE_SELECTED_FOCUSED));
        end = row;
    }
}

void transcript_enter(struct app *app, struct transcript *transcript)
{
    struct model *model = app_model(app);
    size_t items = transcript_items(model);
    struct item item;
    transcript->active = items > 0;
    transcript->cursor = items ? items - 1 : 0;
    size_t near = items > 200 ? items - 200 : 0;
    for (size_t i = items; i-- > near;) {
        if (find_item(model, i, &item) && opens(&item) && !item.variable) {
            transcript->cursor = i;
            break;
        }
    }
    if (items == 0)
        app_message(app, false, "there is nothing in the console yet");
    app_damage(app);
}

void transcript_scroll(struct app *app, struct transcript *transcript, bool up, size_t by)
{
    size_t items = transcript_items(app_model(app));
    transcript->clicked = false;
    if (up)
        transcript->scrolled += by;
    else
        transcript->scrolled = transcript->scrolled > by ? transcript->scrolled - by : 0;
    if (transcript->scrolled > items)
        transcript->scrolled = items;
}

/* Open or close. OPEN below 0: the other of both. */
static void open_item(struct app *app, const struct item *item, int open)
{
    struct model_variable *variable = opens(item);
    if (variable)
        session_open_value(app_session(app), item->line, variable, open < 0 ? !variable->expanded : open > 0);
}

bool transcript_click(struct app *app, struct transcript *transcript, int row)
{
    struct item item;
    size_t index = row >= 0 && row < TRANSCRIPT_ROWS ? transcript->shown[row] : (size_t)-1;
    if (index == (size_t)-1 || !find_item(app_model(app), index, &item) || !opens(&item))
        return false;
    open_item(app, &item, -1);
    transcript->cursor = index;
    transcript->clicked = true;
    transcript->last_line = app_model(app)->last_line_id;
    return true;
}

/* Close the value, or go to what holds it and close that. */
static void close_item(struct app *app, struct transcript *transcript)
{
    struct item item;
    struct model *model = app_model(app);
    if (!find_item(model, transcript->cursor, &item))
        return;
    struct model_variable *variable = opens(&item);
    int depth = item.depth;
    if (item.variable && (!variable || !variable->expanded))
        while (transcript->cursor > 0 && find_item(model, --transcript->cursor, &item) && item.depth >= depth)
            ;
    open_item(app, &item, 0);
}

static const char *item_text(const struct item *item)
{
    if (!item->variable)
        return item->line->text;
    return item->more || !item->variable->value ? "" : item->variable->value;
}

/* Small letters find capitals too. */
static bool holds(const struct item *item, const char *needle)
{
    bool exact = false;
    for (const char *at = needle; *at; at++)
        exact = exact || isupper((unsigned char)*at);
    const char *text = item_text(item), *name = item->variable && !item->more ? item->variable->name : "";
    return exact ? strstr(text, needle) || strstr(name, needle) : strcasestr(text, needle) || strcasestr(name, needle);
}

/* Going over all that is there, towards one item that holds the needle. */
struct search {
    const char *needle;
    size_t from, index;     /* where it begins; the item that comes next */
    bool newer, lasts;      /* towards newer ones; of the line at hand */
    bool is_near, is_round; /* found */
    size_t near, round;     /* the nearest in the direction; else beginning from the other end */
};

static void look_at(struct search *search, const struct item *item)
{
    size_t index = search->index++;
    if (!holds(item, search->needle))
        return;
    if (search->newer ? index >= search->from && !search->is_near : index <= search->from) {
        search->near = index;
        search->is_near = true;
    }
    if (!search->newer || !search->is_round) {
        search->round = index;
        search->is_round = true;
    }
}

static void look_below(struct search *search, struct item *item, struct model_variable *variable)
{
    size_t next = 0;
    if (!variable || !variable->expanded)
        return;
    for (size_t i = 0; i < variable->count; i++) {
        struct model_variable *child = variable->children[i];
        search->index += gap_rows(next, child->index, search->lasts);
        next = child->index + 1;
        item->variable = child;
        look_at(search, item);
        look_below(search, item, child);
    }
    search->index += gap_rows(next, end_of(variable), search->lasts);
}

/* To the nearest item from FROM on that holds the needle, towards older or newer ones and then round. One pass: ten
 * thousand lines are looked at within a key. */
static bool search(struct app *app, struct transcript *transcript, size_t from, bool newer)
{
    struct model *model = app_model(app);
    struct search state = {.needle = transcript->needle, .from = from, .newer = newer};
    for (size_t i = 0; i < model->line_count; i++) {
        struct item item = {.line = &model->lines[i]};
        state.lasts = model_line_lasts(model, item.line);
        look_at(&state, &item);
        look_below(&state, &item, item.line->value);
    }
    bool found = state.is_near || state.is_round;
    if (found)
        transcript->cursor = state.is_near ? state.near : state.round;
    app_damage(app);
    return found;
}

static void search_changed(struct app *app, const char *text, void *data)
{
    struct transcript *transcript = data;
    snprintf(transcript->needle, sizeof transcript->needle, "%s", text);
    if (!*text || !search(app, transcript, transcript->search_from, false))
        transcript->cursor = transcript->search_from;
}

static void search_done(struct app *app, const char *text, void *data)
{
    struct transcript *transcript = data;
    if (!text)
        transcript->cursor = transcript->search_from;
    else if (*text && !search(app, transcript, transcript->search_from, false))
        app_message(app, true, "'%s' not found", text);
}

static void search_again(struct app *app, struct transcript *transcript, bool newer)
{
    size_t items = transcript_items(app_model(app));
    size_t from = newer ? transcript->cursor + 1 : transcript->cursor + items - 1;
    if (!transcript->needle[0] || items == 0 || !search(app, transcript, from % items, newer))
        app_message(app, true, "nothing to search for, or not found");
}

static void copy(struct app *app, const struct transcript *transcript)
{
    struct item item;
    if (!find_item(app_model(app), transcript->cursor, &item))
        return;
    const char *text = item_text(&item);
    if (app->term)
        term_copy(app->term, text, strlen(text));
    app_message(app, false, "copied %zu bytes", strlen(text));
}

static void move(struct app *app, struct transcript *transcript, bool up, size_t by)
{
    size_t items = transcript_items(app_model(app));
    if (up)
        transcript->cursor = transcript->cursor > by ? transcript->cursor - by : 0;
    else
        transcript->cursor = transcript->cursor + by < items ? transcript->cursor + by : items ? items - 1 : 0;
}

bool transcript_key(struct app *app, struct transcript *transcript, const struct key *key)
{
    size_t page = transcript->rows > 1 ? (size_t)transcript->rows - 1 : 1, all = (size_t)-1 / 2;
    struct item item;
    bool some = find_item(app_model(app), transcript->cursor, &item);
    if (pane_key_is(key, "k Up Ctrl-p j Down Ctrl-n"))
        move(app, transcript, pane_key_is(key, "k Up Ctrl-p"), 1);
    else if (pane_key_is(key, "PgUp Shift-PgUp Ctrl-b PgDn Shift-PgDn Ctrl-f"))
        move(app, transcript, pane_key_is(key, "PgUp Shift-PgUp Ctrl-b"), page);
    else if (pane_key_is(key, "g Home G End"))
        move(app, transcript, pane_key_is(key, "g Home"), all);
    else if (pane_key_is(key, "Enter Space \\") && some)
        open_item(app, &item, -1);
    else if (pane_key_is(key, "l Right") && some)
        open_item(app, &item, 1);
    else if (pane_key_is(key, "h Left"))
        close_item(app, transcript);
    else if (pane_key_is(key, "n N"))
        search_again(app, transcript, pane_key_is(key, "N"));
    else if (pane_key_is(key, "y"))
        copy(app, transcript);
    else if (pane_key_is(key, "/")) {
        transcript->search_from = transcript->cursor;
        prompt_open(app, &(struct prompt_options){
                             .label = "/", .done = search_done, .changed = search_changed, .data = transcript});
    } else if (pane_key_is(key, "Esc q i Tab")) {
        transcript->active = false;
        transcript->scrolled = 0;
    } else {
        return false;
    }
    return true;
}
