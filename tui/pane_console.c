/* The console: Python in the selected frame, with what it printed and gave, and what log points said. */
#include "app.h"
#include "command_run.h"
#include "complete.h"
#include "history.h"
#include "layout.h"
#include "lineedit.h"
#include "model.h"
#include "pane.h"
#include "pysyntax.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT 4 /* columns of ">>> " */

struct console_pane {
    struct lineedit *edit; /* owned */
    char *before;          /* owned: lines of an unfinished statement, each with its newline; NULL: none */
    struct history_walk walk;
    size_t scrolled; /* lines scrolled back from the end */
    int rows;        /* of the last canvas */
};

static void *create(struct app *app)
{
    (void)app;
    struct console_pane *self = xcalloc(1, sizeof *self);
    self->edit = lineedit_create(NULL);
    return self;
}

static void destroy(void *data)
{
    struct console_pane *self = data;
    if (!self)
        return;
    lineedit_destroy(self->edit);
    free(self->before);
    history_walk_finish(&self->walk);
    free(self);
}

static enum role line_role(enum model_line_kind kind)
{
    switch (kind) {
    case MODEL_LINE_INPUT:
        return ROLE_PROMPT;
    case MODEL_LINE_ERROR:
        return ROLE_MESSAGE_ERROR;
    case MODEL_LINE_NOTE:
        return ROLE_DIM;
    case MODEL_LINE_RESULT:
    case MODEL_LINE_OUTPUT:
        break;
    }
    return ROLE_TEXT;
}

/* Screen rows that TEXT takes when wrapped. */
static size_t wrapped_rows(const char *text, int columns)
{
    int width = canvas_width(text, strlen(text));
    return width <= columns ? 1 : (size_t)((width + columns - 1) / columns);
}

/* Draw one line of the console so that its last row is at ROW; gives the row above it. */
static int draw_wrapped(struct canvas canvas, int row, struct style style, const char *text)
{
    size_t rows = wrapped_rows(text, canvas.columns), length = strlen(text), offset = 0;
    if (rows > 200)
        rows = 200;
    for (size_t i = 0; i < rows && offset <= length; i++) {
        size_t end = offset + canvas_offset(text + offset, length - offset, canvas.columns);
        if (end == offset)
            end = length;
        int at = row - (int)(rows - 1 - i);
        if (at >= 0)
            canvas_text(canvas, at, 0, style, text + offset, end - offset);
        offset = end;
    }
    return row - (int)rows;
}

static void draw_lines(struct app *app, struct console_pane *self, struct canvas canvas)
{
    const struct model *model = app_model(app);
    if (self->scrolled > model->line_count)
        self->scrolled = model->line_count;
    int row = canvas.rows - 1;
    for (size_t i = model->line_count - self->scrolled; i-- > 0 && row >= 0;) {
        const struct model_line *line = &model->lines[i];
        row = draw_wrapped(canvas, row, app_style(app, line_role(line->kind)), line->text);
    }
}

/* The lines of an unfinished statement above the prompt: how many rows of CANVAS they take. */
static int draw_before(struct app *app, struct console_pane *self, struct canvas canvas)
{
    int count = 0;
    for (const char *at = self->before ? self->before : ""; *at; at = strchr(at, '\n') + 1)
        count++;
    int first = canvas.rows - 1 - count, row = first;
    for (const char *at = self->before ? self->before : ""; *at; at = strchr(at, '\n') + 1, row++) {
        if (row < 0)
            continue;
        canvas_label(canvas, row, 0, PROMPT, app_style(app, ROLE_PROMPT), row == first ? ">>>" : "...");
        canvas_text(canvas, row, PROMPT, app_style(app, ROLE_INPUT), at, strcspn(at, "\n"));
    }
    return count;
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct console_pane *self = data;
    self->rows = canvas.rows;
    int row = canvas.rows - 1;
    int above = draw_before(app, self, canvas);
    if (row - above > 0)
        draw_lines(app, self, canvas_part(canvas, 0, 0, row - above, canvas.columns));
    canvas_label(canvas, row, 0, PROMPT, app_style(app, ROLE_PROMPT), self->before ? "... " : ">>> ");
    int cursor = lineedit_draw(self->edit, canvas, row, PROMPT, canvas.columns - PROMPT, app_style(app, ROLE_INPUT));
    if (focused && !app->prompt)
        app_set_cursor(app, canvas, row, cursor);
}

/* The whole statement as typed so far. The caller frees it. */
static char *statement(const struct console_pane *self)
{
    return xasprintf("%s%s", self->before ? self->before : "", lineedit_text(self->edit));
}

static void clear(struct console_pane *self)
{
    lineedit_set(self->edit, "");
    free(self->before);
    self->before = NULL;
    history_walk_leave(&self->walk);
}

static void enter(struct app *app, struct console_pane *self)
{
    char *text = statement(self);
    self->scrolled = 0;
    history_walk_leave(&self->walk);
    if (!*lineedit_text(self->edit) && !self->before) {
        free(text);
        return;
    }
    if (pysyntax_incomplete(text)) {
        free(self->before);
        self->before = xasprintf("%s\n", text);
        lineedit_set(self->edit, "");
    } else {
        size_t length = strlen(text);
        while (length > 0 && text[length - 1] == '\n')
            text[--length] = '\0';
        if (session_evaluate(app_session(app), text, NULL, NULL)) {
            history_add(app->history, text);
            clear(self);
        }
    }
    free(text);
}

static void walk_history(struct app *app, struct console_pane *self, bool back)
{
    const char *line = history_walk_step(app->history, &self->walk, lineedit_text(self->edit), back);
    if (line)
        lineedit_set(self->edit, line);
}

static void scroll(struct app *app, struct console_pane *self, bool up)
{
    size_t page = self->rows > 2 ? (size_t)self->rows - 2 : 1;
    if (up)
        self->scrolled += page;
    else
        self->scrolled = self->scrolled > page ? self->scrolled - page : 0;
    if (self->scrolled > app_model(app)->line_count)
        self->scrolled = app_model(app)->line_count;
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct console_pane *self = data;
    app_damage(app);
    if (pane_key_is(key, "Tab Shift-Tab")) {
        bool indent = strspn(lineedit_text(self->edit), " ") == lineedit_cursor(self->edit);
        if (indent && self->before)
            lineedit_replace(self->edit, lineedit_cursor(self->edit), "    ");
        else
            completer_tab(app, self->edit, false, pane_key_is(key, "Shift-Tab"));
        return true;
    }
    bool was_open = completer_is_open(app);
    completer_close(app);
    if (pane_key_is(key, "Enter")) {
        enter(app, self);
    } else if (pane_key_is(key, ":") && !*lineedit_text(self->edit)) {
        command_line(app, ""); /* no Python begins with it */
    } else if (pane_key_is(key, "Ctrl-c") && (self->before || *lineedit_text(self->edit)) &&
               !session_evaluating(app_session(app)) && app_model(app)->state == MODEL_STOPPED) {
        clear(self);
    } else if (pane_key_is(key, "Alt-Enter Ctrl-v")) {
        lineedit_replace(self->edit, lineedit_cursor(self->edit), "\n");
    } else if (pane_key_is(key, "Up Ctrl-p Down Ctrl-n")) {
        walk_history(app, self, pane_key_is(key, "Up Ctrl-p"));
    } else if (pane_key_is(key, "PgUp Shift-PgUp PgDn Shift-PgDn")) {
        scroll(app, self, pane_key_is(key, "PgUp Shift-PgUp"));
    } else if (pane_key_is(key, "Esc")) {
        if (!was_open && (self->before || *lineedit_text(self->edit)))
            clear(self);
        else if (!was_open)
            app_focus(app, PANE_SOURCE);
    } else {
        return lineedit_key(self->edit, key) != LINEEDIT_UNUSED;
    }
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    (void)row;
    (void)column;
    struct console_pane *self = data;
    if (key->mouse == KEY_MOUSE_WHEEL_UP && self->scrolled + 3 <= app_model(app)->line_count)
        self->scrolled += 3;
    else if (key->mouse == KEY_MOUSE_WHEEL_DOWN)
        self->scrolled = self->scrolled > 3 ? self->scrolled - 3 : 0;
    else
        return key->mouse == KEY_MOUSE_PRESS;
    return true;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    const struct console_pane *self = data;
    if (session_evaluating(app_session(app)))
        snprintf(buffer, size, "evaluating, Ctrl-c interrupts");
    else if (self->scrolled > 0)
        snprintf(buffer, size, "%zu lines below", self->scrolled);
}

const struct pane_ops pane_console_ops = {
    .title = "Console",
    .hotkey = 0,
    .scope = SCOPE_CONSOLE,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .status = status,
};
