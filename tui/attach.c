#include "attach.h"

#include "app.h"
#include "app_internal.h"
#include "attach_choose.h"
#include "by_pid.h"
#include "by_pid_enter.h"
#include "config.h"
#include "handover.h"
#include "layout.h"
#include "live.h"
#include "model.h"
#include "options.h"
#include "processes.h"
#include "session.h"
#include "ssh.h"
#include "watching.h"
#include "width.h"
#include "xalloc.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_REFUSED 2
#define ENTER_ATTEMPTS 5
#define ENTER_PAUSE    50 /* ms */

struct attach {
    struct watching *watching; /* owned: which program was picked; NULL: none yet */
    struct live_list list;     /* those that may be meant */
    bool picked;               /* the first of them is */
    int64_t wanted;            /* a process that does not listen was picked; 0 */
    attach_keep keep;          /* which ones may be; NULL: all */
    const char *word;          /* borrowed: what KEEP is given */
    struct ssh *ssh;           /* owned: how they are reached; NULL */
};

static const char nobody[] = "no program of yours listens: start it with PYTUI_LISTEN=1 in its environment, by "
                             "`python -m pytui --listen script.py`, or let it call pytui.listen()";

/* Keep the programs for which KEEP is true. */
static void filter(struct live_list *list, attach_keep keep, const char *word)
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

static bool any_of(const struct live_list *list, attach_keep is, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (is(&list->programs[i], word))
            return true;
    return false;
}

static bool is_number(const char *word)
{
    return *word && strspn(word, "0123456789") == strlen(word);
}

/* Who is at ADDRESS, and nobody else is meant. */
static bool take_address(struct attach *attach, const char *address, char *error, size_t size)
{
    attach->list.programs = xcalloc(1, sizeof *attach->list.programs);
    attach->picked = live_ask(address, attach->list.programs, error, size);
    attach->list.count = attach->picked;
    return attach->picked;
}

/* A process that does not listen: by whatever way there is. One that listened for another session may just have come to
 * its end with that; then it is entered again. */
static bool enter(struct attach *attach, const char *word, const char *home, char *error, size_t size)
{
    struct by_pid process;
    char address[512];
    for (int i = 0; i < ENTER_ATTEMPTS; i++) {
        if (!by_pid_look(strtoll(word, NULL, 10), &process)) {
            snprintf(error, size, "there is no process %s", word);
            return false;
        }
        if (!by_pid_reach(&process, home, address, error, size))
            return false;
        if (take_address(attach, address, error, size))
            return true;
        live_finish(&attach->list);
        poll(NULL, 0, ENTER_PAUSE);
    }
    return false;
}

/* WORD as an address: HOST:PORT is one of TCP. The caller frees it; NULL: it is none. */
static char *make_address(const char *word)
{
    const char *colon = strrchr(word, ':');
    if (strncmp(word, "unix:", 5) == 0 || strncmp(word, "tcp:", 4) == 0)
        return xstrdup(word);
    bool port = colon && colon > word && colon[1] && colon[1 + strspn(colon + 1, "0123456789")] == '\0';
    return port ? xasprintf("tcp:%s", word) : NULL;
}

static bool choose(struct attach *attach, const char *word, char *error, size_t size)
{
    struct live_list *list = &attach->list;
    if (list->count == 0 && (*word || !processes_any())) {
        snprintf(error, size, "%s", nobody);
        return false;
    }
    if (*word && any_of(list, has_name, word))
        attach->keep = has_name;
    else if (*word)
        attach->keep = is_number(word) ? has_pid : is_like;
    if (attach->keep)
        filter(list, attach->keep, word);
    if (list->count == 0 && *word)
        snprintf(error, size, "no program that listens is called %s; pytui ls shows those that do", word);
    attach->picked = *word && list->count == 1;
    return list->count > 0 || !*word;
}

/* "ssh:HOST:NAME": its sockets are forwarded before the screen opens, since ssh may ask for a password. */
static bool reach_by_ssh(struct attach *attach, const char *word, char *error, size_t size)
{
    char host[SSH_HOST_SIZE], reason[400] = "";
    if (!ssh_split(word, host, &attach->word, error, size) || !ssh_list(host, &attach->list, error, size))
        return false;
    if (attach->list.count == 0) {
        snprintf(error, size, "ssh:%s: no program of yours listens there", host);
        return false;
    }
    if (!choose(attach, attach->word, reason, sizeof reason)) {
        snprintf(error, size, "ssh:%s: %s", host, reason);
        return false;
    }
    attach->ssh = ssh_forward(host, &attach->list, error, size);
    struct live_program asked;
    if (!attach->ssh)
        return false;
    if (!live_ask(attach->list.programs[0].address, &asked, reason, sizeof reason)) {
        snprintf(error, size, "ssh:%s: the program does not answer%s", host, ssh_last_words(attach->ssh));
        return false;
    }
    live_program_finish(&asked);
    return true;
}

struct attach *attach_find(const char *word, const char *home, char *error, size_t size)
{
    struct attach *attach = xcalloc(1, sizeof *attach);
    bool ok = false;
    attach->word = word;
    char *address = make_address(word);
    if (strncmp(word, "ssh:", 4) == 0) {
        ok = reach_by_ssh(attach, word, error, size);
    } else if (address) {
        ok = take_address(attach, address, error, size);
    } else if (strchr(word, ':')) {
        snprintf(error, size, "%s: not an address; unix:PATH, HOST:PORT and ssh:HOST are", word);
    } else {
        attach->list = live_find();
        if (is_number(word) && !any_of(&attach->list, has_name, word) && !any_of(&attach->list, has_pid, word)) {
            live_finish(&attach->list);
            ok = enter(attach, word, home, error, size);
        } else {
            ok = choose(attach, word, error, size);
        }
    }
    free(address);
    if (!ok) {
        attach_destroy(attach);
        return NULL;
    }
    return attach;
}

void attach_destroy(struct attach *attach)
{
    if (attach) {
        live_finish(&attach->list);
        ssh_destroy(attach->ssh);
        watching_destroy(attach->watching);
    }
    free(attach);
}

struct watching **attach_watching(struct attach *attach)
{
    return &attach->watching;
}

const struct live_program *attach_program(const struct attach *attach)
{
    return attach->picked ? &attach->list.programs[0] : NULL;
}

int64_t attach_wants(const struct attach *attach)
{
    return attach->wanted;
}

static void fail(struct app *app, const char *why)
{
    snprintf(app->farewell, sizeof app->farewell, "%s", why);
    app_quit(app, STATUS_REFUSED);
}

void attach_connect(struct app *app, const struct live_program *program, bool read_only)
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
    session_set_read_only(session, read_only);
    if (!read_only) /* what was kept is not set there */
        app_bring_back(app, program->script);
    session_set_paths(session, config_text(app->config, CONFIG_PATH_MAP));
    session_set_when_lost(session, config_text(app->config, CONFIG_WHEN_LOST));
    if (!read_only && !program->elsewhere && handover_take(app, (pid_t)program->pid))
        session_connect(session, fd, app->options->stop); /* its keeper tells of its end */
    else
        session_attach(session, fd, app->options->stop);
    if (program->script)
        pane_source_show(app, program->script, 1);
    app_message(app, false,
                read_only ? "watching %s, process %lld, read-only: q leaves"
                          : "attached to %s, process %lld: Ctrl-c pauses it, q leaves it",
                program->name, (long long)program->pid);
}

static void picked(struct app *app, const struct live_program *program, void *data)
{
    struct attach *attach = data;
    if (program && program->plain) {
        attach->wanted = program->pid;
        app_quit(app, 0);
    } else if (program)
        watching_begin(app, program);
    else if (!app->quitting && !session_connected(app_session(app)))
        app_quit(app, 0);
}

void attach_begin(struct app *app, struct attach *attach)
{
    layout_set_slot(app->layout, PANE_CONSOLE);
    if (attach->picked)
        watching_begin(app, &attach->list.programs[0]);
    else
        attach_choose(app, &(struct attach_choices){.list = &attach->list,
                                                    .alone = attach->ssh != NULL,
                                                    .keep = attach->keep,
                                                    .word = attach->word,
                                                    .picked = picked,
                                                    .data = attach});
}

void attach_follow(struct app *app)
{
    if (!app->attach || app->target || app->ended || app->quitting || app_model(app)->state != MODEL_ENDED)
        return;
    app->ended = true;
    if (app->leaving || app->asking) /* it answered the question itself */
        app_quit(app, 0);
    app_damage(app);
}

/* The list at a host, with addresses that can be attached to from here. */
static bool list_by_ssh(const char *word, struct live_list *list)
{
    char host[SSH_HOST_SIZE], error[1024];
    const char *name;
    bool ok = ssh_split(word, host, &name, error, sizeof error);
    if (ok && *name) {
        snprintf(error, sizeof error, "%s: all programs are listed; ssh:HOST is enough", word);
        ok = false;
    }
    ok = ok && ssh_list(host, list, error, sizeof error);
    if (!ok) {
        fputs("pytui: ", stderr);
        width_print(stderr, error);
        fputc('\n', stderr);
    }
    for (size_t i = 0; ok && i < list->count; i++) {
        free(list->programs[i].address);
        list->programs[i].address = xasprintf("ssh:%s:%lld", host, (long long)list->programs[i].pid);
    }
    return ok;
}

int attach_list(const struct options *options)
{
    struct live_list list = {0};
    if (!options->list_where[0])
        list = live_find();
    else if (!list_by_ssh(options->list_where, &list))
        return 1;
    size_t listening = list.count;
    if (options->all) {
        struct live_list others = processes_find(&list);
        live_append(&list, &others);
    }
    if (options->json)
        live_print_json(&list, stdout);
    else
        live_print(&list, options->all, stdout);
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (listening == 0 && !options->json && options->list_where[0])
        fprintf(stderr, "pytui: no program of yours listens there\n");
    else if (listening == 0 && !options->json)
        fprintf(stderr, "pytui: %s\n", nobody);
    live_finish(&list);
    return failed ? 1 : 0;
}
