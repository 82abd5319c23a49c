/* The frame around all dialogs, and the two simple kinds: a question with buttons, and a text. */
#include "app.h"
#include "dialog_private.h"
#include "dialog_search.h"
#include "pane.h"
#include "xalloc.h"

#include <ctype.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUTTONS_MAX 6
#define ROWS_ROOMY  12 /* of the screen: dialogs can spare one */

void dialog_open(struct app *app, const char *title, const struct dialog_ops *ops, void *data)
{
    dialog_close(app);
    struct dialog *dialog = xcalloc(1, sizeof *dialog);
    *dialog = (struct dialog){.ops = ops, .title = xstrdup(title), .data = data};
    app->dialog = dialog;
    app_damage(app);
}

/* Take the dialog from the app before telling who asked: the answer may open another. */
static void finish(struct app *app, bool cancelled)
{
    struct dialog *dialog = app->dialog;
    app->dialog = NULL;
    dialog->ops->answer(app, dialog, cancelled);
    if (dialog->ops->destroy)
        dialog->ops->destroy(dialog);
    free(dialog->data);
    free(dialog->title);
    free(dialog);
    app_damage(app);
}

void dialog_close(struct app *app)
{
    if (app->dialog)
        finish(app, true);
}

bool dialog_key(struct app *app, const struct key *key)
{
    if (!app->dialog)
        return false;
    if (pane_key_is(key, "Esc Ctrl-c") && !app->dialog->keeps_escape)
        finish(app, true);
    else if (!app->dialog->ops->key(app, app->dialog, key))
        finish(app, false);
    app_damage(app);
    return true;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static void draw_frame(struct app *app, struct canvas box, const char *title)
{
    bool unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    struct style style = app_style(app, ROLE_DIALOG);
    canvas_clear(box, style);
    for (int column = 0; column < box.columns; column++) {
        canvas_label(box, 0, column, 1, style, unicode ? "─" : "-");
        canvas_label(box, box.rows - 1, column, 1, style, unicode ? "─" : "-");
    }
    for (int row = 0; row < box.rows; row++) {
        canvas_label(box, row, 0, 1, style, unicode ? "│" : "|");
        canvas_label(box, row, box.columns - 1, 1, style, unicode ? "│" : "|");
    }
    static const char *const corners[2][4] = {{"+", "+", "+", "+"}, {"╭", "╮", "╰", "╯"}};
    const char *const *corner = corners[unicode];
    canvas_label(box, 0, 0, 1, style, corner[0]);
    canvas_label(box, 0, box.columns - 1, 1, style, corner[1]);
    canvas_label(box, box.rows - 1, 0, 1, style, corner[2]);
    canvas_label(box, box.rows - 1, box.columns - 1, 1, style, corner[3]);
    int width = canvas_width(title, strlen(title));
    if (width + 6 <= box.columns) {
        canvas_fill(box, 0, 2, 1, width + 2, style);
        canvas_label(box, 0, 3, width, app_style(app, ROLE_DIALOG_TITLE), title);
    }
}

struct style dialog_style(const struct app *app, enum role role)
{
    return style_over(app_style(app, ROLE_DIALOG), app_style(app, role));
}

static int button_width(const char *text)
{
    return canvas_width(text, strlen(text)) + 4;
}

int dialog_draw_button(const struct app *app, struct canvas canvas, int column, const char *text, bool focused)
{
    struct style style = app_style(app, focused ? ROLE_SELECTED_FOCUSED : ROLE_DIALOG_BUTTON);
    int width = button_width(text);
    canvas_fill(canvas, canvas.rows - 1, column, 1, width, style);
    canvas_label(canvas, canvas.rows - 1, column, 1, style, focused ? "[" : " ");
    canvas_label(canvas, canvas.rows - 1, column + 2, width - 4, style, text);
    canvas_label(canvas, canvas.rows - 1, column + width - 1, 1, style, focused ? "]" : " ");
    return width;
}

int dialog_draw_detail(struct canvas line, int column, int width, struct style style, const char *detail)
{
    return (detail[0] == '/' ? canvas_label_end : canvas_label)(line, 0, column, width, style, detail);
}

void dialog_draw(struct app *app, struct canvas screen)
{
    struct dialog *dialog = app->dialog;
    if (!dialog)
        return;
    int rows = screen.rows - 4, columns = screen.columns - 6;
    dialog->ops->measure(dialog, &rows, &columns);
    int title = canvas_width(dialog->title, strlen(dialog->title)) + 2;
    columns = smaller((columns > title ? columns : title) + 6, screen.columns);
    bool part = columns < screen.columns && screen.rows >= ROWS_ROOMY; /* it would cut pieces out of the status line */
    rows = smaller(rows + 4, part ? screen.rows - 1 : screen.rows);
    int top = (screen.rows - rows) / 2;
    struct canvas box = canvas_part(screen, part && top == 0 ? 1 : top, (screen.columns - columns) / 2, rows, columns);
    app->cursor_visible = false;
    draw_frame(app, box, dialog->title);
    bool low = rows < 7, narrow = columns < 30;
    dialog->ops->draw(app, dialog,
                      canvas_part(box, low ? 1 : 2, narrow ? 1 : 3, rows - (low ? 2 : 4), columns - (narrow ? 2 : 6)));
}

/* Lines of a text: how many, and the widest. */
static void measure_text(const char *text, int *rows, int *columns)
{
    *rows = 0;
    *columns = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        int width = canvas_width(text, length);
        *columns = width > *columns ? width : *columns;
        ++*rows;
        text += length + (text[length] == '\n');
    }
}

static void draw_text(struct canvas canvas, const char *text, int skip, struct style style)
{
    for (int row = -skip; *text && row < canvas.rows; row++) {
        size_t length = strcspn(text, "\n");
        if (row >= 0)
            canvas_text(canvas, row, 0, style, text, length);
        text += length + (text[length] == '\n');
    }
}

/* Long lines */

/* Where the rest of a line that is too long goes: under its last column, found by the blanks before it. */
static int hanging_indent(const char *line, size_t length)
{
    int indent = (int)strspn(line, " ");
    for (size_t i = 0; i + 2 < length; i++)
        if (line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] != ' ')
            indent = (int)i + 2;
    return indent;
}

/* Where even the begin of the last column is too far to the right it follows the first one at once. In BUFFER. */
static const char *without_columns(const char *line, size_t *length, int *indent, char *buffer, size_t size)
{
    size_t first = (size_t)*indent, start = strspn(line, " ");
    while (first > start && line[first - 1] == ' ')
        first--;
    *indent = (int)start + 2;
    if (first == start)
        return line;
    size_t column = first + strspn(line + first, " ");
    int written = snprintf(buffer, size, "%.*s  %.*s", (int)first, line, (int)(*length - column), line + column);
    if (written < 0 || (size_t)written >= size)
        return line;
    *length = (size_t)written;
    return buffer;
}

/* Bytes of the line that fit, up to a blank where there is one. */
static size_t fitting(const char *line, size_t length, int columns)
{
    size_t most = canvas_offset(line, length, columns > 1 ? columns : 1);
    if (most >= length)
        return length;
    for (size_t i = most; i > 0; i--)
        if (line[i] == ' ' && line[i - 1] != ' ')
            return i;
    return most > 0 ? most : 1;
}

static char *wrap(const char *text, int columns)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    if (!stream)
        return xstrdup(text);
    while (*text) {
        char squeezed[512];
        size_t whole = strcspn(text, "\n"), left = whole;
        const char *line = text;
        int indent = hanging_indent(line, left), room = columns;
        if (indent > columns / 2)
            line = without_columns(line, &left, &indent, squeezed, sizeof squeezed);
        do {
            size_t part = fitting(line, left, room);
            fprintf(stream, "%*s%.*s\n", columns - room, "", (int)part, line);
            size_t blanks = strspn(line + part, " ");
            blanks = blanks < left - part ? blanks : left - part;
            line += part + blanks;
            left -= part + blanks;
            room = columns - indent;
        } while (left > 0);
        text += whole + (text[whole] == '\n');
    }
    fclose(stream);
    return out;
}

/* A question */

struct question {
    char *text;
    char *shown; /* owned: the text, broken into the lines that there is room for */
    char *buttons[BUTTONS_MAX];
    int count, selected;
    dialog_confirm_handler handler;
    void *data;
};

static bool fits_beside(const struct question *self, int button, int column, int columns)
{
    return column == 0 || column + button_width(self->buttons[button]) <= columns;
}

/* Narrow screens have them below each other. */
static int button_rows(const struct question *self, int columns)
{
    int rows = 1, column = 0;
    for (int i = 0; i < self->count; i++) {
        bool beside = fits_beside(self, i, column, columns);
        rows += !beside;
        column = (beside ? column : 0) + button_width(self->buttons[i]) + 2;
    }
    return rows;
}

static void question_measure(const struct dialog *dialog, int *rows, int *columns)
{
    struct question *self = dialog->data;
    int room = *columns, width = 0;
    for (int i = 0; i < self->count; i++)
        width += button_width(self->buttons[i]) + 2;
    free(self->shown);
    self->shown = wrap(self->text, room);
    measure_text(self->shown, rows, columns);
    *columns = width > *columns ? width : *columns;
    *columns = *columns < room ? *columns : room;
    *rows += 1 + button_rows(self, *columns);
}

static void question_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    const struct question *self = dialog->data;
    int column = 0, row = canvas.rows - button_rows(self, canvas.columns);
    row = row < 0 ? 0 : row;
    draw_text(canvas_part(canvas, 0, 0, row, canvas.columns), self->shown, 0, app_style(app, ROLE_DIALOG));
    for (int i = 0; i < self->count; i++) {
        if (!fits_beside(self, i, column, canvas.columns)) {
            column = 0;
            row++;
        }
        struct canvas line = canvas_part(canvas, row, 0, 1, canvas.columns);
        int width = dialog_draw_button(app, line, column, self->buttons[i], i == self->selected);
        canvas_restyle(line, 0, column + 2, 1, 1, (struct style){.attributes = STYLE_UNDERLINE});
        column += width + 2;
    }
}

static bool question_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    (void)app;
    struct question *self = dialog->data;
    if (pane_key_is(key, "Enter Space"))
        return false;
    if (pane_key_is(key, "Tab Right Down"))
        self->selected = (self->selected + 1) % self->count;
    else if (pane_key_is(key, "Shift-Tab Left Up"))
        self->selected = (self->selected + self->count - 1) % self->count;
    else if (key->kind == KEY_KIND_CHAR && key->codepoint < 128 && !(key->modifiers & (KEY_CTRL | KEY_ALT))) {
        for (int i = 0; i < self->count; i++) {
            if (tolower((int)key->codepoint) != tolower((unsigned char)self->buttons[i][0]))
                continue;
            self->selected = i;
            return false;
        }
    }
    return true;
}

static void question_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct question *self = dialog->data;
    if (self->handler)
        self->handler(app, cancelled ? -1 : self->selected, self->data);
}

static void question_destroy(struct dialog *dialog)
{
    struct question *self = dialog->data;
    free(self->text);
    free(self->shown);
    for (int i = 0; i < self->count; i++)
        free(self->buttons[i]);
}

static const struct hint question_hints[] = {{"Enter", "choose"}, {"Tab", "next"}, {"Esc", "cancel"}, {"", NULL}};
static const struct dialog_ops question_ops = {question_measure, question_draw,    question_key,
                                               question_answer,  question_destroy, question_hints};

void dialog_confirm(struct app *app, const char *title, const char *text, const char *const *buttons,
                    dialog_confirm_handler handler, void *data)
{
    struct question *self = xcalloc(1, sizeof *self);
    *self = (struct question){.text = xstrdup(text), .handler = handler, .data = data};
    for (; *buttons && self->count < BUTTONS_MAX; buttons++)
        self->buttons[self->count++] = xstrdup(*buttons);
    dialog_open(app, title, &question_ops, self);
}

/* A text */

struct reading {
    char *text;
    char *shown; /* owned: the text, broken into lines of `columns`; NULL: not drawn yet */
    int columns;
    int skip, page, rows;
    struct dialog_search search;
    size_t found; /* the line of the last hit */
};

static void break_lines(struct reading *self, int columns)
{
    if (self->shown && self->columns == columns)
        return;
    free(self->shown);
    self->shown = wrap(self->text, columns);
    self->columns = columns;
}

static void reading_measure(const struct dialog *dialog, int *rows, int *columns)
{
    struct reading *self = dialog->data;
    int room = *columns, title = canvas_width(dialog->title, strlen(dialog->title)) + 2, widest;
    measure_text(self->text, rows, columns);
    if (*columns > room) {
        *columns = room > title ? room : title;
        break_lines(self, *columns);
        measure_text(self->shown, rows, &widest);
    }
}

/* The line of the text as it is shown; past its end an empty one. */
static const char *reading_line(const struct reading *self, size_t number, size_t *length)
{
    const char *text = self->shown ? self->shown : "";
    while (number > 0 && *text) {
        size_t line = strcspn(text, "\n");
        text += line + (text[line] == '\n');
        number--;
    }
    *length = strcspn(text, "\n");
    return text;
}

/* Headings of lists, and of each row what it is about, stand out: "  n, F10    Run to the next line". */
static void mark_structure(struct canvas canvas, int row, const char *line, size_t length)
{
    const struct style bold = {.attributes = STYLE_BOLD};
    const char *next = line + length + (line[length] == '\n');
    if (length > 0 && line[0] != ' ' && strncmp(next, "  ", 2) == 0) {
        canvas_restyle(canvas, row, 0, 1, canvas_width(line, length), bold);
        return;
    }
    if (length < 3 || strncmp(line, "  ", 2) != 0 || line[2] == ' ')
        return;
    const char *gap = memmem(line + 2, length - 2, "  ", 2);
    if (gap)
        canvas_restyle(canvas, row, 2, 1, canvas_width(line + 2, (size_t)(gap - line) - 2), bold);
}

static void draw_structure(const struct reading *self, struct canvas canvas)
{
    for (int row = 0; row < canvas.rows; row++) {
        size_t length;
        const char *text = reading_line(self, (size_t)(self->skip + row), &length);
        mark_structure(canvas, row, text, length);
    }
}

static void draw_hits(struct app *app, const struct reading *self, struct canvas canvas)
{
    for (int row = 0; row < canvas.rows; row++) {
        size_t length;
        const char *text = reading_line(self, (size_t)(self->skip + row), &length);
        dialog_search_mark(app, &self->search, canvas_part(canvas, row, 0, 1, canvas.columns), 0, text, length);
    }
}

static void draw_reading_foot(struct app *app, const struct reading *self, struct canvas row)
{
    int last = self->skip + self->page < self->rows ? self->skip + self->page : self->rows;
    if (self->search.edit)
        dialog_search_draw(app, &self->search, row);
    else
        canvas_printf(row, 0, 0, dialog_style(app, ROLE_DIALOG_HINT),
                      "%d-%d of %d   PgDn PgUp scroll, / searches%s, Esc closes", self->skip + 1, last, self->rows,
                      self->search.missed   ? " (not found)"
                      : self->search.needle ? " . , go on"
                                            : "");
}

static void reading_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct reading *self = dialog->data;
    int columns;
    break_lines(self, canvas.columns);
    measure_text(self->shown, &self->rows, &columns);
    bool scrolls = self->rows > canvas.rows && canvas.rows > 3, foot = scrolls || self->search.edit;
    self->page = foot ? canvas.rows - 2 : canvas.rows;
    int most = self->rows > self->page ? self->rows - self->page : 0;
    self->skip = self->skip < 0 ? 0 : self->skip > most ? most : self->skip;
    struct canvas part = canvas_part(canvas, 0, 0, self->page, canvas.columns);
    draw_text(part, self->shown, self->skip, app_style(app, ROLE_DIALOG));
    draw_structure(self, part);
    if (self->search.needle)
        draw_hits(app, self, part);
    if (foot)
        draw_reading_foot(app, self, canvas_part(canvas, canvas.rows - 1, 0, 1, canvas.columns));
}

static bool reading_has(const void *data, size_t row)
{
    const struct reading *self = data;
    size_t length, offset;
    const char *text = reading_line(self, row, &length);
    return dialog_search_find(&self->search, text, length, &offset);
}

static void reading_search(struct reading *self, size_t from, bool backwards)
{
    size_t count = (size_t)self->rows, row = count ? dialog_search_next(count, from, backwards, reading_has, self) : 0;
    self->search.missed = row == count;
    if (row == count)
        return;
    self->found = row;
    if ((int)row < self->skip || (int)row >= self->skip + self->page)
        self->skip = (int)row - self->page / 3;
}

/* While a word is typed, and the keys that go on to further hits. True if KEY was used. */
static bool reading_search_key(struct reading *self, const struct key *key)
{
    size_t count = self->rows > 0 ? (size_t)self->rows : 1;
    if (self->search.edit) {
        enum dialog_search_result result = dialog_search_key(&self->search, key);
        if (result == DIALOG_SEARCH_CHANGED)
            reading_search(self, self->search.begin, false);
        if (result == DIALOG_SEARCH_CANCELLED || self->search.missed)
            self->skip = (int)self->search.begin;
    } else if (pane_key_is(key, "/")) {
        dialog_search_begin(&self->search, (size_t)self->skip);
    } else if (self->search.needle && pane_key_is(key, ". ,")) {
        bool backwards = pane_key_is(key, ",");
        reading_search(self, (self->found + (backwards ? count - 1 : 1)) % count, backwards);
    } else {
        return false;
    }
    return true;
}

struct scroll_key {
    const char *keys;
    int lines, pages;
};

static bool reading_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    static const struct scroll_key scrolls[] = {
        {"j Down", 1, 0},       {"k Up", -1, 0},         {"PgDn Ctrl-f Space", 0, 1},
        {"PgUp Ctrl-b", 0, -1}, {"g Home", -1000000, 0}, {"G End", 1000000, 0},
    };
    (void)app;
    struct reading *self = dialog->data;
    bool used = reading_search_key(self, key);
    dialog->keeps_escape = self->search.edit != NULL;
    if (used)
        return true;
    if (key->kind == KEY_KIND_MOUSE)
        self->skip += key->mouse == KEY_MOUSE_WHEEL_UP ? -3 : key->mouse == KEY_MOUSE_WHEEL_DOWN ? 3 : 0;
    for (size_t i = 0; i < sizeof scrolls / sizeof scrolls[0]; i++)
        if (pane_key_is(key, scrolls[i].keys))
            self->skip += scrolls[i].lines + scrolls[i].pages * self->page;
    return !pane_key_is(key, "q Enter ? F1");
}

static void reading_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    (void)app, (void)dialog, (void)cancelled;
}

static void reading_destroy(struct dialog *dialog)
{
    struct reading *self = dialog->data;
    free(self->text);
    free(self->shown);
    dialog_search_finish(&self->search);
}

static const struct hint reading_hints[] = {
    {"PgDn", "on"}, {"PgUp", "back"}, {"/", "search"}, {"Esc", "close"}, {"", NULL}};
static const struct dialog_ops reading_ops = {reading_measure, reading_draw,    reading_key,
                                              reading_answer,  reading_destroy, reading_hints};

void dialog_text(struct app *app, const char *title, const char *text)
{
    struct reading *self = xcalloc(1, sizeof *self);
    self->text = xstrdup(text);
    dialog_open(app, title, &reading_ops, self);
}
