/* The Source pane: which file and lines are shown, its cursor, following stops, and searching. */
#include "app.h"
#include "config.h"
#include "inline_values.h"
#include "loop.h"
#include "model.h"
#include "pane_commands.h"
#include "session.h"
#include "source.h"
#include "source_columns.h"
#include "source_search.h"
#include "source_view.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCROLL_STEP 4 /* columns, as in pudb */
#define WHEEL_LINES 3

#define SEARCH_BYTES ((size_t)2 << 20) /* that one step looks at */

struct source_pane {
    struct source *source; /* borrowed from the store; NULL before the first file */
    char *path;            /* as the model names it */
    int top, left, cursor;
    int rows, columns; /* of the last canvas */

    char *needle; /* NULL: never searched */
    bool hits_shown;
    struct source_search *search; /* owned: on its way; NULL: none */
    uint64_t work;                /* the timer for the next step of reading or searching; 0: none */
    int wanted;                   /* while the file is read: the line to show then */
    int progress;                 /* as it was shown last */
    int begin_cursor, begin_top;  /* where an incremental search began */
};

static struct source_pane *pane(struct app *app)
{
    return app->panes[PANE_SOURCE];
}

static void *create(struct app *app)
{
    (void)app;
    struct source_pane *self = xcalloc(1, sizeof *self);
    self->top = self->cursor = 1;
    self->rows = 24;
    return self;
}

static void destroy(void *data)
{
    struct source_pane *self = data;
    if (!self)
        return;
    source_search_destroy(self->search);
    free(self->path);
    free(self->needle);
    free(self);
}

static int last_line(const struct source_pane *self)
{
    int lines = self->source ? source_lines(self->source) : 0;
    return lines > 0 ? lines : 1;
}

static int limit(const struct source_pane *self, int line)
{
    int last = last_line(self);
    return line < 1 ? 1 : line > last ? last : line;
}

/* Bring the cursor into view: recentre when it is off screen, which costs one repaint in fifteen
 * steps where scrolling by a line would cost one at each. */
static void reveal(struct source_pane *self)
{
    int rows = self->rows > 0 ? self->rows : 1;
    if (self->cursor < self->top || self->cursor >= self->top + rows)
        self->top = self->cursor - rows / 2;
    int highest = last_line(self) - rows + 1;
    if (self->top > highest)
        self->top = highest;
    if (self->top < 1)
        self->top = 1;
}

/* Bring the cursor into view by as little scrolling as possible, for the cursor keys. */
static void reveal_near(struct source_pane *self)
{
    if (self->cursor < self->top)
        self->top = self->cursor;
    if (self->cursor >= self->top + self->rows)
        self->top = self->cursor - self->rows + 1;
    reveal(self);
}

static void move_to(struct source_pane *self, int line)
{
    self->cursor = limit(self, line);
    reveal_near(self);
}

/* Move cursor and view together by whole pages, as in pudb. */
static void move_page(struct source_pane *self, int lines)
{
    self->top += lines;
    self->cursor = limit(self, self->cursor + lines);
    if (self->top < 1)
        self->top = 1;
    reveal(self);
}

/* What takes long is done in steps, one a turn of the loop, so that keys are answered: reading a file of many
 * megabytes, and searching in it. */

static bool is_loading(const struct source_pane *self)
{
    return self->source && source_loading(self->source);
}

static void end_search(struct source_pane *self)
{
    source_search_destroy(self->search);
    self->search = NULL;
}

static void work(struct loop *loop, void *data);

static void go_on(struct app *app, struct source_pane *self)
{
    if ((self->search || is_loading(self)) && !self->work)
        self->work = loop_add_timer(app->loop, 0, work, app);
}

static void read_step(struct app *app, struct source_pane *self)
{
    if (!source_work(self->source)) {
        self->cursor = limit(self, self->wanted);
        reveal(self);
        app_damage(app);
    } else if (source_progress(self->source) != self->progress) {
        app_damage(app);
    }
}

static void search_step(struct app *app, struct source_pane *self);

static void work(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    struct source_pane *self = pane(app);
    self->work = 0;
    if (is_loading(self))
        read_step(app, self);
    else if (self->search)
        search_step(app, self);
    go_on(app, self);
}

static void open_file(struct app *app, struct source_pane *self, const char *path)
{
    bool same = self->path && strcmp(self->path, path) == 0;
    struct source *source = source_store_begin(app->sources, path);
    if (!same) {
        free(self->path);
        self->path = xstrdup(path);
        self->left = 0;
        self->hits_shown = false;
        end_search(self);
    }
    self->source = source;
    go_on(app, self);
}

void pane_source_show(struct app *app, const char *path, int line)
{
    struct source_pane *self = pane(app);
    open_file(app, self, path);
    self->cursor = limit(self, line);
    self->wanted = line;
    reveal(self);
    app_damage(app);
}

bool pane_source_cursor(struct app *app, const char **path, int *line)
{
    struct source_pane *self = pane(app);
    if (!self->path || is_loading(self) || strncmp(self->path, MODEL_DISASSEMBLY, strlen(MODEL_DISASSEMBLY)) == 0)
        return false; /* a listing is no file: nothing can be set there */
    *path = self->path;
    *line = self->cursor;
    return true;
}

char *pane_source_line(struct app *app, int line)
{
    const struct source *source = pane(app)->source;
    size_t length = 0;
    const char *text = source && line <= source_lines(source) ? source_line(source, line, &length) : "";
    return xmemdup(text, length);
}

void pane_source_go_to(struct app *app, int line)
{
    struct source_pane *self = pane(app);
    self->wanted = line;
    move_to(self, line);
    app_damage(app);
}

/* Text of code without a file arrived. */
static void source_arrived(struct session *session, const char *path, const char *text, size_t length, void *data)
{
    (void)session;
    struct app *app = data;
    if (!text)
        return;
    source_store_put(app->sources, path, text, length);
    const struct model_frame *frame = model_frame_selected(app_model(app));
    if (frame && frame->path && strcmp(frame->path, path) == 0)
        pane_source_show(app, path, frame->line);
}

void pane_source_follow(struct app *app)
{
    const struct model_frame *frame = model_frame_selected(app_model(app));
    if (!frame || !frame->path)
        return;
    pane_source_show(app, frame->path, frame->line);
    if ((frame->source_reference > 0 || app->attach) && source_error(pane(app)->source))
        session_fetch_source(app_session(app), frame->path, frame->source_reference, source_arrived, app);
}

static void stopped(struct app *app, void *data)
{
    struct source_pane *self = data;
    self->hits_shown = false;
    const struct model_frame *frame = model_frame_selected(app_model(app));
    if (frame && frame->path && self->path && self->source && strcmp(frame->path, self->path) == 0 &&
        source_changed(self->source) && !source_note(self->source))
        app_message(app, true, "%s changed on disk after it was read; Ctrl-r shows it as it is now", self->path);
    pane_source_follow(app);
}

static void draw(struct app *app, void *data, struct canvas canvas, bool focused)
{
    struct source_pane *self = data;
    bool resized = canvas.rows != self->rows;
    self->rows = canvas.rows;
    self->columns = canvas.columns;
    if (!self->source) {
        canvas_label(canvas, 0, 1, canvas.columns - 1, app_style(app, ROLE_DIM), "waiting for the program …");
        return;
    }
    if (resized)
        reveal(self);
    go_on(app, self);
    if (is_loading(self)) {
        self->progress = source_progress(self->source);
        canvas_printf(canvas, 0, 1, app_style(app, ROLE_DIM), "reading … %d %%   Esc ends it   %s", self->progress,
                      self->path);
        return;
    }
    const struct model *model = app_model(app);
    const struct model_frame *frame = model->state == MODEL_STOPPED ? model_frame_selected(model) : NULL;
    bool here = frame && frame->path && strcmp(frame->path, self->path) == 0;
    struct source_view view = {
        .source = self->source,
        .path = self->path,
        .top = self->top,
        .left = self->left,
        .cursor = self->cursor,
        .current = here ? frame->line : 0,
        .outer = model->selected_frame > 0,
        .frame = here ? frame : NULL,
        .needle = self->hits_shown ? self->needle : NULL,
    };
    if (here && !frame->listed_file && config_flag(app->config, CONFIG_INLINE_VALUES)) {
        bool inside = inline_values_inside(self->source, view.current, frame->name);
        view.inline_values = true;
        view.inline_function = inline_values_function(self->source, view.current, inside);
    }
    source_view_draw(app, &view, canvas, focused);
}

struct motion {
    const char *keys; /* separated by spaces */
    int lines;        /* moved by this many lines; times the page when it is set */
    int page;         /* 2: whole pages, 1: half ones */
    int end;          /* -1: first line, 1: last */
    int columns;      /* scrolled sideways */
};

static const struct motion motions[] = {
    {"j Down", .lines = 1},
    {"k Up", .lines = -1},
    {"PgDn Ctrl-f", .lines = 1, .page = 2},
    {"PgUp Ctrl-b", .lines = -1, .page = 2},
    {"Ctrl-d", .lines = 1, .page = 1},
    {"Ctrl-u", .lines = -1, .page = 1},
    {"g Home", .end = -1},
    {"G End", .end = 1},
    {"l Right", .columns = SCROLL_STEP},
    {"h Left", .columns = -SCROLL_STEP},
};

static void move(struct source_pane *self, const struct motion *motion)
{
    int page = self->rows > 1 ? self->rows - 1 : 1;
    if (motion->end)
        move_to(self, motion->end < 0 ? 1 : last_line(self));
    else if (motion->columns)
        self->left = self->left + motion->columns > 0 ? self->left + motion->columns : 0;
    else if (motion->page)
        move_page(self, motion->lines * (motion->page == 2 ? page : (page + 1) / 2));
    else
        move_to(self, self->cursor + motion->lines);
}

static bool key(struct app *app, void *data, const struct key *key)
{
    struct source_pane *self = data;
    for (size_t i = 0; i < sizeof motions / sizeof motions[0]; i++) {
        if (!pane_key_is(key, motions[i].keys))
            continue;
        move(self, &motions[i]);
        app_damage(app);
        return true;
    }
    return pane_key_is(key, "Esc") && pane_source_end(app);
}

static bool mouse(struct app *app, void *data, const struct key *key, int row, int column)
{
    struct source_pane *self = data;
    if (!self->source)
        return false;
    if (key->mouse == KEY_MOUSE_WHEEL_UP || key->mouse == KEY_MOUSE_WHEEL_DOWN) {
        move_page(self, key->mouse == KEY_MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
        return true;
    }
    if (key->mouse != KEY_MOUSE_PRESS)
        return false;
    self->cursor = limit(self, self->top + row);
    if (column < source_view_gutter(app, source_lines(self->source))) {
        const struct command *toggle = command_find("toggle-breakpoint");
        if (toggle)
            command_start(app, toggle, "");
    }
    return true;
}

/* Sideways: the beginning of the line is seen, too, when both fit. */
static void reveal_hit(const struct app *app, struct source_pane *self, size_t offset, size_t hit)
{
    size_t length;
    const char *text = source_line(self->source, self->cursor, &length);
    struct source_place place = source_columns_at(source_columns(self->source), text, length, offset);
    int start = canvas_advance(text + place.offset, offset - place.offset, place.column);
    int end = canvas_advance(text + offset, hit, start);
    int room = self->columns - source_view_gutter(app, source_lines(self->source));
    if (start < self->left || end > self->left + room)
        self->left = end <= room ? 0 : start - room / 3;
}

static void back_to_begin(struct source_pane *self)
{
    self->cursor = self->begin_cursor;
    self->top = self->begin_top;
}

static void show_hit(const struct app *app, struct source_pane *self, const struct source_hit *hit)
{
    self->hits_shown = true;
    self->cursor = hit->line;
    reveal(self);
    reveal_hit(app, self, hit->offset, hit->length);
}

static enum source_search_state look_further(struct app *app, struct source_pane *self)
{
    struct source_hit hit;
    enum source_search_state state = source_search_step(self->search, SEARCH_BYTES, &hit);
    if (state == SOURCE_SEARCH_FOUND)
        show_hit(app, self, &hit);
    if (state != SOURCE_SEARCH_MORE)
        end_search(self);
    return state;
}

/* One of the steps after the first. */
static void search_step(struct app *app, struct source_pane *self)
{
    int before = source_search_progress(self->search);
    enum source_search_state state = look_further(app, self);
    if (state == SOURCE_SEARCH_NONE)
        app_message(app, true, "'%s' not found", self->needle);
    else if (state == SOURCE_SEARCH_FOUND)
        app_message(app, false, "line %d", self->cursor);
    else if (source_search_progress(self->search) != before)
        app_message(app, false, "searching … %d %%   Esc ends it", source_search_progress(self->search));
    app_damage(app);
}

/* Found, or looked for yet: then what comes of it is shown later. */
static bool search_from(struct app *app, struct source_pane *self, int from, bool backwards)
{
    end_search(self);
    self->hits_shown = false;
    if (!self->source || is_loading(self) || !self->needle || !*self->needle)
        return false;
    self->search = source_search_create(self->source, self->needle, limit(self, from), backwards);
    bool found = look_further(app, self) != SOURCE_SEARCH_NONE;
    go_on(app, self);
    return found;
}

void pane_source_search_begin(struct app *app)
{
    struct source_pane *self = pane(app);
    self->begin_cursor = self->cursor;
    self->begin_top = self->top;
}

bool pane_source_search(struct app *app, const char *needle)
{
    struct source_pane *self = pane(app);
    if (self->search && self->needle && strcmp(self->needle, needle) == 0)
        return true; /* on its way since it was typed */
    free(self->needle);
    self->needle = xstrdup(needle);
    bool found = search_from(app, self, self->begin_cursor, false);
    if (!found || self->search)
        back_to_begin(self);
    app_damage(app);
    return found;
}

bool pane_source_search_again(struct app *app, bool backwards)
{
    struct source_pane *self = pane(app);
    int last = last_line(self), from = self->cursor + (backwards ? -1 : 1);
    bool found = search_from(app, self, from < 1 ? last : from > last ? 1 : from, backwards);
    app_damage(app);
    return found;
}

void pane_source_search_cancel(struct app *app)
{
    struct source_pane *self = pane(app);
    end_search(self);
    self->hits_shown = false;
    back_to_begin(self);
    app_damage(app);
}

bool pane_source_end(struct app *app)
{
    struct source_pane *self = pane(app);
    bool any = self->search || is_loading(self) || self->hits_shown;
    if (self->search)
        app_message(app, false, "the search was ended");
    if (is_loading(self))
        source_cancel(self->source);
    end_search(self);
    self->hits_shown = false;
    app_damage(app);
    return any;
}

void pane_source_reload(struct app *app, const char *argument)
{
    (void)argument;
    struct source_pane *self = pane(app);
    if (!self->source)
        return;
    self->wanted = self->cursor;
    end_search(self);
    source_reload(self->source);
    self->cursor = limit(self, self->cursor);
    self->hits_shown = false;
    reveal(self);
    go_on(app, self);
    app_message(app, false, "%s read anew; the program goes on with the code it has loaded", self->path);
    app_damage(app);
}

const struct pane_ops pane_source_ops = {
    .title = "Source",
    .hotkey = 'S',
    .scope = SCOPE_SOURCE,
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .mouse = mouse,
    .stopped = stopped,
};
