/* The cursor is on an exception or one of its frames, and found again when rows come or go above it. Frames are asked
 * for when they come to be seen, so that a chain of sixty costs no more than what fits on the screen. */
#include "exception_view.h"

#include "app.h"
#include "dialog_private.h"
#include "dialog_search.h"
#include "exception_rows.h"
#include "list_view.h"
#include "model.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "session.h"
#include "source_span.h"
#include "term.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_INDENT 4
#define FRAMES_STEP   200

struct exception_view {
    struct exception_rows *rows; /* owned */
    uint64_t stop;               /* that it is of */
    char *trace;                 /* owned: the traceback as text */
    struct list_view list;
    struct dialog_search search;
    int columns;         /* of the last canvas */
    int row;             /* of the list on the screen, for the mouse */
    bool done;           /* to be closed */
    bool leave;          /* and on to Variables, for what is left out here */
    size_t item, chosen; /* with `show`: whose frame, and which */
    bool show;
};

static void view_measure(const struct dialog *dialog, int *rows, int *columns)
{
    (void)dialog;
    *rows = *columns = 10000; /* all of the screen */
}

static bool view_key(struct app *app, struct dialog *dialog, const struct key *key);
static void view_draw(struct app *app, struct dialog *dialog, struct canvas canvas);
static void view_answer(struct app *app, struct dialog *dialog, bool cancelled);
static void view_destroy(struct dialog *dialog);

static const struct dialog_ops view_ops = {view_measure, view_draw,    view_key,
                                           view_answer,  view_destroy, .scope = SCOPE_EXCEPTION};

static struct exception_view *opened(const struct app *app)
{
    return app->dialog && app->dialog->ops == &view_ops ? app->dialog->data : NULL;
}

static bool is_frame(const struct exception_row *row)
{
    return row->kind == EXCEPTION_ROW_FRAME || row->kind == EXCEPTION_ROW_SOURCE;
}

/* Rows that the cursor is on at once: a frame and its line, an exception and its message. */
static bool same_place(const struct exception_row *a, const struct exception_row *b)
{
    if (a->item != b->item || is_frame(a) != is_frame(b))
        return false;
    bool heads = a->kind <= EXCEPTION_ROW_TEXT && b->kind <= EXCEPTION_ROW_TEXT;
    return is_frame(a) ? a->frame == b->frame : heads || a->kind == b->kind;
}

/* The rows anew, with the cursor and the first row where they were. */
static void rebuild(struct exception_view *view, int columns)
{
    struct exception_rows *rows = view->rows;
    size_t *const places[] = {&view->list.cursor, &view->list.top};
    struct exception_row before[2] = {{0}};
    size_t offsets[2] = {0};
    for (size_t i = 0; i < 2 && rows->count > 0; i++) {
        size_t at = *places[i] < rows->count ? *places[i] : rows->count - 1, first = at;
        before[i] = rows->rows[at];
        while (first > 0 && same_place(&rows->rows[first - 1], &before[i]))
            first--;
        offsets[i] = at - first;
    }
    bool known = rows->count > 0;
    view->columns = columns;
    exception_rows_build(rows, columns);
    for (size_t i = 0; i < 2 && known; i++) {
        size_t at = 0;
        while (at < rows->count && !same_place(&rows->rows[at], &before[i]))
            at++;
        *places[i] = at < rows->count ? at + offsets[i] : *places[i];
    }
}

/* The open viewer, its rows as they are now; NULL and a message when there is none. */
static struct exception_view *wanted(struct app *app)
{
    struct exception_view *view = opened(app);
    if (view)
        rebuild(view, view->columns);
    else
        app_message(app, true, "the exception viewer is not open; :exception opens it");
    return view;
}

/* Frames. */

static void ask_for_frames(struct app *app, struct exception_view *view, struct exception_item *item);
static void search_from(struct app *app, struct exception_view *view, size_t from, bool backwards);

static void frames_arrived(struct session *session, struct session_traceback *part, void *data)
{
    struct app *app = data;
    struct exception_view *view = opened(app);
    if (!view || view->stop != session_model(session)->stops || !exception_rows_take(view->rows, part))
        return;
    rebuild(view, view->columns);
    if (view->search.missed) /* typed faster than they came */
        search_from(app, view, view->search.begin, false);
    struct exception_item *item = &view->rows->items[part->number];
    if (item->shown > item->count && item->more && item->shown > EXCEPTION_ROWS_FIRST)
        ask_for_frames(app, view, item); /* more were wanted meanwhile */
}

static void ask_for_frames(struct app *app, struct exception_view *view, struct exception_item *item)
{
    if (item->traceback && !item->asked && view->stop == app_model(app)->stops)
        item->asked = session_ask_traceback(app_session(app), item->number, item->count, frames_arrived, app);
}

/* The next frames of the exception; the cursor goes to the last one there was. */
static void show_more(struct app *app, struct exception_view *view, struct exception_item *item)
{
    item->shown += FRAMES_STEP;
    if (item->shown > item->count && item->more)
        ask_for_frames(app, view, item);
    while (view->list.cursor > 0 && view->rows->rows[view->list.cursor].kind != EXCEPTION_ROW_FRAME)
        view->list.cursor--;
}

/* Drawing. */

static int text_column(const struct exception_view *view, const struct exception_row *row)
{
    const struct exception_item *item = &view->rows->items[row->item];
    int indent = exception_rows_indent(item);
    return row->kind == EXCEPTION_ROW_HEAD     ? indent + (int)strlen(item->relation)
           : row->kind == EXCEPTION_ROW_SOURCE ? indent + SOURCE_INDENT
                                               : indent;
}

/* What the row says behind its indentation, for drawing and searching. */
static const char *row_text(const struct exception_view *view, size_t index, char *buffer, size_t size, size_t *length)
{
    const struct exception_row *row = &view->rows->rows[index];
    const struct exception_item *item = &view->rows->items[row->item];
    *length = row->length;
    if (row->kind == EXCEPTION_ROW_MORE)
        snprintf(buffer, size, "… more frames, %zu are shown", item->shown < item->count ? item->shown : item->count);
    else if (row->kind == EXCEPTION_ROW_FRAME)
        exception_rows_place(&item->frames[row->frame], buffer, size);
    else
        return row->text;
    *length = strlen(buffer);
    return buffer;
}

/* A source line without its indentation, moved to the left where what failed would not be seen. */
static void draw_source(struct app *app, const struct exception_view *view, const struct exception_row *row,
                        struct canvas line, struct style style)
{
    const struct model_frame *frame = &view->rows->items[row->item].frames[row->frame];
    struct source_span span;
    bool marked = source_span_find(frame, row->text, row->length, &span);
    size_t first = 0;
    while (first < row->length && (row->text[first] == ' ' || row->text[first] == '\t' || row->text[first] == '\f'))
        first++;
    int left = canvas_width(row->text, first);
    int start = marked ? canvas_width(row->text, span.offset) : 0;
    int end = marked ? canvas_advance(row->text + span.offset, span.length, start) : 0;
    int room = line.columns - (canvas_width(row->text, row->length) > end); /* where it goes on "…" is behind it */
    if (end - left > room)
        left = end - room < start ? end - room : start;
    canvas_text(line, 0, -left, style, row->text, row->length);
    if (canvas_width(row->text, row->length) - left > line.columns)
        canvas_label(line, 0, line.columns - 1, 1, style, "…");
    if (marked)
        canvas_restyle(line, 0, start - left, 1, end - start, app_style(app, ROLE_SUB_EXPRESSION));
    dialog_search_mark(app, &view->search, line, -left, row->text, row->length);
}

static enum role row_role(const struct exception_view *view, const struct exception_row *row)
{
    const struct exception_item *item = &view->rows->items[row->item];
    if (row->kind == EXCEPTION_ROW_HEAD || row->kind == EXCEPTION_ROW_TEXT)
        return ROLE_DIALOG_TITLE;
    bool dim = row->kind == EXCEPTION_ROW_MORE || row->kind == EXCEPTION_ROW_NOTE ||
               (row->kind == EXCEPTION_ROW_FRAME && item->frames[row->frame].subtle);
    return dim ? ROLE_DIALOG_HINT : ROLE_DIALOG;
}

static void draw_head(struct app *app, const struct exception_item *item, struct canvas line, int column,
                      struct style style)
{
    int mark = column - (int)strlen(item->relation) - 2;
    canvas_label(line, 0, mark, 2, style, item->closed ? "▸" : "▾");
    canvas_label(line, 0, mark + 2, line.columns - mark - 2, style_over(style, app_style(app, ROLE_DIALOG_HINT)),
                 item->relation);
}

static void draw_row(struct app *app, const struct exception_view *view, size_t index, bool chosen, struct canvas line)
{
    const struct exception_row *row = &view->rows->rows[index];
    struct style style = dialog_style(app, chosen ? ROLE_SELECTED_FOCUSED : row_role(view, row));
    char buffer[512];
    size_t length;
    const char *text = row_text(view, index, buffer, sizeof buffer, &length);
    int column = text_column(view, row);
    canvas_fill(line, 0, 0, 1, line.columns, style);
    if (row->kind == EXCEPTION_ROW_SOURCE) {
        draw_source(app, view, row, canvas_part(line, 0, column, 1, line.columns - column), style);
        return;
    }
    if (row->kind == EXCEPTION_ROW_HEAD)
        draw_head(app, &view->rows->items[row->item], line, column, chosen ? style : dialog_style(app, ROLE_DIALOG));
    canvas_text(line, 0, column, style, text, length);
    dialog_search_mark(app, &view->search, line, column, text, length);
}

/* Frames are asked for as their exceptions are seen: there will be further rows. */
static bool lacks_frames(const struct exception_view *view)
{
    const struct exception_rows *rows = view->rows;
    for (size_t i = 0; i < rows->count; i++) {
        const struct exception_item *item = &rows->items[rows->rows[i].item];
        if (item->traceback && !item->known && !item->closed)
            return true;
    }
    return false;
}

static void draw_foot(struct app *app, const struct exception_view *view, struct canvas row, int shown)
{
    struct style style = dialog_style(app, ROLE_DIALOG_HINT);
    if (view->search.edit) {
        dialog_search_draw(app, &view->search, row);
        return;
    }
    if (app->message[0]) {
        enum role role = app->message_error ? ROLE_MESSAGE_ERROR : ROLE_DIALOG;
        canvas_label(row, 0, 0, row.columns, dialog_style(app, role), app->message);
        return;
    }
    char text[512] = "", key[64];
    size_t used = 0, count = view->rows->count;
    if (count > (size_t)shown)
        used = (size_t)snprintf(text, sizeof text, "%zu of %zu%s   ", view->list.cursor + 1, count,
                                lacks_frames(view) ? "+" : "");
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].scope != SCOPE_EXCEPTION || !commands[i].hint)
            continue;
        keymap_keys(app->keymap, &commands[i], key, sizeof key);
        key[strcspn(key, ",")] = '\0';
        int more = *key ? snprintf(text + used, sizeof text - used, "%s %s   ", key, commands[i].hint) : 0;
        used += more > 0 && (size_t)more < sizeof text - used ? (size_t)more : 0;
    }
    canvas_label(row, 0, 0, row.columns, style, text);
}

static void view_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct exception_view *view = dialog->data;
    int foot = canvas.rows > 3 ? 2 : 0, shown = canvas.rows - foot;
    rebuild(view, canvas.columns);
    struct exception_rows *rows = view->rows;
    view->row = canvas.row;
    list_view_fit(&view->list, rows->count, shown);
    size_t below = view->list.cursor + 1; /* a frame's line is seen with it */
    if (shown > 1 && below == view->list.top + (size_t)shown && below < rows->count &&
        rows->rows[below].kind == EXCEPTION_ROW_SOURCE)
        view->list.top++;
    for (size_t i = 0; i < (size_t)shown && view->list.top + i < rows->count; i++) {
        size_t index = view->list.top + i;
        struct exception_item *item = &rows->items[rows->rows[index].item];
        bool chosen = same_place(&rows->rows[index], &rows->rows[view->list.cursor]);
        draw_row(app, view, index, chosen, canvas_part(canvas, (int)i, 0, 1, canvas.columns));
        if (!item->known && !item->closed)
            ask_for_frames(app, view, item);
    }
    if (foot)
        draw_foot(app, view, canvas_part(canvas, canvas.rows - 1, 0, 1, canvas.columns), shown);
}

/* Searching. */

static bool row_has(const void *data, size_t index)
{
    const struct exception_view *view = data;
    char buffer[512];
    size_t length, offset;
    const char *text = row_text(view, index, buffer, sizeof buffer, &length);
    return dialog_search_find(&view->search, text, length, &offset);
}

static void search_from(struct app *app, struct exception_view *view, size_t from, bool backwards)
{
    size_t count = view->rows->count;
    size_t found = count ? dialog_search_next(count, from % count, backwards, row_has, view) : 0;
    view->search.missed = found == count;
    if (found < count)
        view->list.cursor = found;
    else if (view->search.edit)
        view->list.cursor = view->search.begin;
    else
        app_message(app, true, "%s", view->search.needle ? "not found in what is shown" : "nothing to search for");
}

static void search_key(struct app *app, struct exception_view *view, const struct key *key)
{
    enum dialog_search_result result = dialog_search_key(&view->search, key);
    if (result == DIALOG_SEARCH_CHANGED)
        search_from(app, view, view->search.begin, false);
    else if (result == DIALOG_SEARCH_CANCELLED)
        view->list.cursor = view->search.begin;
    else if (result == DIALOG_SEARCH_DONE && view->search.missed)
        search_from(app, view, view->search.begin, false);
}

void exception_view_search(struct app *app, const char *argument)
{
    struct exception_view *view = wanted(app);
    (void)argument;
    if (!view)
        return;
    for (size_t i = 0; i < view->rows->item_count; i++) /* at most sixty-four */
        if (!view->rows->items[i].known)
            ask_for_frames(app, view, &view->rows->items[i]);
    dialog_search_begin(&view->search, view->list.cursor);
}

static void search_again(struct app *app, bool backwards)
{
    struct exception_view *view = wanted(app);
    if (view && view->rows->count)
        search_from(app, view, view->list.cursor + (backwards ? view->rows->count - 1 : 1), backwards);
}

void exception_view_search_next(struct app *app, const char *argument)
{
    (void)argument;
    search_again(app, false);
}

void exception_view_search_previous(struct app *app, const char *argument)
{
    (void)argument;
    search_again(app, true);
}

/* Moving, opening, closing. */

/* The row that the cursor is on, and its exception; NULL when nothing is shown. */
static const struct exception_row *cursor_row(struct app *app, struct exception_view **view,
                                              struct exception_item **item)
{
    *view = wanted(app);
    if (!*view || (*view)->list.cursor >= (*view)->rows->count)
        return NULL;
    const struct exception_row *row = &(*view)->rows->rows[(*view)->list.cursor];
    *item = &(*view)->rows->items[row->item];
    return row;
}

/* Close or open the exception that the cursor is on or in; the cursor is on its first row then. */
static void set_closed(struct app *app, bool closed)
{
    struct exception_view *view;
    struct exception_item *item;
    const struct exception_row *row = cursor_row(app, &view, &item);
    if (!row)
        return;
    size_t index = row->item;
    item->closed = closed;
    exception_rows_build(view->rows, view->columns);
    for (size_t i = 0; i < view->rows->count; i++)
        if (view->rows->rows[i].kind == EXCEPTION_ROW_HEAD && view->rows->rows[i].item == index)
            view->list.cursor = i;
}

void exception_view_expand(struct app *app, const char *argument)
{
    (void)argument;
    set_closed(app, false);
}

void exception_view_collapse(struct app *app, const char *argument)
{
    struct exception_view *view;
    struct exception_item *item;
    const struct exception_row *row = cursor_row(app, &view, &item);
    (void)argument;
    if (row)
        set_closed(app, item->closed || row->kind == EXCEPTION_ROW_HEAD);
}

void exception_view_toggle(struct app *app, const char *argument)
{
    struct exception_view *view;
    struct exception_item *item;
    (void)argument;
    if (cursor_row(app, &view, &item))
        set_closed(app, !item->closed);
}

void exception_view_show(struct app *app, const char *argument)
{
    struct exception_view *view;
    struct exception_item *item;
    const struct exception_row *row = cursor_row(app, &view, &item);
    (void)argument;
    if (!row)
        return;
    if (is_frame(row)) {
        view->item = row->item;
        view->chosen = row->frame;
        view->show = view->done = true;
    } else if (row->kind == EXCEPTION_ROW_MORE) {
        show_more(app, view, item);
    } else if (row->kind == EXCEPTION_ROW_NOTE && item->note && row->text == item->note) {
        view->leave = view->done = true;
    } else {
        set_closed(app, !item->closed);
    }
}

void exception_view_copy(struct app *app, const char *argument)
{
    const struct exception_view *view = opened(app);
    const char *trace = view ? view->trace : app_model(app)->exception;
    (void)argument;
    if (!trace || (!view && app_model(app)->state != MODEL_STOPPED)) {
        app_message(app, true, "the program did not stop at an exception");
        return;
    }
    if (app->term)
        term_copy(app->term, trace, strlen(trace));
    app_message(app, false, "copied %zu bytes", strlen(trace));
}

void exception_view_close(struct app *app, const char *argument)
{
    struct exception_view *view = wanted(app);
    (void)argument;
    if (view)
        view->done = true;
}

/* A frame's line is no place for the cursor: it goes with its frame. */
static void leave_source_row(struct exception_view *view, size_t before)
{
    const struct exception_rows *rows = view->rows;
    if (view->list.cursor >= rows->count || rows->rows[view->list.cursor].kind != EXCEPTION_ROW_SOURCE)
        return;
    bool on = view->list.cursor == before + 1 && view->list.cursor + 1 < rows->count;
    view->list.cursor += on ? 1 : (size_t)-1;
}

/* True: picked. */
static bool use_mouse(struct exception_view *view, const struct key *key)
{
    const struct exception_rows *rows = view->rows;
    size_t before = view->list.cursor;
    int row = key->row - view->row;
    bool inside = row >= 0 && (size_t)row < view->list.rows && view->list.top + (size_t)row < rows->count;
    if ((key->mouse == KEY_MOUSE_PRESS && !inside) || !list_view_mouse(&view->list, rows->count, key, row))
        return false;
    return key->mouse == KEY_MOUSE_PRESS && before < rows->count &&
           same_place(&rows->rows[before], &rows->rows[view->list.cursor]);
}

static bool view_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    struct exception_view *view = dialog->data;
    rebuild(view, view->columns);
    size_t before = view->list.cursor;
    const struct command *command = keymap_find(app->keymap, SCOPE_EXCEPTION, key);
    if (!view->search.edit)
        view->search.missed = false;
    if (view->search.edit)
        search_key(app, view, key);
    else if (key->kind == KEY_KIND_MOUSE && use_mouse(view, key))
        exception_view_show(app, "");
    else if (command && command->scope == SCOPE_EXCEPTION)
        command_start(app, command, "");
    else if (list_view_key(&view->list, view->rows->count, key))
        leave_source_row(view, before);
    dialog->keeps_escape = view->search.edit != NULL;
    return !view->done;
}

static void view_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct exception_view *view = dialog->data;
    if (!cancelled && view->leave && view->stop == app_model(app)->stops && !pane_variables_show_exception(app))
        app_message(app, true, "the selected frame has no exception; H goes back to the stop");
    if (cancelled || !view->show)
        return;
    const struct exception_item *item = &view->rows->items[view->item];
    if (view->stop != app_model(app)->stops || app_model(app)->state != MODEL_STOPPED) {
        app_message(app, true, "the program has gone on since");
        return;
    }
    struct session_traceback traceback = {
        .number = item->number, .frames = item->frames, .count = item->count, .more = item->more};
    session_show_traceback(app_session(app), &traceback, view->chosen);
    pane_stack_follow(app);
    pane_source_follow(app);
    app_message(app, false, "in the traceback of exception %d; H goes back to the stop", item->number + 1);
}

static void view_destroy(struct dialog *dialog)
{
    struct exception_view *view = dialog->data;
    exception_rows_destroy(view->rows);
    dialog_search_finish(&view->search);
    free(view->trace);
}

void exception_view_open(struct app *app)
{
    const struct model *model = app_model(app);
    if (model->state != MODEL_STOPPED || model->chain_count == 0) {
        app_message(app, true, "the program did not stop at an exception");
        return;
    }
    struct exception_view *view = xcalloc(1, sizeof *view);
    view->rows = exception_rows_create(model, app->sources);
    view->stop = model->stops;
    view->trace = xstrdup(model->exception);
    view->columns = 80;
    dialog_open(app, "Exception", &view_ops, view);
}
