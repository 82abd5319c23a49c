#include "dialog_find.h"

#include "app.h"
#include "dialog_private.h"
#include "fuzzy.h"
#include "lineedit.h"
#include "list_view.h"
#include "pane.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP        3
#define HEAD_ROWS  2   /* the field and a blank row */
#define ROWS_LEAST 16  /* as many as there is room for */
#define NOTE_ROWS  4   /* a blank row and the text */
#define TEXT_MAX   256 /* bytes of a text whose matches are marked */

struct row {
    char *text, *detail, *right, *note; /* owned; the last three may be NULL */
    bool dim;
    int64_t id;
};

struct match {
    size_t row;
    int score;
};

struct finding {
    struct row *rows; /* owned */
    size_t count;
    struct match *matches; /* owned: of what was typed, best first */
    size_t match_count;
    struct list_view view;
    struct lineedit *edit; /* owned */
    int text_width, detail_width, right_width;
    int top_row, shown_rows; /* of the list on the screen, for the mouse */
    char *empty;             /* owned */
    bool details, any_text;
    bool notes;  /* there is one */
    bool chosen; /* the user moved the cursor since typing; otherwise it is on the best match, whichever that is */
    dialog_find_handler handler;
    dialog_find_moved moved;
    dialog_find_allows allows;
    void *data;
};

static int display_width(const char *text)
{
    return text ? canvas_width(text, strlen(text)) : 0;
}

static int widest(int width, const char *text)
{
    int own = display_width(text);
    return own > width ? own : width;
}

static int compare_matches(const void *left, const void *right)
{
    const struct match *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static int picked_row(const struct finding *self)
{
    return self->match_count ? (int)self->matches[self->view.cursor].row : -1;
}

static void tell_move(struct app *app, const struct finding *self)
{
    if (self->moved)
        self->moved(app, picked_row(self), self->data);
}

/* Every word of PATTERN stands in TEXT as it is. */
static bool has_words(const char *pattern, const char *text)
{
    char word[FUZZY_PATTERN_MAX];
    for (const char *at = pattern; *(at += strspn(at, " ")); at += strcspn(at, " ")) {
        size_t length = strcspn(at, " ");
        length = length < sizeof word ? length : sizeof word - 1;
        memcpy(word, at, length);
        word[length] = '\0';
        if (!strcasestr(text, word))
            return false;
    }
    return true;
}

static void find_matches(struct finding *self)
{
    const char *pattern = lineedit_text(self->edit);
    self->match_count = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct row *row = &self->rows[i];
        int score = fuzzy_score(pattern, row->text);
        if (score == 0 && self->details && row->detail && has_words(pattern, row->detail))
            score = 1;
        if (score > 0)
            self->matches[self->match_count++] = (struct match){i, score};
    }
    if (*pattern)
        qsort(self->matches, self->match_count, sizeof *self->matches, compare_matches);
}

static void filter(struct app *app, struct finding *self)
{
    find_matches(self);
    self->view.cursor = self->view.top = 0;
    self->chosen = false;
    tell_move(app, self);
}

static void finding_measure(const struct dialog *dialog, int *rows, int *columns)
{
    const struct finding *self = dialog->data;
    int most = *rows * 2 / 3 > ROWS_LEAST ? *rows * 2 / 3 : ROWS_LEAST; /* what is behind stays in view */
    int room = *rows > ROWS_LEAST + 2 ? *rows - 2 : *rows; /* the message line, too: why a row cannot be picked */
    *rows = (self->count < (size_t)most ? (int)self->count : most) + HEAD_ROWS + (self->notes ? NOTE_ROWS : 0);
    *rows = *rows < room ? *rows : room;
    *columns = self->text_width + (self->detail_width ? GAP + self->detail_width : 0) +
               (self->right_width ? GAP + self->right_width : 0);
    *columns = *columns < 40 ? 40 : *columns;
}

/* The letters that match, underlined. */
static void draw_marks(struct canvas line, const char *text, const char *pattern, struct style style)
{
    bool marks[TEXT_MAX];
    size_t length = strlen(text);
    if (!*pattern || length > TEXT_MAX)
        return;
    fuzzy_marks(pattern, text, marks, length);
    style.attributes |= STYLE_UNDERLINE;
    for (size_t i = 0; i < length; i++)
        if (marks[i])
            canvas_restyle(line, 0, canvas_width(text, i), 1, 1, style);
}

static void draw_row(struct app *app, const struct finding *self, size_t index, struct canvas line)
{
    bool chosen = index == self->view.cursor;
    const struct row *row = &self->rows[self->matches[index].row];
    struct style dim = dialog_style(app, chosen ? ROLE_SELECTED_FOCUSED : ROLE_DIALOG_HINT);
    struct style style = chosen || row->dim ? dim : dialog_style(app, ROLE_DIALOG);
    canvas_fill(line, 0, 0, 1, line.columns, style);
    canvas_label(line, 0, 0, line.columns, style, row->text);
    draw_marks(line, row->text, lineedit_text(self->edit), style);
    int right = line.columns - display_width(row->right), text = display_width(row->text);
    int most = self->text_width < line.columns / 2 ? self->text_width : line.columns / 2;
    int column = (text > most ? text : most) + GAP; /* a text longer than most keeps its end */
    if (row->right && right > display_width(row->text) + 1)
        canvas_label(line, 0, right, line.columns - right, dim, row->right);
    else
        right = line.columns;
    if (row->detail && column + 4 < right)
        dialog_draw_detail(line, column, right - column - 1 - (row->right != NULL), dim, row->detail);
}

/* Where a row of WIDTH columns ends: behind the last blank that fits, else where it is full. */
static size_t fold(const char *text, int width)
{
    size_t length = strlen(text), best = 0, at = 0;
    if (canvas_width(text, length) <= width)
        return length;
    for (; at < length && canvas_width(text, at) <= width; at++)
        if (text[at] == ' ')
            best = at + 1;
    while (!best && at > 1 && (canvas_width(text, at) > width || ((unsigned char)text[at] & 0xC0) == 0x80))
        at--;
    return best ? best : at;
}

static void draw_note(struct app *app, const struct finding *self, struct canvas canvas)
{
    int row = picked_row(self);
    const char *at = row >= 0 && self->rows[row].note ? self->rows[row].note : "";
    for (int line = 0; line < canvas.rows && *at; line++) {
        size_t length = line + 1 < canvas.rows ? fold(at, canvas.columns) : strlen(at);
        char *text = xmemdup(at, length);
        canvas_label(canvas, line, 0, canvas.columns, dialog_style(app, ROLE_DIALOG_HINT), text);
        free(text);
        at += length;
    }
}

static void finding_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct finding *self = dialog->data;
    struct style field = dialog_style(app, ROLE_DIALOG_FIELD);
    int head = canvas.rows > HEAD_ROWS ? HEAD_ROWS : 1;
    canvas_fill(canvas, 0, 0, 1, canvas.columns, field);
    int width = canvas.columns;
    if (head == HEAD_ROWS && canvas.columns >= 30) {
        char text[40];
        snprintf(text, sizeof text, "%zu of %zu", self->match_count, self->count);
        width -= display_width(text) + 1;
        canvas_label(canvas, 0, width + 1, canvas.columns - width, field, text);
    }
    int cursor = lineedit_draw(self->edit, canvas, 0, 0, width, field);
    app_set_cursor(app, canvas, 0, cursor);
    self->top_row = canvas.row + head;
    self->shown_rows = canvas.rows - head;
    if (self->notes && self->shown_rows >= 2 * NOTE_ROWS - 3) {
        self->shown_rows -= NOTE_ROWS;
        draw_note(app, self, canvas_part(canvas, canvas.rows - NOTE_ROWS + 1, 0, NOTE_ROWS - 1, canvas.columns));
    }
    list_view_fit(&self->view, self->match_count, self->shown_rows);
    for (int row = 0; row < self->shown_rows && self->view.top + (size_t)row < self->match_count; row++)
        draw_row(app, self, self->view.top + (size_t)row, canvas_part(canvas, head + row, 0, 1, canvas.columns));
    if (!self->match_count && self->shown_rows > 0)
        canvas_label(canvas, head, 0, canvas.columns, dialog_style(app, ROLE_DIALOG_HINT), self->empty);
}

/* True: picked. */
static bool use_mouse(struct finding *self, const struct key *key)
{
    size_t before = self->view.cursor;
    int row = key->row - self->top_row;
    bool inside = row >= 0 && row < self->shown_rows && self->view.top + (size_t)row < self->match_count;
    if (key->mouse == KEY_MOUSE_PRESS && !inside)
        return false;
    return list_view_mouse(&self->view, self->match_count, key, row) && key->mouse == KEY_MOUSE_PRESS &&
           self->view.cursor == before;
}

static void move_cursor(struct finding *self, const struct key *key)
{
    static const struct {
        const char *key, *means;
    } others[] = {{"Ctrl-n", "Down"}, {"Ctrl-p", "Up"}};
    struct key move = *key;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (pane_key_is(key, others[i].key))
            key_parse(others[i].means, &move);
    list_view_key(&self->view, self->match_count, &move);
}

static bool is_allowed(struct app *app, const struct finding *self)
{
    return !self->match_count || !self->allows || self->allows(app, picked_row(self), self->data);
}

/* The cursor was moved by hand. */
static void choose(struct app *app, struct finding *self)
{
    self->chosen = true;
    tell_move(app, self);
}

static bool finding_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    struct finding *self = dialog->data;
    size_t before = self->view.cursor;
    if (key->kind == KEY_KIND_MOUSE) {
        bool picked = use_mouse(self, key) && is_allowed(app, self);
        if (!picked && self->view.cursor != before)
            choose(app, self);
        return !picked;
    }
    if (pane_key_is(key, "Enter")) {
        bool any = self->match_count || (self->any_text && *lineedit_text(self->edit));
        return !any || !is_allowed(app, self);
    }
    switch (lineedit_key(self->edit, key)) {
    case LINEEDIT_CHANGED:
    case LINEEDIT_CUT:
        filter(app, self);
        return true;
    case LINEEDIT_MOVED:
        return true;
    case LINEEDIT_UNUSED:
        break;
    }
    move_cursor(self, key);
    if (self->view.cursor != before)
        choose(app, self);
    return true;
}

static void finding_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct finding *self = dialog->data;
    self->handler(app, cancelled ? -1 : picked_row(self), cancelled ? "" : lineedit_text(self->edit), self->data);
}

static void free_rows(struct finding *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->rows[i].text);
        free(self->rows[i].detail);
        free(self->rows[i].right);
        free(self->rows[i].note);
    }
    free(self->rows);
    free(self->matches);
}

static void finding_destroy(struct dialog *dialog)
{
    struct finding *self = dialog->data;
    free_rows(self);
    free(self->empty);
    lineedit_destroy(self->edit);
}

static const struct hint finding_hints[] = {{"Enter", "choose"}, {"Down", "next"}, {"Esc", "cancel"}, {"", NULL}};
static const struct dialog_ops finding_ops = {finding_measure, finding_draw,    finding_key,
                                              finding_answer,  finding_destroy, finding_hints};

static char *copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

/* Columns only grow, so that rows stand still when others come and go. */
static void take_rows(struct finding *self, const struct find_list *list)
{
    self->count = list->count;
    self->rows = xcalloc(list->count + 1, sizeof *self->rows);
    self->matches = xcalloc(list->count + 1, sizeof *self->matches);
    for (size_t i = 0; i < list->count; i++) {
        const struct find_row *row = &list->rows[i];
        self->rows[i] =
            (struct row){xstrdup(row->text), copy(row->detail), copy(row->right), copy(row->note), row->dim, row->id};
        self->notes = self->notes || row->note;
        self->text_width = widest(self->text_width, row->text);
        self->detail_width = widest(self->detail_width, row->detail);
        self->right_width = widest(self->right_width, row->right);
    }
    find_matches(self);
}

void dialog_find(struct app *app, const struct find_list *list)
{
    struct finding *self = xcalloc(1, sizeof *self);
    *self = (struct finding){.empty = xstrdup(list->empty ? list->empty : "nothing matches"),
                             .details = list->details,
                             .any_text = list->any_text,
                             .handler = list->handler,
                             .moved = list->moved,
                             .allows = list->allows,
                             .data = list->data};
    self->edit = lineedit_create(NULL);
    take_rows(self, list);
    self->view.cursor = list->cursor < list->count ? list->cursor : 0;
    dialog_open(app, list->title, &finding_ops, self);
}

static int64_t id_under_cursor(const struct finding *self)
{
    int row = picked_row(self);
    return row >= 0 ? self->rows[row].id : 0;
}

bool dialog_find_update(struct app *app, const struct find_list *list)
{
    struct dialog *dialog = app->dialog;
    struct finding *self = dialog && dialog->ops == &finding_ops ? dialog->data : NULL;
    if (!self || self->data != list->data)
        return false;
    int64_t id = id_under_cursor(self);
    size_t before = self->view.cursor;
    free_rows(self);
    take_rows(self, list);
    for (size_t i = 0; id && self->chosen && i < self->match_count; i++)
        if (self->rows[self->matches[i].row].id == id)
            self->view.cursor = i;
    if (!self->chosen)
        self->view.cursor = 0;
    else if (self->view.cursor >= self->match_count)
        self->view.cursor = self->match_count ? self->match_count - 1 : 0;
    if (self->view.top > 0) /* a scrolled list stands still around the cursor */
        self->view.top = self->view.top + self->view.cursor > before ? self->view.top + self->view.cursor - before : 0;
    if (id_under_cursor(self) != id)
        tell_move(app, self);
    app_damage(app);
    return true;
}
