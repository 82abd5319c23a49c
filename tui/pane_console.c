/* The console: Python in the selected frame, with what it printed and gave, and what log points said. */
#include "app.h"
#include "command_run.h"
#include "complete.h"
#include "console_transcript.h"
#include "history.h"
#include "history_find.h"
#include "layout.h"
#include "lineedit.h"
#include "model.h"
#include "pane.h"
#include "pane_commands.h"
#include "pysyntax.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT     4 /* columns of ">>> " */
#define INDENT     4
#define INPUT_ROWS 12 /* of a statement of many lines, in a pane of twice as many */

struct console_pane {
    struct lineedit *edit; /* owned: the statement, all its lines */
    struct history_walk walk;
    struct history_find find;
    struct transcript transcript;
    int input_row; /* of the last canvas: the statement's first */
};

static struct console_pane *pane(struct app *app)
{
    return app->panes[PANE_CONSOLE];
}

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
    history_walk_finish(&self->walk);
    history_find_finish(&self->find);
    free(self);
}

static int count_lines(const char *text, size_t length)
{
    int count = 0;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + length - at))); at++)
        count++;
    return count;
}

/* The line of the statement that has the cursor, scrolled sideways to it; gives the cursor's column. */
static int draw_cursor_line(struct app *app, struct canvas canvas, int row, const char *line, size_t length,
                            size_t cursor)
{
    struct canvas part = canvas_part(canvas, row, PROMPT, 1, canvas.columns - PROMPT);
    int column = canvas_width(line, cursor);
    int left = part.columns > 0 && column >= part.columns ? column - part.columns + 1 : 0;
    canvas_text(part, 0, -left, app_style(app, ROLE_INPUT), line, length);
    return PROMPT + column - left;
}

/* A statement of several lines, as many of them as there is room for; sets the terminal's cursor. */
static void draw_lines(struct app *app, struct console_pane *self, struct canvas canvas, int first, bool focused)
{
    const char *text = lineedit_text(self->edit), *line = text;
    size_t cursor = lineedit_cursor(self->edit);
    int rows = canvas.rows - first, at_line = count_lines(text, cursor);
    int skip = at_line >= rows ? at_line - rows + 1 : 0;
    for (int i = 0, row = first - skip; line && row < canvas.rows; i++, row++) {
        size_t length = strcspn(line, "\n"), start = (size_t)(line - text);
        if (row >= first) {
            canvas_fill(canvas, row, 0, 1, canvas.columns, app_style(app, ROLE_INPUT));
            canvas_label(canvas, row, 0, PROMPT, app_style(app, ROLE_PROMPT), i == 0 ? ">>> " : "... ");
            int column = draw_cursor_line(app, canvas, row, line, length, i == at_line ? cursor - start : 0);
            if (i == at_line && focused)
                app_set_cursor(app, canvas, row, column);
        }
        line = line[length] ? line + length + 1 : NULL;
    }
}

static void draw_input(struct app *app, struct console_pane *self, struct canvas canvas, int row, bool focused)
{
    char label[192] = ">>> ";
    if (self->find.active)
        history_find_label(&self->find, label, sizeof label);
    else if (row < canvas.rows - 1 || strchr(lineedit_text(self->edit), '\n')) {
        draw_lines(app, self, canvas, row, focused);
        return;
    }
    int width = canvas_label(canvas, row, 0, canvas.columns / 2, app_style(app, ROLE_PROMPT), label);
    int cursor = lineedit_draw(self->edit, canvas, row, width, canvas.columns - width, app_style(app, ROLE_INPUT));
    if (focused)
        app_set_cursor(app, canvas, row, cursor);
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct console_pane *self = data;
    const char *text = lineedit_text(self->edit);
    int most = canvas.rows / 2 > INPUT_ROWS ? INPUT_ROWS : canvas.rows / 2 > 1 ? canvas.rows / 2 : 1;
    int rows = self->find.active ? 1 : 1 + count_lines(text, strlen(text));
    self->input_row = canvas.rows - (rows < most ? rows : most);
    if (self->input_row > 0)
        transcript_draw(app, &self->transcript, canvas_part(canvas, 0, 0, self->input_row, canvas.columns), focused);
    draw_input(app, self, canvas, self->input_row, focused && !app->prompt && !self->transcript.active);
}

static void clear(struct console_pane *self)
{
    lineedit_set(self->edit, "");
    history_walk_leave(&self->walk);
}

/* A new line with the indentation of the one before, more behind a colon. */
static void break_line(struct console_pane *self)
{
    const char *text = lineedit_text(self->edit);
    size_t cursor = lineedit_cursor(self->edit), start = cursor;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    size_t indent = strspn(text + start, " ");
    indent = start + indent > cursor ? cursor - start : indent;
    indent += cursor > start && text[cursor - 1] == ':' ? INDENT : 0;
    char *line = xasprintf("\n%*s", (int)(indent < 200 ? indent : 200), "");
    lineedit_replace(self->edit, cursor, line);
    free(line);
}

/* The text to run: without the blanks and empty lines at its end. The caller frees it. */
static char *statement(const struct console_pane *self)
{
    char *text = xstrdup(lineedit_text(self->edit));
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\n", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* Whether Enter ends the statement: with the cursor in its last line, and nothing open before. */
static bool is_complete(const struct console_pane *self)
{
    const char *text = lineedit_text(self->edit);
    if (strchr(text + lineedit_cursor(self->edit), '\n'))
        return false;
    char *copy = xstrdup(text);
    size_t length = strlen(copy);
    while (length > 0 && strchr(" \t", copy[length - 1]))
        copy[--length] = '\0'; /* a line of blanks is an empty one */
    bool complete = !pysyntax_incomplete(copy);
    free(copy);
    return complete;
}

static void enter(struct app *app, struct console_pane *self)
{
    self->transcript.scrolled = 0;
    history_walk_leave(&self->walk);
    char *text = statement(self);
    if (!*text)
        clear(self);
    else if (!is_complete(self))
        break_line(self);
    else if (session_read_only(app_session(app)))
        app_message(app, true, "%s", SESSION_READ_ONLY);
    else if (session_evaluate(app_session(app), text, NULL, NULL)) {
        history_add(app->history, text);
        clear(self);
    }
    free(text);
}

/* Through the lines of the statement; beyond them through those typed before. */
static void move(struct app *app, struct console_pane *self, bool up, bool lines)
{
    if (lines && lineedit_vertical(self->edit, up))
        return;
    const char *line = history_walk_step(app->history, &self->walk, lineedit_text(self->edit), up);
    if (line)
        lineedit_set(self->edit, line);
}

/* Blanks before the cursor, when there is nothing else in its line. */
static size_t indentation(const struct console_pane *self)
{
    const char *text = lineedit_text(self->edit);
    size_t cursor = lineedit_cursor(self->edit), blanks = 0;
    while (blanks < cursor && text[cursor - blanks - 1] == ' ')
        blanks++;
    return blanks == cursor || text[cursor - blanks - 1] == '\n' ? blanks : 0;
}

static void tab(struct app *app, struct console_pane *self, const struct key *key)
{
    const char *text = lineedit_text(self->edit);
    size_t cursor = lineedit_cursor(self->edit), blanks = indentation(self);
    bool at_start = cursor == blanks || text[cursor - blanks - 1] == '\n';
    if (at_start && strchr(text, '\n') && !completer_is_open(app))
        lineedit_replace(self->edit, cursor, "    ");
    else
        completer_tab(app, self->edit, false, pane_key_is(key, "Shift-Tab"));
}

static bool edit_key(struct app *app, struct console_pane *self, const struct key *key)
{
    size_t blanks = indentation(self);
    if (pane_key_is(key, "Backspace Ctrl-h") && blanks > 1 && strchr(lineedit_text(self->edit), '\n')) {
        lineedit_replace(self->edit, lineedit_cursor(self->edit) - (blanks < INDENT ? blanks : INDENT), "");
        return true;
    }
    enum lineedit_result result = lineedit_key(self->edit, key);
    if (result == LINEEDIT_CHANGED || result == LINEEDIT_CUT)
        history_walk_leave(&self->walk);
    if (result == LINEEDIT_CHANGED && key->kind != KEY_KIND_PASTE)
        completer_type(app, self->edit, false);
    else
        completer_close(app);
    if (result == LINEEDIT_CUT)
        app_message(app, true, "that is too long: its end is left out");
    return result != LINEEDIT_UNUSED;
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct console_pane *self = data;
    const char *text = lineedit_text(self->edit);
    app_damage(app);
    if (self->transcript.active)
        return transcript_key(app, &self->transcript, key);
    if (self->find.active && history_find_key(&self->find, app->history, self->edit, key))
        return true;
    if (pane_key_is(key, "Tab Shift-Tab")) {
        tab(app, self, key);
        return true;
    }
    bool was_open = completer_is_open(app);
    completer_hide(app);
    if (pane_key_is(key, "Enter")) {
        enter(app, self);
    } else if (pane_key_is(key, ":") && !*text) {
        command_line(app, ""); /* no Python begins with it */
    } else if (pane_key_is(key, "Ctrl-c") && *text && !session_evaluating(app_session(app)) &&
               app_model(app)->state == MODEL_STOPPED) {
        clear(self);
    } else if (pane_key_is(key, "Alt-Enter Ctrl-v")) {
        break_line(self);
    } else if (pane_key_is(key, "Up Ctrl-p Down Ctrl-n")) {
        move(app, self, pane_key_is(key, "Up Ctrl-p"), pane_key_is(key, "Up Down"));
    } else if (pane_key_is(key, "PgUp Shift-PgUp PgDn Shift-PgDn")) {
        transcript_scroll(app, &self->transcript, pane_key_is(key, "PgUp Shift-PgUp"),
                          self->transcript.rows > 2 ? (size_t)self->transcript.rows - 1 : 1);
    } else if (pane_key_is(key, "Esc")) {
        if (was_open) {
            completer_refuse(app, false);
            return true;
        }
        if (*text)
            clear(self);
        else
            app_focus(app, PANE_SOURCE);
    } else {
        return edit_key(app, self, key);
    }
    completer_close(app);
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    (void)column;
    struct console_pane *self = data;
    bool up = key->mouse == KEY_MOUSE_WHEEL_UP;
    if (up || key->mouse == KEY_MOUSE_WHEEL_DOWN) {
        transcript_scroll(app, &self->transcript, up, 3);
        return true;
    }
    if (key->mouse == KEY_MOUSE_PRESS)
        transcript_click(app, &self->transcript, row);
    return key->mouse == KEY_MOUSE_PRESS;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    const struct console_pane *self = data;
    if (session_evaluates_long(app_session(app)))
        snprintf(buffer, size, "evaluating, Esc interrupts");
    else if (self->transcript.active)
        snprintf(buffer, size, "Enter opens  / searches  Esc back");
    else if (self->find.active)
        snprintf(buffer, size, "Ctrl-r older  Ctrl-s newer  Esc back");
    else if (self->transcript.scrolled > 0)
        snprintf(buffer, size, "%zu lines below", self->transcript.scrolled);
}

void pane_console_results(struct app *app, const char *argument)
{
    (void)argument;
    app_focus(app, PANE_CONSOLE);
    pane(app)->find.active = false;
    if (pane(app)->transcript.active)
        pane(app)->transcript.active = false;
    else
        transcript_enter(app, &pane(app)->transcript);
}

void pane_console_clear(struct app *app, const char *argument)
{
    (void)argument;
    model_clear_lines(app_model(app));
    pane(app)->transcript.active = false;
    pane(app)->transcript.scrolled = 0;
    app_redraw(app);
}

/* Again while it searches: the next one, as any other of its keys. */
void pane_console_history(struct app *app, const char *argument)
{
    (void)argument;
    struct console_pane *self = pane(app);
    struct key next = {.kind = KEY_KIND_CHAR, .codepoint = 'r', .modifiers = KEY_CTRL};
    app_focus(app, PANE_CONSOLE);
    self->transcript.active = false;
    if (self->find.active)
        history_find_key(&self->find, app->history, self->edit, &next);
    else
        history_find_begin(&self->find, self->edit);
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
