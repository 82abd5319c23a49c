#include "attach.h"

#include "app.h"
#include "app_internal.h"
#include "config.h"
#include "dialog_find.h"
#include "layout.h"
#include "live.h"
#include "model.h"
#include "options.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_REFUSED 2

struct attach {
    struct live_list list; /* those that may be meant */
    bool picked;           /* the first of them is */
};

static const char nobody[] = "no program of yours listens: start it with PYTUI_LISTEN=1 in its environment, by "
                             "`python -m pytui --listen script.py`, or let it call pytui.listen()";

/* Keep the programs for which KEEP is true. */
static void filter(struct live_list *list, bool (*keep)(const struct live_program *program, const char *word),
                   const char *word)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (keep(&list->programs[i], word))
            list->programs[kept++] = list->programs[i];
        else
            live_program_finish(&list->programs[i]);
    }
    list->count = kept;
}

static bool has_pid(const struct live_program *program, const char *word)
{
    return program->pid == strtoll(word, NULL, 10);
}

static bool has_name(const struct live_program *program, const char *word)
{
    return strcmp(program->name, word) == 0;
}

static bool is_like(const struct live_program *program, const char *word)
{
    return strcasestr(program->name, word) != NULL;
}

static bool any_of(const struct live_list *list, bool (*is)(const struct live_program *program, const char *word),
                   const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (is(&list->programs[i], word))
            return true;
    return false;
}

static bool choose(struct attach *attach, const char *word, char *error, size_t size)
{
    struct live_list *list = &attach->list;
    if (list->count == 0) {
        snprintf(error, size, "%s", nobody);
        return false;
    }
    bool number = *word && strspn(word, "0123456789") == strlen(word);
    if (*word && any_of(list, has_name, word))
        filter(list, has_name, word);
    else if (number)
        filter(list, has_pid, word);
    else if (*word)
        filter(list, is_like, word);
    if (list->count == 0)
        snprintf(error, size,
                 number ? "no program with the process id %s listens; pytui ls shows those that do"
                        : "no program that listens is called %s; pytui ls shows those that do",
                 word);
    attach->picked = *word && list->count == 1;
    return list->count > 0;
}

struct attach *attach_find(const char *word, char *error, size_t size)
{
    struct attach *attach = xcalloc(1, sizeof *attach);
    bool ok;
    if (strchr(word, ':') && strncmp(word, "unix:", 5) == 0) {
        attach->list.programs = xcalloc(1, sizeof *attach->list.programs);
        ok = live_ask(word, attach->list.programs, error, size);
        attach->list.count = ok;
        attach->picked = true;
    } else if (strchr(word, ':')) {
        snprintf(error, size, "%s: not an address; unix:PATH is", word);
        ok = false;
    } else {
        attach->list = live_find();
        ok = choose(attach, word, error, size);
    }
    if (!ok) {
        attach_destroy(attach);
        return NULL;
    }
    return attach;
}

void attach_destroy(struct attach *attach)
{
    if (attach)
        live_finish(&attach->list);
    free(attach);
}

const struct live_program *attach_program(const struct attach *attach)
{
    return attach->picked ? &attach->list.programs[0] : NULL;
}

static void fail(struct app *app, const char *why)
{
    snprintf(app->farewell, sizeof app->farewell, "%s", why);
    app_quit(app, STATUS_REFUSED);
}

static void connect_to(struct app *app, const struct live_program *program)
{
    char error[512];
    struct session *session = app_session(app);
    struct model *model = session_model(session);
    int fd = live_connect(program, error, sizeof error);
    if (fd < 0) {
        fail(app, error);
        return;
    }
    free(model->program);
    model->program = xstrdup(program->name);
    model->pid = program->pid;
    app_bring_back(app, program->script);
    session_set_paths(session, config_text(app->config, CONFIG_PATH_MAP));
    session_set_when_lost(session, config_text(app->config, CONFIG_WHEN_LOST));
    session_attach(session, fd, app->options->stop);
    if (program->script)
        pane_source_show(app, program->script, 1);
    app_message(app, false, "attached to %s, process %lld: Ctrl-c pauses it, q leaves it", program->name,
                (long long)program->pid);
}

static void picked(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct attach *attach = data;
    if (index < 0) {
        if (!app->quitting && !session_connected(app_session(app)))
            app_quit(app, 0);
        return;
    }
    connect_to(app, &attach->list.programs[index]);
}

/* Its command line from the script's name on: all have an interpreter and directories before it. */
static const char *command_from_script(const struct live_program *program)
{
    const char *slash = program->script ? strrchr(program->script, '/') : NULL;
    const char *found = slash ? strstr(program->command, slash + 1) : NULL;
    return found ? found : program->command;
}

/* "trainer  558  stopped", in columns; what follows is shown dimly. */
static struct find_row make_row(const struct live_program *program, int name_width)
{
    char age[16], rank[32] = "";
    live_age(program->age, age);
    if (program->rank >= 0)
        snprintf(rank, sizeof rank, "rank %lld · ", (long long)program->rank);
    int pad = name_width - canvas_width(program->name, strlen(program->name));
    return (struct find_row){
        .text = xasprintf("%s%*s  %7lld  %-8s", program->name, pad, "", (long long)program->pid,
                          program->attached && strcmp(program->state, "running") == 0 ? "attached" : program->state),
        .detail = xasprintf("%s%s · %s · Python %s", rank, age, command_from_script(program),
                            program->python ? program->python : "?")};
}

static void show_list(struct app *app, struct attach *attach)
{
    const struct live_list *list = &attach->list;
    struct find_row *rows = xcalloc(list->count, sizeof *rows);
    int width = 0;
    for (size_t i = 0; i < list->count; i++) {
        int name = canvas_width(list->programs[i].name, strlen(list->programs[i].name));
        width = name > width ? name : width;
    }
    for (size_t i = 0; i < list->count; i++)
        rows[i] = make_row(&list->programs[i], width);
    dialog_find(app, &(struct find_list){.title = "Attach to",
                                         .rows = rows,
                                         .count = list->count,
                                         .empty = "no program that listens matches",
                                         .handler = picked,
                                         .data = attach});
    for (size_t i = 0; i < list->count; i++) {
        free((char *)rows[i].text);
        free((char *)rows[i].detail);
    }
    free(rows);
}

void attach_begin(struct app *app, struct attach *attach)
{
    layout_set_slot(app->layout, PANE_CONSOLE);
    if (attach->picked)
        connect_to(app, &attach->list.programs[0]);
    else
        show_list(app, attach);
}

void attach_follow(struct app *app)
{
    if (!app->attach || app->ended || app->quitting || app_model(app)->state != MODEL_ENDED)
        return;
    app->ended = true;
    if (app->leaving || app->asking) /* it answered the question itself */
        app_quit(app, 0);
    app_damage(app);
}

int attach_list(bool json)
{
    struct live_list list = live_find();
    live_print(&list, json, stdout);
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (list.count == 0 && !json)
        fprintf(stderr, "pytui: %s\n", nobody);
    live_finish(&list);
    return failed ? 1 : 0;
}
