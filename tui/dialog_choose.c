#include "dialog_choose.h"

#include "app.h"
#include "dialog_private.h"
#include "list_view.h"
#include "pane.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_GAP 3
#define FOOT_ROWS  2 /* a blank one and the help */

static const char foot_text[] = "Enter picks, Esc cancels";

struct choosing {
    char **texts, **details; /* owned; a detail may be NULL */
    size_t count;
    struct list_view view;
    int text_width, detail_width;
    size_t number; /* typed so far, 0: none */
    int row, rows; /* of the list on the screen, for the mouse */
    dialog_choose_handler handler;
    void *data;
};

static int display_width(const char *text)
{
    return text ? canvas_width(text, strlen(text)) : 0;
}

static int digits(size_t number)
{
    int count = 1;
    for (; number > 9; number /= 10)
        count++;
    return count;
}

static void choosing_measure(const struct dialog *dialog, int *rows, int *columns)
{
    const struct choosing *self = dialog->data;
    int width = digits(self->count) + 1 + self->text_width;
    width += self->detail_width ? DETAIL_GAP + self->detail_width : 0;
    int least = display_width(foot_text) + 2 * digits(self->count) + 8;
    *rows = (int)(self->count < 1000 ? self->count : 1000) + FOOT_ROWS;
    *columns = width > least ? width : least;
}

/* Columns of the texts: where there is no room for all, details have theirs up to a half. */
static int text_columns(const struct choosing *self, int room)
{
    int most = self->detail_width ? room - DETAIL_GAP - self->detail_width : room;
    most = most < room / 2 ? room / 2 : most;
    return self->text_width < most ? self->text_width : most;
}

static void draw_row(struct app *app, const struct choosing *self, size_t index, struct canvas line)
{
    bool chosen = index == self->view.cursor;
    struct style style = app_style(app, chosen ? ROLE_SELECTED_FOCUSED : ROLE_DIALOG);
    struct style dim = chosen ? style : dialog_style(app, ROLE_DIALOG_HINT);
    int number = digits(self->count), left = number + 1, text = text_columns(self, line.columns - left);
    canvas_fill(line, 0, 0, 1, line.columns, style);
    canvas_printf(line, 0, 0, dim, "%*zu", number, index + 1);
    canvas_label(line, 0, left, text, style, self->texts[index]);
    int column = left + text + DETAIL_GAP;
    if (self->details[index] && column + 4 < line.columns)
        dialog_draw_detail(line, column, line.columns - column, dim, self->details[index]);
}

static void choosing_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct choosing *self = dialog->data;
    bool foot = canvas.rows >= 3 + FOOT_ROWS || (size_t)canvas.rows >= self->count + FOOT_ROWS;
    self->row = canvas.row;
    self->rows = canvas.rows - (foot ? FOOT_ROWS : 0);
    list_view_fit(&self->view, self->count, self->rows);
    for (int row = 0; row < self->rows && self->view.top + (size_t)row < self->count; row++)
        draw_row(app, self, self->view.top + (size_t)row, canvas_part(canvas, row, 0, 1, canvas.columns));
    if (!foot)
        return;
    char text[80];
    snprintf(text, sizeof text, "%s", foot_text);
    if (self->count > (size_t)self->rows)
        snprintf(text, sizeof text, "%zu of %zu  %s", self->view.cursor + 1, self->count, foot_text);
    canvas_label(canvas, canvas.rows - 1, 0, canvas.columns, dialog_style(app, ROLE_DIALOG_HINT), text);
}

/* Digits that follow each other are one number, as long as there is such a row. */
static void type_digit(struct choosing *self, size_t digit)
{
    size_t longer = self->number * 10 + digit;
    self->number = longer <= self->count ? longer : digit <= self->count ? digit : 0;
    if (self->number)
        self->view.cursor = self->number - 1;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void type_letter(struct choosing *self, char letter)
{
    for (size_t i = 1; i <= self->count; i++) {
        size_t row = (self->view.cursor + i) % self->count;
        if (lower(self->texts[row][0]) == lower(letter)) {
            self->view.cursor = row;
            return;
        }
    }
}

/* True: picked. */
static bool use_mouse(struct choosing *self, const struct key *key)
{
    size_t before = self->view.cursor;
    int row = key->row - self->row;
    bool inside = row >= 0 && row < self->rows && self->view.top + (size_t)row < self->count;
    if (key->mouse == KEY_MOUSE_PRESS && !inside)
        return false;
    return list_view_mouse(&self->view, self->count, key, row) && key->mouse == KEY_MOUSE_PRESS &&
           self->view.cursor == before;
}

static bool choosing_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    (void)app;
    struct choosing *self = dialog->data;
    bool plain = key->kind == KEY_KIND_CHAR && key->codepoint < 128 && !(key->modifiers & (KEY_CTRL | KEY_ALT));
    char letter = plain ? (char)key->codepoint : '\0';
    if (letter >= '0' && letter <= '9') {
        type_digit(self, (size_t)(letter - '0'));
        return true;
    }
    self->number = 0;
    if (key->kind == KEY_KIND_MOUSE)
        return !use_mouse(self, key);
    if (pane_key_is(key, "Enter"))
        return false;
    if (letter && letter != 'j' && letter != 'k')
        type_letter(self, letter);
    else
        list_view_key(&self->view, self->count, key);
    return true;
}

static void choosing_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct choosing *self = dialog->data;
    self->handler(app, cancelled ? -1 : (int)self->view.cursor, self->data);
}

static void choosing_destroy(struct dialog *dialog)
{
    struct choosing *self = dialog->data;
    for (size_t i = 0; i < self->count; i++) {
        free(self->texts[i]);
        free(self->details[i]);
    }
    free(self->texts);
    free(self->details);
}

static const struct hint choosing_hints[] = {{"Enter", "choose"}, {"Esc", "cancel"}, {"", NULL}};
static const struct dialog_ops choosing_ops = {choosing_measure, choosing_draw,    choosing_key,
                                               choosing_answer,  choosing_destroy, choosing_hints};

void dialog_choose(struct app *app, const struct choice_list *list)
{
    if (!list->count) {
        list->handler(app, -1, list->data);
        return;
    }
    struct choosing *self = xcalloc(1, sizeof *self);
    *self = (struct choosing){.count = list->count, .handler = list->handler, .data = list->data};
    self->texts = xcalloc(list->count, sizeof *self->texts);
    self->details = xcalloc(list->count, sizeof *self->details);
    self->view.cursor = list->cursor < list->count ? list->cursor : 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct choice *row = &list->rows[i];
        int text = display_width(row->text), detail = display_width(row->detail);
        self->texts[i] = xstrdup(row->text);
        self->details[i] = row->detail ? xstrdup(row->detail) : NULL;
        self->text_width = text > self->text_width ? text : self->text_width;
        self->detail_width = detail > self->detail_width ? detail : self->detail_width;
    }
    dialog_open(app, list->title, &choosing_ops, self);
}
