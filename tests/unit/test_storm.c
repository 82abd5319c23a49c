/* Whatever a backend says, in whatever order, and whatever is typed meanwhile: nothing may crash, hang or be drawn
 * from what is gone. The same seeds each time; PYTUI_STORM_ROUNDS makes it longer. */
#include "protocol/arena.h"
#include "protocol/channel.h"
#include "protocol/message.h"
#include "protocol/value.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/command_display.h"
#include "tui/command_script.h"
#include "tui/complete.h"
#include "tui/config.h"
#include "tui/dialog.h"
#include "tui/history.h"
#include "tui/layout.h"
#include "tui/loop.h"
#include "tui/model.h"
#include "tui/prompt.h"
#include "tui/session.h"
#include "tui/source.h"
#include "tui/theme.h"
#include "tui/vt.h"
#include "tui/xalloc.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAITING_MAX 64

struct storm {
    struct app *app;
    struct channel *peer;
    struct arena *in, *out;
    uint32_t seed;
    struct waiting {
        int64_t seq;
        char command[40];
    } waiting[WAITING_MAX];
    size_t count;
};

static unsigned below(struct storm *storm, unsigned limit)
{
    storm->seed = storm->seed * 1664525u + 1013904223u;
    return (storm->seed >> 8) % limit;
}

#define PICK(storm, array) (array)[below(storm, sizeof(array) / sizeof((array)[0]))]

static int64_t number(struct storm *storm)
{
    static const int64_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    return below(storm, 8) ? (int64_t)below(storm, 12) : PICK(storm, numbers);
}

static struct value *text(struct storm *storm)
{
    static const char *const texts[] = {"x",
                                        "x",
                                        "items",
                                        "",
                                        "<A>",
                                        "a\x1f"
                                        "b",
                                        "\x1b[31m",
                                        "two\nlines\n",
                                        "größe",
                                        "[0]",
                                        "日本語",
                                        "/t.py",
                                        "/other.py",
                                        "<string>",
                                        "step",
                                        "breakpoint",
                                        "exception",
                                        "entry",
                                        "verified",
                                        "moved",
                                        "error"};
    return value_text(storm->out, PICK(storm, texts));
}

static struct value *junk(struct storm *storm)
{
    switch (below(storm, 6)) {
    case 0:
        return value_int(storm->out, number(storm));
    case 1:
        return value_bool(storm->out, below(storm, 2));
    case 2:
        return value_array(storm->out);
    case 3:
        return value_map(storm->out);
    case 4:
        return value_bytes(storm->out, "/raw\xff", 5);
    default:
        return text(storm);
    }
}

/* Set KEY to VALUE; now and then to something else, or not at all. */
static void put(struct storm *storm, struct value *map, const char *key, struct value *value)
{
    unsigned luck = below(storm, 500);
    if (luck != 0)
        value_set(storm->out, map, key, luck == 1 ? junk(storm) : value);
}

static void put_number(struct storm *storm, struct value *map, const char *key)
{
    put(storm, map, key, value_int(storm->out, number(storm)));
}

static void put_flag(struct storm *storm, struct value *map, const char *key)
{
    put(storm, map, key, value_bool(storm->out, below(storm, 2)));
}

typedef struct value *(*maker)(struct storm *storm);

static struct value *list_of(struct storm *storm, maker make, unsigned most)
{
    struct value *list = value_array(storm->out);
    for (unsigned i = below(storm, most + 1); i > 0; i--)
        value_append(storm->out, list, make(storm));
    return list;
}

static struct value *variable(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put(storm, map, "name", text(storm));
    put(storm, map, "value", text(storm));
    put(storm, map, "type", text(storm));
    put_number(storm, map, "variablesReference");
    return map;
}

static struct value *more(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put_flag(storm, map, "more");
    put_flag(storm, map, "moreFrames");
    return map;
}

static struct value *page(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put_number(storm, map, "variablesReference");
    put_number(storm, map, "start");
    put_flag(storm, map, "more");
    put(storm, map, "variables", list_of(storm, variable, 30));
    return map;
}

static struct value *scope(struct storm *storm)
{
    static const char *const names[] = {"Locals", "Globals", "x"};
    struct value *map = value_map(storm->out);
    put(storm, map, "name", value_text(storm->out, PICK(storm, names)));
    put_number(storm, map, "variablesReference");
    put_flag(storm, map, "expensive");
    return map;
}

static struct value *source(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put(storm, map, "path", text(storm));
    put_number(storm, map, "sourceReference");
    return map;
}

static struct value *frame(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put_number(storm, map, "id");
    put(storm, map, "name", text(storm));
    put_number(storm, map, "line");
    put_number(storm, map, "column");
    put(storm, map, "source", source(storm));
    return map;
}

static struct value *breakpoint(struct storm *storm)
{
    struct value *map = value_map(storm->out), *extension = value_map(storm->out);
    put_number(storm, map, "id");
    put_flag(storm, map, "verified");
    put_number(storm, map, "line");
    put(storm, map, "message", text(storm));
    put(storm, extension, "state", text(storm));
    put_number(storm, extension, "hits");
    put(storm, map, "pytui", extension);
    return map;
}

static struct value *target(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put(storm, map, "label", text(storm));
    put_number(storm, map, "start");
    return map;
}

static struct value *stop_body(struct storm *storm)
{
    struct value *map = value_map(storm->out), *snapshot = value_map(storm->out);
    put(storm, map, "reason", text(storm));
    put_number(storm, map, "threadId");
    put_flag(storm, map, "allThreadsStopped");
    put(storm, snapshot, "stackFrames", list_of(storm, frame, 12));
    put_flag(storm, snapshot, "moreFrames");
    put(storm, snapshot, "scopes", list_of(storm, scope, 3));
    put(storm, snapshot, "pages", list_of(storm, page, 3));
    put(storm, snapshot, "threadName", text(storm));
    if (below(storm, 4) == 0)
        put(storm, snapshot, "hits", list_of(storm, breakpoint, 3));
    if (below(storm, 4) == 0)
        put(storm, snapshot, "returnValue", variable(storm));
    if (below(storm, 10) == 0)
        put_flag(storm, snapshot, "postMortem");
    put(storm, map, "pytui", snapshot);
    return map;
}

static struct value *answer_body(struct storm *storm)
{
    struct value *map = value_map(storm->out);
    put(storm, map, "variables", list_of(storm, variable, 30));
    put(storm, map, "scopes", list_of(storm, scope, 3));
    put(storm, map, "stackFrames", list_of(storm, frame, 30));
    put(storm, map, "breakpoints", list_of(storm, breakpoint, 3));
    put(storm, map, "targets", list_of(storm, target, 5));
    put(storm, map, "result", text(storm));
    put(storm, map, "content", text(storm));
    put(storm, map, "pytui", more(storm));
    return map;
}

static struct value *event_body(struct storm *storm, const char *event)
{
    if (strcmp(event, "stopped") == 0)
        return stop_body(storm);
    struct value *map = value_map(storm->out);
    put(storm, map, "reason", text(storm));
    put(storm, map, "breakpoint", breakpoint(storm));
    put(storm, map, "category", text(storm));
    put(storm, map, "output", text(storm));
    put_number(storm, map, "threadId");
    put_number(storm, map, "line");
    put_number(storm, map, "exitCode");
    return map;
}

static void on_stopped(struct session *session, void *data)
{
    (void)session;
    struct app *app = data;
    for (int i = 0; i < PANE_COUNT; i++)
        if (pane_table[i]->stopped)
            pane_table[i]->stopped(app, app->panes[i]);
}

static void on_message(struct session *session, bool error, const char *said, void *data)
{
    (void)session;
    app_message(data, error, "%s", said);
}

static void ignore_bytes(void *data, const char *bytes, size_t length)
{
    (void)data, (void)bytes, (void)length;
}

static struct app *make_app(void)
{
    static const struct vt_callbacks callbacks = {.write = ignore_bytes};
    struct app *app = xcalloc(1, sizeof *app);
    app->loop = loop_create();
    app->theme = theme_create_default();
    app->keymap = keymap_create();
    app->config = config_create();
    app->completer = completer_create();
    app->history = history_create(NULL, 10);
    app->sources = source_store_create();
    app->layout = layout_create();
    app->vt = vt_create(10, 60, 100, &callbacks);
    app->sessions = xcalloc(1, sizeof *app->sessions);
    struct session_handlers handlers = {.stopped = on_stopped, .message = on_message, .data = app};
    app->sessions[0] = session_create(app->loop, &handlers);
    app->session_count = 1;
    for (int i = 0; i < PANE_COUNT; i++)
        app->panes[i] = pane_table[i]->create(app);
    source_store_put(app->sources, "/t.py", "def f(x):\n    x = 1\n    y = x\n    return y\n\nf(1)\n", 49);
    return app;
}

static void free_app(struct app *app)
{
    prompt_close(app);
    dialog_close(app);
    session_destroy(app->sessions[0]);
    for (int i = 0; i < PANE_COUNT; i++)
        pane_table[i]->destroy(app->panes[i]);
    free(app->sessions);
    vt_destroy(app->vt);
    layout_destroy(app->layout);
    source_store_destroy(app->sources);
    history_destroy(app->history);
    completer_destroy(app->completer);
    script_destroy(app->script);
    display_list_destroy(app->displays);
    config_destroy(app->config);
    keymap_destroy(app->keymap);
    theme_destroy(app->theme);
    loop_destroy(app->loop);
    free(app);
}

static void stop_loop(struct loop *loop, void *data)
{
    (void)data;
    loop_stop(loop, 0);
}

static void turn(struct storm *storm)
{
    for (int i = 0; i < 2; i++) {
        loop_add_timer(storm->app->loop, 0, stop_loop, NULL);
        loop_run(storm->app->loop);
    }
}

static void take_requests(struct storm *storm)
{
    struct message message;
    const char *malformed;
    channel_receive(storm->peer);
    for (arena_reset(storm->in); channel_next(storm->peer, storm->in, &message, &malformed);) {
        if (malformed)
            fail_msg("the session sent a malformed %s: %s", message.name, malformed);
        if (message.kind != MESSAGE_REQUEST || storm->count == WAITING_MAX)
            continue;
        struct waiting *waiting = &storm->waiting[storm->count++];
        waiting->seq = message.seq;
        snprintf(waiting->command, sizeof waiting->command, "%s", message.name);
    }
}

static void say(struct storm *storm, struct value *message)
{
    channel_send(storm->peer, storm->out, message);
    arena_reset(storm->out);
}

/* One of those that wait, mostly the first. */
static void answer(struct storm *storm)
{
    size_t at = below(storm, 4) ? 0 : below(storm, (unsigned)storm->count);
    struct waiting waiting = storm->waiting[at];
    memmove(&storm->waiting[at], &storm->waiting[at + 1], (--storm->count - at) * sizeof waiting);
    if (below(storm, 12) == 0)
        say(storm, message_error(storm->out, waiting.seq, waiting.command, "no"));
    else
        say(storm, message_response(storm->out, waiting.seq, waiting.command, answer_body(storm)));
}

static void event(struct storm *storm)
{
    static const char *const events[] = {"stopped", "stopped", "stopped",    "stopped", "continued",
                                         "output",  "thread",  "breakpoint", "process", "unheard"};
    const char *name = PICK(storm, events);
    say(storm, message_event(storm->out, name, event_body(storm, name)));
}

static void type(struct storm *storm)
{
    static const char *const keys[] = {
        "n",      "s",    "f",         "c", "u",      "d", "j",      "k", "G",  "g",    "Enter",  "Enter", "Space", "l",
        "h",      "Left", "b",         "t", "V",      "V", "S",      "B", "C",  "Tab",  "Esc",    "Esc",   "e",     "U",
        "x",      "1",    "Shift-Tab", "/", "Ctrl-x", ".", "PgDn",   "L", "Up", "Down", "Ctrl-c", "PgUp",  "Right", "o",
        "Ctrl-]", "H",    "Ctrl-r",    "?", "]",      "+", "Delete",
    };
    struct key key;
    const char *name = PICK(storm, keys);
    if (!key_parse(name, &key))
        fail_msg("%s is no key", name);
    app_key(storm->app, &key);
}

static void draw(struct storm *storm)
{
    static const struct {
        int rows, columns;
    } sizes[] = {{24, 80}, {40, 120}, {5, 20}, {12, 54}, {3, 10}};
    unsigned size = below(storm, 10);
    size = size < COUNT(sizes) ? size : 1;
    struct grid *grid = grid_create(sizes[size].rows, sizes[size].columns);
    struct canvas screen = canvas_whole(grid);
    layout_draw(storm->app, screen);
    prompt_draw(storm->app, screen);
    dialog_draw(storm->app, screen);
    grid_destroy(grid);
}

static void start(struct storm *storm)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    storm->peer = channel_create(pair[1]);
    session_connect(app_session(storm->app), pair[0], true);
    take_requests(storm);
    struct value *body = value_map(storm->out), *extension = value_map(storm->out);
    value_set_int(storm->out, extension, "protocolVersion", MESSAGE_PROTOCOL_VERSION);
    value_set_text(storm->out, extension, "backendVersion", "0");
    value_set_text(storm->out, extension, "pythonVersion", "3.13.0");
    value_set_text(storm->out, extension, "implementation", "cpython");
    value_set_text(storm->out, extension, "engine", "monitoring");
    value_set_int(storm->out, extension, "pid", 7);
    value_set(storm->out, body, "pytui", extension);
    say(storm, message_response(storm->out, storm->waiting[0].seq, "initialize", body));
    say(storm, message_event(storm->out, "initialized", NULL));
    storm->count = 0;
    turn(storm);
    take_requests(storm);
}

static void blow(uint32_t seed, int steps)
{
    struct storm storm = {.app = make_app(), .in = arena_create(), .out = arena_create(), .seed = seed};
    start(&storm);
    for (int i = 0; i < steps; i++) {
        unsigned what = below(&storm, 10);
        if (what < 4)
            type(&storm);
        else if (what < 7 && storm.count > 0)
            answer(&storm);
        else if (what < 8)
            event(&storm);
        else
            draw(&storm);
        turn(&storm);
        take_requests(&storm);
    }
    if (seed % 3 == 0)
        session_exited(app_session(storm.app), 0);
    draw(&storm);
    free_app(storm.app);
    channel_destroy(storm.peer);
    arena_destroy(storm.in);
    arena_destroy(storm.out);
}

static void nothing_a_backend_says_does_harm(void **state)
{
    (void)state;
    const char *rounds = getenv("PYTUI_STORM_ROUNDS");
    int count = rounds ? atoi(rounds) : 30;
    for (int i = 0; i < count; i++) {
        alarm(60);
        blow((uint32_t)i, 400);
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_a_backend_says_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
