/* Start-up in app_run(); after that everything happens in the loop's handlers, and each turn ends in
 * end_of_turn(): keys first, then at most one paint.
 *
 * While a move of the program is on its way painting waits a little (PAINT_EVERY): a step that lands
 * within a millisecond is painted once and not twice, and two hundred typed ahead not two hundred times.
 * What the program does by itself (log points in a loop) is painted as often at most; keys and stops at once. */
#include "app.h"

#include "app_internal.h"
#include "attach.h"
#include "breakpoint_store.h"
#include "command_display.h"
#include "command_run.h"
#include "command_script.h"
#include "complete.h"
#include "config.h"
#include "dialog.h"
#include "handover.h"
#include "history.h"
#include "install_paths.h"
#include "layout.h"
#include "log.h"
#include "loop.h"
#include "model.h"
#include "notify.h"
#include "options.h"
#include "pane_commands.h"
#include "paths.h"
#include "prompt.h"
#include "protocol/arena.h"
#include "protocol/value.h"
#include "session.h"
#include "shared_terminal.h"
#include "source.h"
#include "stdin_script.h"
#include "target_check.h"
#include "term.h"
#include "vt.h"
#include "watch_store.h"
#include "welcome.h"
#include "width.h"
#include "words.h"
#include "xalloc.h"
#include "zoom.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_REFUSED 2

#define BELL_EVERY  100000 /* µs; a program that rings without end keeps nobody busy */
#define PAINT_EVERY 16000  /* µs between paints while moves are on their way, or for news alone */
#define PAINT_WAITS 60000  /* µs after which a program counts as running, and paints wait no more */

struct session *app_session(struct app *app)
{
    return app->sessions[app->session_focused];
}

struct model *app_model(struct app *app)
{
    return session_model(app_session(app));
}

static void mark_dirty(struct app *app)
{
    app->dirty = true;
    if (app->dirty_since == 0)
        app->dirty_since = loop_now();
}

void app_damage(struct app *app)
{
    mark_dirty(app);
    app->hurried = true;
}

void app_message(struct app *app, bool error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->message, sizeof app->message, format, arguments);
    va_end(arguments);
    app->message_error = error;
    app_damage(app);
}

void app_focus(struct app *app, enum pane_kind kind)
{
    app->zoomed = app->zoomed && app->focus == kind; /* it would hide what has the focus */
    app->focus = kind;
    if (kind != PANE_TERMINAL) {
        completer_close(app);
        app->terminal_zoomed = false; /* it would hide what has the focus */
    }
    if (kind == PANE_TERMINAL || kind == PANE_CONSOLE)
        layout_set_slot(app->layout, kind);
    app_damage(app);
}

bool app_message_fits(const struct app *app, const char *text)
{
    return canvas_width(text, strlen(text)) <= term_columns(app->term) - 2;
}

void app_show_console(struct app *app)
{
    if (!app->terminal_zoomed)
        layout_set_slot(app->layout, PANE_CONSOLE);
    app_damage(app);
}

void app_redraw(struct app *app)
{
    term_redraw(app->term);
    app_damage(app);
}

struct style app_style(const struct app *app, enum role role)
{
    return theme_style(app->theme, role);
}

void app_set_cursor(struct app *app, struct canvas canvas, int row, int column)
{
    app->cursor_visible = row >= 0 && row < canvas.rows && column >= 0 && column < canvas.columns;
    app->cursor_row = canvas.row + row;
    app->cursor_column = canvas.column + column;
}

/* Painting */

static void paint(struct app *app)
{
    struct canvas screen = term_canvas(app->term);
    layout_draw(app, screen);
    if (app->prompt)
        prompt_draw(app, screen);
    else if (app->focus == PANE_CONSOLE && app->cursor_visible) /* over the panes above it too */
        completer_draw(app, screen, app->cursor_row, layout_pane(app->layout, PANE_CONSOLE).column + 4);
    dialog_draw(app, screen);
    term_set_cursor(app->term, app->cursor_row, app->cursor_column, app->cursor_visible);
    term_present(app->term);
    app->dirty = app->hurried = false;
    app->dirty_since = 0;
    app->painted = loop_now();
}

/* How long a paint should still wait, in µs. */
static int64_t paint_delay(struct app *app)
{
    int64_t now = loop_now();
    if (session_pending(app_session(app)) == 0)
        app->pending_since = 0;
    else if (app->pending_since == 0)
        app->pending_since = now;
    if (app->pending_since > 0 && now - app->pending_since <= PAINT_WAITS)
        return app->dirty_since + PAINT_EVERY - now;
    return app->hurried ? 0 : app->painted + PAINT_EVERY - now;
}

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static void keep_for_later(struct app *app)
{
    char error[512];
    if (app->breakpoints &&
        !breakpoint_store_save(app->breakpoints, app_session(app), app->sources, error, sizeof error))
        app_message(app, true, "%s", error);
    if (app->watches && !watch_store_save(app->watches, app_session(app), error, sizeof error))
        app_message(app, true, "%s", error);
}

static int end_of_turn(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    int sleep = app_read_keys(app);
    script_turn(app);
    keep_for_later(app);
    zoom_follow(app);
    attach_follow(app);
    if (shared_terminal_follow(app))
        sleep = 0; /* for keys that were typed ahead */
    if (!app->dirty || app->quitting || app->lent)
        return sleep;
    int64_t delay = paint_delay(app);
    if (delay > 0)
        return shorter(sleep, (int)(delay / 1000) + 1);
    paint(app);
    return sleep;
}

/* What the session tells */

static void changed(struct session *session, void *data)
{
    (void)session;
    mark_dirty(data);
    notify_running(data);
}

static void stopped(struct session *session, void *data)
{
    struct app *app = data;
    app->pending_since = 0; /* a move landed: the next one's wait begins anew */
    app_damage(app);
    if (session != app_session(app))
        return;
    notify_stopped(app);
    for (int i = 0; i < PANE_COUNT; i++)
        if (pane_table[i]->stopped)
            pane_table[i]->stopped(app, app->panes[i]);
    display_stopped(app);
    script_stopped(app);
    if (session_model(session)->post_mortem && app->focus != PANE_TERMINAL)
        app_show_console(app); /* the traceback stands there */
}

static void selected(struct session *session, void *data)
{
    struct app *app = data;
    app_damage(app);
    if (session != app_session(app))
        return;
    pane_stack_follow(app);
    pane_source_follow(app);
}

/* What is too long for the message line is to be read in the console. */
static void said(struct session *session, bool error, const char *text, void *data)
{
    struct app *app = data;
    struct model *model = session_model(session);
    app_message(app, error, "%s", text);
    if (!error || app_message_fits(app, text))
        return;
    if (model->line_count == 0 || strcmp(model->lines[model->line_count - 1].text, text) != 0)
        model_add_line(model, MODEL_LINE_ERROR, text);
    app_show_console(app);
}

static void leaves(struct session *session, bool ends, void *data)
{
    (void)session;
    shared_terminal_give(data, ends);
}

static void choose_target(struct session *session, const struct session_target *list, size_t count, void *data)
{
    if (session == app_session(data))
        command_choose_target(data, list, count);
}

/* There is nothing to debug: leave, and say why where the user looks. */
static void refused(struct session *session, const char *why, void *data)
{
    struct app *app = data;
    (void)session;
    snprintf(app->farewell, sizeof app->farewell, "%.*s", (int)strcspn(why, "\n"), why);
    if (app->target && !app->attach) /* no code of the program has run yet: do not let it loose */
        target_signal(app->target, SIGKILL);
    app_quit(app, STATUS_REFUSED);
}

/* Starting */

void app_fit_theme(struct app *app)
{
    bool light;
    theme_set_colours(app->theme, term_colours(app->term));
    if (term_background(app->term, &light))
        theme_set_background(app->theme, light ? THEME_BACKGROUND_LIGHT : THEME_BACKGROUND_DARK);
}

bool app_set_theme(struct app *app, const char *name, char *error, size_t size)
{
    struct theme *theme = theme_load(name, app->themes, error, size);
    if (!theme)
        return false;
    theme_destroy(app->theme);
    app->theme = theme;
    app_fit_theme(app);
    app_damage(app);
    return true;
}

void app_apply_settings(struct app *app)
{
    char error[512];
    const char *theme = config_text(app->config, CONFIG_THEME);
    if (*theme && !app_set_theme(app, theme, error, sizeof error))
        app_message(app, true, "%s", error);
    layout_forget_sizes(app->layout);
    term_set_mouse(app->term, config_flag(app->config, CONFIG_MOUSE));
    app_damage(app);
}

static void choose_theme(struct app *app)
{
    char error[512];
    const char *name = config_text(app->config, CONFIG_THEME);
    app->theme = theme_create_default();
    app_fit_theme(app);
    if (*name && strcmp(name, "default") != 0 && !app_set_theme(app, name, error, sizeof error))
        app_message(app, true, "%s", error);
}

static bool bind(void *data, const char *command, const char *keys, char *error, size_t size)
{
    return keymap_bind(data, command, keys, error, size);
}

/* Options are settings for this run. */
static void apply_options(struct app *app, const struct options *options)
{
    char error[256];
    if (options->theme)
        config_set(app->config, "theme", options->theme, error, sizeof error);
    if (options->no_mouse)
        config_set(app->config, "mouse", "no", error, sizeof error);
    if (options->no_colour)
        config_set(app->config, "colour", "none", error, sizeof error);
}

static void read_settings(struct app *app, const struct options *options)
{
    struct install_paths paths;
    char error[256];
    app->keymap = keymap_create();
    app->config = config_create();
    config_load(app->config, NULL, bind, app->keymap);
    apply_options(app, options);
    if (install_paths_find(NULL, &paths, error, sizeof error)) {
        app->themes = xstrdup(paths.themes);
        install_paths_finish(&paths);
    }
}

static void complain(struct app *app)
{
    size_t count = config_complaint_count(app->config);
    for (size_t i = 0; i < count; i++)
        model_add_line(app_model(app), MODEL_LINE_ERROR, config_complaint(app->config, i));
    if (count > 1)
        app_message(app, true, "%s (and %zu more, see the console)", config_complaint(app->config, 0), count - 1);
    else if (count == 1)
        app_message(app, true, "%s", config_complaint(app->config, 0));
}

static void vt_write(void *data, const char *bytes, size_t length)
{
    pane_terminal_write(data, bytes, length);
}

static void vt_title(void *data, const char *title)
{
    if (((struct app *)data)->panes[PANE_TERMINAL])
        pane_terminal_title(data, title);
}

static void vt_bell(void *data)
{
    struct app *app = data;
    int64_t now = loop_now();
    if (now - app->last_bell < BELL_EVERY)
        return;
    app->last_bell = now;
    term_bell(app->term);
}

/* "stepme.py" for the status line, until the interpreter says it. */
static const char *program_name(const struct options *options)
{
    const struct target_options *target = &options->target;
    if (options->channel || options->found)
        return NULL; /* it says so */
    static const char *const names[] = {[TARGET_CODE] = "-c", [TARGET_STDIN] = "-"};
    if (target->kind == TARGET_CODE || target->kind == TARGET_STDIN)
        return names[target->kind];
    const char *slash = strrchr(target->what, '/');
    return slash && slash[1] ? slash + 1 : target->what;
}

/* PATTERNS have blanks or commas between them; `~/` is the user's home. */
static void add_code_rules(struct session *session, const char *patterns, bool user)
{
    char *copy = xstrdup(patterns), *save = NULL;
    const char *home = getenv("HOME");
    for (char *word = strtok_r(copy, ", ", &save); word; word = strtok_r(NULL, ", ", &save)) {
        char *path = word[0] == '~' && word[1] == '/' && home ? xasprintf("%s%s", home, word + 1) : xstrdup(word);
        session_add_code_rule(session, path, user);
        free(path);
    }
    free(copy);
}

static void add_line(struct session *session, const struct option_breakpoint *breakpoint)
{
    struct arena *arena = breakpoint->column > 0 ? arena_create() : NULL;
    struct value *fields = arena ? value_map(arena) : NULL;
    if (fields)
        value_set_int(arena, fields, "column", breakpoint->column);
    session_add_breakpoint(session, breakpoint->path, breakpoint->line, fields);
    arena_destroy(arena);
}

static void add_session(struct app *app, const struct options *options)
{
    struct session_handlers handlers = {.changed = changed,
                                        .stopped = stopped,
                                        .selected = selected,
                                        .message = said,
                                        .targets = choose_target,
                                        .leaves = leaves,
                                        .refused = refused,
                                        .data = app};
    struct session *session = session_create(app->loop, &handlers);
    xgrow(&app->sessions, &(size_t){app->session_count}, app->session_count + 1, sizeof(struct session *));
    app->sessions[app->session_count++] = session;
    session_model(session)->program = xstrdup(program_name(options));
    session_set_just_my_code(session, config_flag(app->config, CONFIG_JUST_MY_CODE));
    add_code_rules(session, config_text(app->config, CONFIG_LIBRARY_CODE), false);
    add_code_rules(session, config_text(app->config, CONFIG_USER_CODE), true);
    for (size_t i = 0; i < options->breakpoint_count; i++) {
        const struct option_breakpoint *breakpoint = &options->breakpoints[i];
        if (breakpoint->path)
            add_line(session, breakpoint);
        else
            session_add_function_breakpoint(session, breakpoint->function, NULL);
    }
}

static bool open_terminal(struct app *app, char *error, size_t size)
{
    app->colour = strcmp(config_text(app->config, CONFIG_COLOUR), "none") != 0;
    struct term_options term = {
        .mouse = config_flag(app->config, CONFIG_MOUSE),
        .colour = app->colour,
    };
    app->term = term_create(&term, error, size);
    return app->term != NULL;
}

static void create_panes(struct app *app)
{
    char *history = paths_state("history");
    app->history = history_create(history, (size_t)config_number(app->config, CONFIG_HISTORY));
    free(history);
    char *aliases = paths_state("aliases");
    app->script = script_create(aliases);
    free(aliases);
    app->completer = completer_create();
    app->sources = source_store_create();
    app->layout = layout_create();
    app->zoom = zoom_create();
    struct vt_callbacks callbacks = {.write = vt_write, .title = vt_title, .bell = vt_bell, .data = app};
    app->vt = vt_create(24, 80, config_number(app->config, CONFIG_SCROLLBACK), &callbacks);
    for (int i = 0; i < PANE_COUNT; i++)
        app->panes[i] = pane_table[i]->create(app);
}

bool app_launch(struct app *app, const struct target_options *options, char *error, size_t size)
{
    struct target_options target = *options;
    layout_place(app->layout, app, term_rows(app->term), term_columns(app->term));
    struct layout_place place = layout_pane(app->layout, PANE_TERMINAL);
    target.rows = place.rows > 0 ? place.rows : 24;
    target.columns = place.rows > 0 ? place.columns : 80;
    target.keep = config_flag(app->config, CONFIG_REATTACH);
    struct target *started = target_launch(app->loop, &target, app_program_exited, app, error, size);
    if (!started)
        return false;
    app->target = started;
    target_set_stop_handler(started, app_program_stopped);
    pane_terminal_attach(app);
    return true;
}

void app_connect(struct app *app)
{
    session_set_when_lost(app_session(app), config_text(app->config, CONFIG_WHEN_LOST));
    session_set_reattach(app_session(app), config_flag(app->config, CONFIG_REATTACH));
    session_connect(app_session(app), target_take_channel(app->target), !app->options->run_on);
}

/* Breakpoints of the command line are there already: what they say of a line wins. */
void app_bring_back(struct app *app, const char *script)
{
    const char *slash = script ? strrchr(script, '/') : NULL;
    bool in_file = script && script[0] == '/' && slash > script;
    char *directory = in_file ? xasprintf("%.*s", (int)(slash - script), script) : getcwd(NULL, 0);
    if (directory && config_flag(app->config, CONFIG_KEEP_BREAKPOINTS)) {
        app->breakpoints = breakpoint_store_create(directory);
        app->watches = watch_store_create(directory);
    }
    if (app->breakpoints)
        breakpoint_store_load(app->breakpoints, app_session(app), app->sources);
    if (app->watches)
        watch_store_load(app->watches, app_session(app));
    free(directory);
}

/* Everything up to the running loop. False with a message in ERROR. */
static bool start(struct app *app, const struct options *options, char *error, size_t size)
{
    read_settings(app, options);
    app_watch_signals(app); /* before the terminal is changed: one that came in between would leave it so */
    if (!open_terminal(app, error, size))
        return false;
    choose_theme(app);
    create_panes(app);
    add_session(app, options);
    app_restart_prepare(app);
    app->attach = options->found;
    if (!options->channel && !app->attach && !app_launch(app, &options->target, error, size))
        return false;
    if (!app->attach)
        app_bring_back(app, app->target ? target_main_path(app->target) : NULL);
    if (options->channel)
        shared_terminal_connect(app);
    else if (app->target)
        app_connect(app);
    if (app->target && target_main_path(app->target))
        pane_source_show(app, target_main_path(app->target), 1);
    complain(app);
    if (app->attach)
        attach_begin(app, app->attach);
    else
        welcome_open(app);
    app_watch_keyboard(app);
    loop_add_hook(app->loop, end_of_turn, app);
    app_damage(app);
    return true;
}

static void destroy(struct app *app)
{
    if (app->layout) { /* panes exist */
        pane_terminal_detach(app);
        handover_leave(app);
        prompt_close(app);
        dialog_close(app);
        layout_save_sizes(app);
    }
    for (size_t i = 0; i < app->session_count; i++)
        session_destroy(app->sessions[i]);
    free(app->sessions);
    for (int i = 0; i < PANE_COUNT; i++)
        if (app->panes[i])
            pane_table[i]->destroy(app->panes[i]);
    vt_destroy(app->vt);
    target_destroy(app->target);
    completer_destroy(app->completer);
    script_destroy(app->script);
    display_list_destroy(app->displays);
    breakpoint_store_destroy(app->breakpoints);
    watch_store_destroy(app->watches);
    history_destroy(app->history);
    source_store_destroy(app->sources);
    layout_destroy(app->layout);
    zoom_destroy(app->zoom);
    theme_destroy(app->theme);
    keymap_destroy(app->keymap);
    config_destroy(app->config);
    words_free(app->arguments);
    free(app->themes);
    if (app->loop) {
        command_browse_end(app);
        loop_remove(app->loop, app->keyboard);
        loop_remove(app->loop, app->patience);
    }
    loop_destroy(app->loop);
}

int app_run(const struct options *options)
{
    struct app app = {.loop = loop_create(), .options = options};
    char error[1024] = "cannot create the event loop";
    int status = 1;
    size_t length = 0; /* read before the screen opens, as it may take its time and Ctrl-C is to end it */
    char *script = options->target.kind == TARGET_STDIN ? stdin_script_peek(&length) : NULL;
    bool started = app.loop && start(&app, options, error, sizeof error);
    if (started && script) {
        source_store_put(app.sources, STDIN_SCRIPT_NAME, script, length);
        pane_source_show(&app, STDIN_SCRIPT_NAME, 1);
    }
    free(script);
    if (started)
        status = loop_run(app.loop);
    term_destroy(app.term); /* first, so that nothing can be said to a screen that is gone */
    app.term = NULL;
    const char *farewell = started ? app.farewell : error;
    if (farewell[0]) {
        fputs("pytui: ", stderr);
        width_print(stderr, farewell);
        fputc('\n', stderr);
    }
    destroy(&app);
    return status;
}
