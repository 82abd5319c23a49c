/* The Terminal pane: the program's own screen. Reading its pty gives way to keys and the backend, so
 * a flood of output never delays a key; when it floods, at most one repaint follows in 16 ms. */
#include "app.h"
#include "layout.h"
#include "loop.h"
#include "model.h"
#include "pane_commands.h"
#include "prompt.h"
#include "session.h"
#include "term.h"
#include "vt.h"
#include "vt_pump.h"
#include "xalloc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PTY_PRIORITY 2
#define PAINT_EVERY  16 /* ms between repaints for output alone */
#define QUEUE_MAX    (1u << 20)
#define DRAIN_TURNS  1000 /* of the pump, for the last words of a program whose children may print for ever */

struct terminal_pane {
    uint64_t watch; /* the pty in the loop; 0: none */
    int scroll;     /* lines scrolled back */
    int rows, columns;
    bool paint_due; /* a repaint timer runs */
    bool pump_due;  /* the pump stopped in between and runs again next turn */
    struct vt_pump pump;
    char *title;  /* owned: what the program calls its window; NULL */
    char *needle; /* owned: what is searched; NULL: nothing */
    int hit;      /* its row, as vt_cell() counts them */
    int before;   /* where the search began, in lines scrolled back */
    char *queue;  /* keys the pty has not taken yet; owned */
    size_t queued, capacity;
};

static struct terminal_pane *pane(struct app *app)
{
    return app->panes[PANE_TERMINAL];
}

static void *create(struct app *app)
{
    (void)app;
    return xcalloc(1, sizeof(struct terminal_pane));
}

static void destroy(void *data)
{
    struct terminal_pane *self = data;
    if (self) {
        free(self->title);
        free(self->needle);
        free(self->queue);
    }
    free(self);
}

static void paint(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    pane(app)->paint_due = false;
    if (vt_take_damage(app->vt))
        app_damage(app);
}

static void flush_queue(struct app *app, struct terminal_pane *self, int fd)
{
    while (self->queued > 0) {
        ssize_t written = write(fd, self->queue, self->queued);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        self->queued -= (size_t)written;
        memmove(self->queue, self->queue + written, self->queued);
    }
    if (self->watch)
        loop_set_events(app->loop, self->watch, (short)(self->queued ? POLLIN | POLLOUT : POLLIN));
}

static bool is_urgent(void *data)
{
    return loop_urgent(data, PTY_PRIORITY);
}

static void run_pump(struct app *app);

static void pump_again(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    pane(app)->pump_due = false;
    if (pane(app)->watch)
        run_pump(app);
}

static void run_pump(struct app *app)
{
    struct terminal_pane *self = pane(app);
    enum vt_pump_result result = vt_pump_run(&self->pump);
    if (result == VT_PUMP_END)
        pane_terminal_detach(app);
    if (result == VT_PUMP_MORE && !self->pump_due) {
        self->pump_due = true;
        loop_add_timer(app->loop, 0, pump_again, app);
    }
    if (!self->paint_due) {
        self->paint_due = true;
        loop_add_timer(app->loop, PAINT_EVERY, paint, app);
    }
}

static void pty_ready(struct loop *loop, int fd, short events, void *data)
{
    (void)loop;
    struct app *app = data;
    if (events & POLLOUT)
        flush_queue(app, pane(app), fd);
    if (events & (POLLIN | POLLHUP | POLLERR))
        run_pump(app);
}

void pane_terminal_attach(struct app *app)
{
    struct terminal_pane *self = pane(app);
    int fd = app->target ? target_pty(app->target) : -1;
    if (fd < 0 || self->watch)
        return;
    vt_pump_init(&self->pump,
                 &(struct vt_pump_options){.fd = fd, .vt = app->vt, .urgent = is_urgent, .data = app->loop});
    self->watch = loop_add_fd(app->loop, fd, POLLIN, PTY_PRIORITY, pty_ready, app);
}

void pane_terminal_detach(struct app *app)
{
    struct terminal_pane *self = pane(app);
    if (self->watch)
        loop_remove(app->loop, self->watch);
    self->watch = 0;
}

void pane_terminal_drain(struct app *app)
{
    struct terminal_pane *self = pane(app);
    for (int i = 0; self->watch && i < DRAIN_TURNS && vt_pump_run(&self->pump) == VT_PUMP_MORE; i++)
        ;
    self->queued = 0;
}

void pane_terminal_title(struct app *app, const char *title)
{
    struct terminal_pane *self = pane(app);
    free(self->title);
    self->title = *title ? xstrdup(title) : NULL;
    app_damage(app);
}

/* Bytes for the program (vt's write callback). What the pty does not take at once is kept, up to a
 * megabyte: a program that never reads must not grow us. */
void pane_terminal_write(struct app *app, const char *bytes, size_t length)
{
    struct terminal_pane *self = pane(app);
    int fd = app->target ? target_pty(app->target) : -1;
    if (fd < 0 || !self->watch)
        return;
    if (self->queued + length > QUEUE_MAX) {
        app_message(app, true, "the program does not read its input; what you type is dropped");
        return;
    }
    xgrow(&self->queue, &self->capacity, self->queued + length, 1);
    memcpy(self->queue + self->queued, bytes, length);
    self->queued += length;
    flush_queue(app, self, fd);
}

void pane_terminal_fit(struct app *app)
{
    struct terminal_pane *self = pane(app);
    struct layout_place place = layout_pane(app->layout, PANE_TERMINAL);
    if (place.rows < 1 || place.columns < 2 || (place.rows == self->rows && place.columns == self->columns))
        return;
    self->rows = place.rows;
    self->columns = place.columns;
    vt_resize(app->vt, place.rows, place.columns);
    if (app->target)
        target_resize(app->target, place.rows, place.columns);
}

void pane_terminal_scroll(struct app *app, int lines)
{
    struct terminal_pane *self = pane(app);
    int most = vt_alternate(app->vt) ? 0 : vt_scrollback(app->vt);
    self->scroll = lines < 0 ? 0 : lines > most ? most : lines;
    app_damage(app);
}

/* Searching, in the scrollback and on the screen, upwards first. */

static const char search_hint[] = ". older hits, , newer ones, / anew, Esc ends the search";

static const char *find_in(const char *text, const char *needle)
{
    bool capital = false;
    for (const char *at = needle; *at; at++)
        capital = capital || (*at >= 'A' && *at <= 'Z');
    return capital ? strstr(text, needle) : strcasestr(text, needle);
}

static bool has_hit(const struct vt *vt, int row, const char *needle)
{
    char *text = vt_line_text(vt, row);
    bool found = find_in(text, needle) != NULL;
    free(text);
    return found;
}

/* The next row with a hit from FROM on (not itself), BY -1 being up; round at the ends. */
static bool find_row(const struct vt *vt, const char *needle, int from, int by, int *row)
{
    int first = vt_alternate(vt) ? 0 : -vt_scrollback(vt), count = vt_rows(vt) - first;
    for (int i = 1; i <= count; i++) {
        int at = first + (((from - first + by * i) % count) + count) % count;
        if (has_hit(vt, at, needle)) {
            *row = at;
            return true;
        }
    }
    return false;
}

static void go_to_hit(struct app *app, struct terminal_pane *self, int from, int by)
{
    if (!find_row(app->vt, self->needle, from, by, &self->hit)) {
        app_message(app, true, "the program has not printed '%s'", self->needle);
        return;
    }
    if (self->hit < -self->scroll || self->hit >= self->rows - self->scroll)
        pane_terminal_scroll(app, self->rows / 2 - self->hit);
    app_damage(app);
}

static void set_needle(struct terminal_pane *self, const char *needle)
{
    char *copy = *needle ? xstrdup(needle) : NULL;
    free(self->needle);
    self->needle = copy;
}

static void search_changed(struct app *app, const char *text, void *data)
{
    struct terminal_pane *self = data;
    set_needle(self, text);
    app->message[0] = '\0';
    if (self->needle)
        go_to_hit(app, self, vt_rows(app->vt), -1);
    app_damage(app);
}

static void search_done(struct app *app, const char *text, void *data)
{
    struct terminal_pane *self = data;
    if (text && *text) {
        if (!app->message[0])
            app_message(app, false, "%s", search_hint);
        return;
    }
    set_needle(self, "");
    pane_terminal_scroll(app, self->before);
}

void pane_terminal_search(struct app *app, const char *argument)
{
    struct terminal_pane *self = pane(app);
    app_focus(app, PANE_TERMINAL);
    self->before = self->scroll;
    if (*argument) {
        search_changed(app, argument, self);
        search_done(app, argument, self);
    } else {
        prompt_open(
            app, &(struct prompt_options){.label = "/", .done = search_done, .changed = search_changed, .data = self});
    }
}

/* A key while something is searched or the view is scrolled back; false: it is for the program. */
static bool search_key(struct app *app, struct terminal_pane *self, const struct key *key)
{
    if (!self->needle && self->scroll == 0)
        return false;
    if (pane_key_is(key, "/")) {
        pane_terminal_search(app, "");
    } else if (pane_key_is(key, "Esc")) {
        set_needle(self, "");
        pane_terminal_scroll(app, 0);
    } else if (self->needle && pane_key_is(key, ". ,")) {
        go_to_hit(app, self, self->hit, pane_key_is(key, ".") ? -1 : 1);
    } else {
        return false;
    }
    return true;
}

static void draw_hits(struct app *app, const struct terminal_pane *self, struct canvas canvas, int row)
{
    char *text = vt_line_text(app->vt, row - self->scroll);
    size_t length = strlen(self->needle);
    for (const char *at = text; (at = find_in(at, self->needle)) != NULL; at += length)
        canvas_restyle(canvas, row, canvas_width(text, (size_t)(at - text)), 1, canvas_width(at, length),
                       app_style(app, ROLE_SEARCH_HIT));
    free(text);
}

static void draw_note(struct app *app, struct canvas canvas)
{
    if (app->shared)
        canvas_label(canvas, 0, 1, canvas.columns - 1, app_style(app, ROLE_DIM),
                     "the program writes to the terminal that pytui is on; o shows it");
    else if (app->attach && !app->target)
        canvas_label(canvas, 0, 1, canvas.columns - 1, app_style(app, ROLE_DIM),
                     "the program's terminal is elsewhere: pytui was attached to it");
    else if (app->target && !target_has_terminal(app->target))
        canvas_label(canvas, 0, 1, canvas.columns - 1, app_style(app, ROLE_DIM),
                     "the program's input and output are redirected");
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct terminal_pane *self = data;
    for (int row = 0; row < canvas.rows && row < vt_rows(app->vt); row++) {
        for (int column = 0; column < canvas.columns && column < vt_columns(app->vt);) {
            struct cell cell;
            vt_cell(app->vt, row - self->scroll, column, &cell);
            canvas_cell(canvas, row, column, &cell);
            column += cell.width > 1 ? cell.width : 1;
        }
        if (self->needle)
            draw_hits(app, self, canvas, row);
    }
    draw_note(app, canvas);
    int row, column;
    if (focused && vt_cursor(app->vt, &row, &column) && row + self->scroll < canvas.rows)
        app_set_cursor(app, canvas, row + self->scroll, column);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct terminal_pane *self = data;
    int page = self->rows > 1 ? self->rows - 1 : 1;
    if (pane_key_is(key, "Shift-PgUp")) {
        pane_terminal_scroll(app, self->scroll + page);
        return true;
    }
    if (pane_key_is(key, "Shift-PgDn")) {
        pane_terminal_scroll(app, self->scroll - page);
        return true;
    }
    if (search_key(app, self, key))
        return true;
    if (!self->watch) {
        app_message(app, true, "the program's terminal is closed; Ctrl-] leaves this pane");
        return true;
    }
    self->scroll = 0;
    set_needle(self, "");
    if (key->kind == KEY_KIND_PASTE)
        vt_paste(app->vt, key->text, key->length);
    else
        vt_key(app->vt, key);
    if (app_model(app)->state == MODEL_STOPPED && !session_in_shell(app_session(app)))
        app_message(app, false, "the program is stopped and reads this when it goes on; Ctrl-] leaves the terminal");
    return true;
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    struct terminal_pane *self = data;
    bool wheel = key->mouse == KEY_MOUSE_WHEEL_UP || key->mouse == KEY_MOUSE_WHEEL_DOWN;
    if (vt_wants_mouse(app->vt)) {
        vt_mouse(app->vt, key, row, column);
        return true;
    }
    if (!wheel)
        return false;
    pane_terminal_scroll(app, self->scroll + (key->mouse == KEY_MOUSE_WHEEL_UP ? 3 : -3));
    return true;
}

static void status(struct app *app, void *data, char *buffer, size_t size)
{
    const struct terminal_pane *self = data;
    const char *shell = session_in_shell(app_session(app));
    bool here = app->focus == PANE_TERMINAL;
    if (self->scroll > 0)
        snprintf(buffer, size, "%d/%d back", self->scroll, vt_scrollback(app->vt));
    else if (shell)
        snprintf(buffer, size, "shell in %s%s: %s", shell, *shell == '<' ? "" : "()",
                 here ? "Ctrl-D leaves" : "T goes there");
    else if (here && !app->ended) /* then keys are commands again */
        snprintf(buffer, size, "%s%sCtrl-] leaves", self->title ? self->title : "", self->title ? "  " : "");
    else if (self->title)
        snprintf(buffer, size, "%s", self->title);
}

const struct pane_ops pane_terminal_ops = {
    .title = "Terminal",
    .hotkey = 'T',
    .scope = SCOPE_TERMINAL,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .status = status,
};
