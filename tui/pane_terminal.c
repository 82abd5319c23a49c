/* The Terminal pane: the program's own screen. Reading its pty gives way to keys and the backend, so
 * a flood of output never delays a key; when it floods, at most one repaint follows in 16 ms. */
#include "app.h"
#include "layout.h"
#include "loop.h"
#include "model.h"
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
    char *queue; /* keys the pty has not taken yet; owned */
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
    if (self)
        free(self->queue);
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

static void draw_note(struct app *app, struct canvas canvas)
{
    if (app->target && !target_has_terminal(app->target))
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
    if (!self->watch) {
        app_message(app, true, "the program's terminal is closed; Ctrl-] leaves this pane");
        return true;
    }
    self->scroll = 0;
    if (key->kind == KEY_KIND_PASTE)
        vt_paste(app->vt, key->text, key->length);
    else
        vt_key(app->vt, key);
    if (app_model(app)->state == MODEL_STOPPED)
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
    if (self->scroll > 0)
        snprintf(buffer, size, "%d/%d back", self->scroll, vt_scrollback(app->vt));
    else if (app->focus == PANE_TERMINAL)
        snprintf(buffer, size, "Ctrl-] leaves");
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
