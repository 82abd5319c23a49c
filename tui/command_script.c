#include "command_script.h"

#include "app.h"
#include "colon.h"
#include "command_run.h"
#include "inifile.h"
#include "log.h"
#include "model.h"
#include "prompt.h"
#include "protocol/value.h"
#include "savefile.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPANSIONS_MAX 20   /* an alias may name another one */
#define LENGTH_MAX     8192 /* of an expanded line */
#define WAITING_MAX    1000

struct alias {
    char *name, *body; /* owned */
};

struct waiting {
    char *line;      /* owned */
    bool breakpoint; /* of a breakpoint's list, which ends where the program goes on */
};

struct script {
    struct alias *aliases;
    size_t alias_count, alias_capacity;
    struct waiting *waiting; /* the next one first */
    size_t waiting_count, waiting_capacity;
    char *file; /* owned; NULL: aliases are not kept */
    bool running;
};

static void load(struct script *script)
{
    size_t length;
    char *text = script->file ? inifile_load(script->file, &length) : NULL, *save = NULL;
    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
        char *blank = strchr(line, ' ');
        if (!blank || blank == line)
            continue;
        *blank = '\0';
        xgrow(&script->aliases, &script->alias_capacity, script->alias_count + 1, sizeof *script->aliases);
        script->aliases[script->alias_count++] =
            (struct alias){.name = xstrdup(line), .body = xstrdup(blank + 1 + strspn(blank + 1, " "))};
    }
    free(text);
}

static void save(const struct script *script)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; stream && i < script->alias_count; i++)
        fprintf(stream, "%s %s\n", script->aliases[i].name, script->aliases[i].body);
    if (!stream || fclose(stream) != 0 || !savefile_write(script->file, text, length))
        log_errno("aliases: cannot write %s", script->file);
    free(text);
}

struct script *script_create(const char *file)
{
    struct script *script = xcalloc(1, sizeof *script);
    script->file = xstrdup(file);
    load(script);
    return script;
}

static void forget_waiting(struct script *script)
{
    for (size_t i = 0; i < script->waiting_count; i++)
        free(script->waiting[i].line);
    script->waiting_count = 0;
}

void script_destroy(struct script *script)
{
    if (!script)
        return;
    for (size_t i = 0; i < script->alias_count; i++) {
        free(script->aliases[i].name);
        free(script->aliases[i].body);
    }
    forget_waiting(script);
    free(script->aliases);
    free(script->waiting);
    free(script->file);
    free(script);
}

/* Aliases */

static struct alias *find_alias(const struct script *script, const char *name, size_t length)
{
    for (size_t i = 0; i < script->alias_count; i++)
        if (strlen(script->aliases[i].name) == length && strncmp(script->aliases[i].name, name, length) == 0)
            return &script->aliases[i];
    return NULL;
}

bool script_alias(struct script *script, const char *name, const char *body)
{
    struct alias *alias = find_alias(script, name, strlen(name));
    if (!alias && !body)
        return false;
    if (!alias) {
        xgrow(&script->aliases, &script->alias_capacity, script->alias_count + 1, sizeof *script->aliases);
        alias = &script->aliases[script->alias_count++];
        *alias = (struct alias){.name = xstrdup(name)};
    }
    free(alias->body);
    alias->body = xstrdup(body);
    if (!body) {
        free(alias->name);
        *alias = script->aliases[--script->alias_count];
    }
    if (script->file)
        save(script);
    return true;
}

const char *script_alias_at(const struct script *script, size_t index, const char **body)
{
    if (index >= script->alias_count)
        return NULL;
    *body = script->aliases[index].body;
    return script->aliases[index].name;
}

/* The word NUMBER (from 1) of TEXT; all from there on with ALL. NULL: there are fewer. */
static const char *argument_at(const char *text, int number, bool all, size_t *length)
{
    for (text += strspn(text, " "); --number > 0; text += strspn(text, " "))
        text += strcspn(text, " ");
    *length = all ? strlen(text) : strcspn(text, " ");
    return *text ? text : NULL;
}

/* BODY with %1 to %9 and %* replaced from ARGUMENTS. NULL with a message in ERROR. */
static char *substitute(const struct alias *alias, const char *arguments, char *error, size_t size)
{
    char *text = NULL;
    size_t length = 0, part;
    int highest = 0;
    bool all = false, ok = true;
    FILE *stream = open_memstream(&text, &length);
    for (const char *at = alias->body; stream && *at && ok; at++) {
        if (*at != '%' || !at[1] || !strchr("*123456789", at[1])) {
            putc(*at, stream);
            continue;
        }
        int number = *++at == '*' ? 1 : *at - '0';
        const char *word = argument_at(arguments, number, *at == '*', &part);
        all = all || *at == '*';
        highest = number > highest ? number : highest;
        ok = word || *at == '*';
        if (word)
            fwrite(word, 1, part, stream);
    }
    ok = stream && fclose(stream) == 0 && ok;
    if (!ok)
        snprintf(error, size, "%.40s: the alias wants more arguments", alias->name);
    else if (!all && argument_at(arguments, highest + 1, false, &part)) {
        snprintf(error, size, "%.40s: the alias takes fewer arguments", alias->name);
        ok = false;
    } else if (length > LENGTH_MAX) {
        snprintf(error, size, "%.40s: the alias makes too long a line", alias->name);
        ok = false;
    }
    if (!ok) {
        free(text);
        return NULL;
    }
    return text;
}

char *script_expand(struct script *script, const char *line, char *error, size_t size)
{
    char *text = xstrdup(line + strspn(line, " "));
    for (int i = 0; text; i++) {
        size_t length = strcspn(text, " ");
        const struct alias *alias = find_alias(script, text, length);
        if (!alias)
            return text;
        char *expanded = NULL;
        if (i < EXPANSIONS_MAX)
            expanded = substitute(alias, text + length, error, size);
        else
            snprintf(error, size, "%.40s: the alias leads back to itself", alias->name);
        free(text);
        text = expanded;
    }
    return NULL;
}

size_t script_split(const char *line, const char **rest)
{
    char quote = '\0';
    for (const char *at = line; *at; at++) {
        if (*at == '\\' && quote && at[1])
            at++;
        else if (quote)
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (at[0] == ';' && at[1] == ';') {
            *rest = at + 2;
            return (size_t)(at - line);
        }
    }
    *rest = NULL;
    return strlen(line);
}

/* Running */

static struct script *of(struct app *app)
{
    if (!app->script)
        app->script = script_create(NULL);
    return app->script;
}

static bool is_local(const char *name, void *data)
{
    return model_local(data, name, strlen(name)) != NULL;
}

/* One command, or Python. */
static void execute(struct app *app, const char *line)
{
    struct colon meaning;
    colon_parse(line, is_local, app_model(app), &meaning);
    if (meaning.kind == COLON_COMMAND)
        command_start(app, meaning.command, meaning.text);
    else if (meaning.kind == COLON_PYTHON)
        command_start(app, command_find_exact("evaluate"), meaning.text);
    else if (meaning.kind == COLON_ERROR)
        app_message(app, true, "%s", meaning.error);
}

/* Commands whose argument may hold `;;` of its own. */
static bool keeps_rest(const char *line)
{
    struct colon meaning;
    colon_parse(line, NULL, NULL, &meaning);
    return meaning.kind == COLON_COMMAND &&
           (meaning.command->run == command_alias || meaning.command->run == command_commands);
}

/* LENGTH bytes of LINE to wait, in front of those that wait already or behind them. */
static void put(struct script *script, const char *line, size_t length, bool front, bool breakpoint)
{
    if (script->waiting_count >= WAITING_MAX || strspn(line, " ") >= length)
        return;
    xgrow(&script->waiting, &script->waiting_capacity, script->waiting_count + 1, sizeof *script->waiting);
    size_t at = front ? 0 : script->waiting_count;
    memmove(script->waiting + at + 1, script->waiting + at, (script->waiting_count - at) * sizeof *script->waiting);
    script->waiting[at] = (struct waiting){.line = xmemdup(line, length), .breakpoint = breakpoint};
    script->waiting_count++;
}

/* Execute the first command of LINE and let the rest wait in front of all others. */
static void run_first(struct app *app, const char *line, bool breakpoint)
{
    struct script *script = of(app);
    char error[160];
    char *text = script_expand(script, line, error, sizeof error);
    if (!text) {
        app_message(app, true, "%s", error);
        return;
    }
    const char *rest = NULL;
    size_t length = keeps_rest(text) ? strlen(text) : script_split(text, &rest);
    if (rest)
        put(script, rest, strlen(rest), true, breakpoint);
    text[length] = '\0';
    execute(app, text);
    free(text);
}

void script_run(struct app *app, const char *line)
{
    run_first(app, line, false);
    script_turn(app);
}

/* Whether the command before has come to its end. */
static bool ready(struct app *app)
{
    struct session *session = app_session(app);
    return app_model(app)->state == MODEL_STOPPED && session_pending(session) == 0 && !session_evaluating(session) &&
           !app->prompt && !app->dialog;
}

/* A breakpoint's list ends where one of its commands lets the program go on. */
static void end_list(struct app *app)
{
    struct script *script = of(app);
    if (app_model(app)->state == MODEL_STOPPED && session_pending(app_session(app)) == 0)
        return;
    while (script->waiting_count > 0 && script->waiting[0].breakpoint) {
        free(script->waiting[0].line);
        memmove(script->waiting, script->waiting + 1, --script->waiting_count * sizeof *script->waiting);
    }
}

void script_turn(struct app *app)
{
    struct script *script = app->script;
    if (!script || script->waiting_count == 0 || script->running)
        return;
    enum model_state state = app_model(app)->state;
    if (state == MODEL_ENDED || state == MODEL_LOST)
        forget_waiting(script);
    script->running = true; /* a command may come here again */
    while (script->waiting_count > 0 && ready(app)) {
        struct waiting next = script->waiting[0];
        memmove(script->waiting, script->waiting + 1, --script->waiting_count * sizeof *script->waiting);
        if (app->focus != PANE_TERMINAL)
            app_show_console(app); /* one line has no room for what several have to say */
        run_first(app, next.line, next.breakpoint);
        if (next.breakpoint)
            end_list(app);
        free(next.line);
    }
    script->running = false;
}

void script_drop(struct app *app)
{
    if (app->script)
        forget_waiting(app->script);
}

/* "silent" keeps the place out of the console; it is no command. */
static const char *without_silent(const char *line, bool *silent)
{
    line += strspn(line, " ");
    *silent = strncmp(line, "silent", 6) == 0 && strchr(" ;", line[6]);
    return *silent ? line + 6 + strspn(line + 6, " ;") : line;
}

static void tell_place(struct app *app, const struct model_breakpoint *breakpoint)
{
    const struct model_frame *frame = model_frame_selected(app_model(app));
    const char *slash = frame && frame->path ? strrchr(frame->path, '/') : NULL;
    char *text = xasprintf("● breakpoint %d at %s:%d in %s", breakpoint->id,
                           slash                  ? slash + 1
                           : frame && frame->path ? frame->path
                                                  : "?",
                           frame ? frame->line : breakpoint->line, frame ? frame->name : "?");
    model_add_line(app_model(app), MODEL_LINE_NOTE, text);
    free(text);
}

void script_stopped(struct app *app)
{
    struct model *model = app_model(app);
    for (size_t i = 0; i < model->hit_count; i++) {
        const struct model_breakpoint *breakpoint = model_breakpoint_find(model, model->hit_ids[i]);
        const char *line =
            breakpoint ? value_get_text(value_get_map(breakpoint->fields, "pytui"), "commands", NULL) : NULL;
        bool silent = false;
        if (!line)
            continue;
        line = without_silent(line, &silent);
        if (!silent)
            tell_place(app, breakpoint);
        put(of(app), line, strlen(line), false, true);
    }
}

static void tell_alias(struct app *app, const char *name, const char *body)
{
    char *line = xasprintf("%s = %s", name, body);
    model_add_line(app_model(app), MODEL_LINE_NOTE, line);
    free(line);
    app_show_console(app);
}

void command_alias(struct app *app, const char *argument)
{
    struct script *script = of(app);
    size_t length = strcspn(argument, " ");
    const char *body = argument + length + strspn(argument + length, " "), *each;
    if (*body && length > 0) {
        char *name = xmemdup(argument, length);
        script_alias(script, name, body);
        app_message(app, false, "%s is now %s", name, body);
        free(name);
    } else if (length > 0) {
        const struct alias *alias = find_alias(script, argument, length);
        if (alias)
            tell_alias(app, alias->name, alias->body);
        else
            app_message(app, true, "no alias is called %s", argument);
    } else {
        size_t i = 0;
        for (const char *name; (name = script_alias_at(script, i, &each)); i++)
            tell_alias(app, name, each);
        if (i == 0)
            app_message(app, false, "there are no aliases; alias NAME COMMAND makes one");
    }
}

void command_unalias(struct app *app, const char *argument)
{
    if (script_alias(of(app), argument, NULL))
        app_message(app, false, "%s is no alias any more", argument);
    else
        app_message(app, true, "%s: no alias is called that", *argument ? argument : "unalias wants a name");
}
