/* Python in the selected frame, and what is written to the console for reading. */
#include "app.h"
#include "command_run.h"
#include "command_script.h"
#include "config.h"
#include "history.h"
#include "model.h"
#include "model_tree.h"
#include "prompt.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A short result fits into the message line; anything more is to be read in the console. DATA is the app. */
void command_result(struct session *session, bool ok, const char *result, void *data)
{
    struct app *app = data;
    const struct model *model = session_model(session);
    bool printed = model->line_count > 0 && !*result && model->lines[model->line_count - 1].kind == MODEL_LINE_OUTPUT;
    if (strchr(result, '\n') || printed || !app_message_fits(app, result))
        app_show_console(app);
    if (ok && *result)
        app_message(app, false, "%.*s", (int)strcspn(result, "\n"), result);
    if (!ok) { /* a traceback's last line says what it is */
        size_t length = strlen(result);
        while (length > 0 && result[length - 1] == '\n')
            length--;
        size_t start = length;
        while (start > 0 && result[start - 1] != '\n')
            start--;
        app_message(app, true, "%.*s", (int)(length - start), result + start);
    }
}

void command_evaluate(struct app *app, const char *argument)
{
    if (*argument)
        session_evaluate(app_session(app), argument, command_result, app);
    else
        app_message(app, true, "evaluate wants Python");
}

void command_print(struct app *app, const char *argument)
{
    if (*argument)
        session_evaluate(app_session(app), argument, command_result, app);
    else
        app_message(app, true, "print wants an expression");
}

void command_pretty(struct app *app, const char *argument)
{
    if (!*argument) {
        app_message(app, true, "pretty-print wants an expression");
        return;
    }
    char *text = xasprintf("__import__('pprint').pprint(%s)", argument);
    session_evaluate(app_session(app), text, command_result, app);
    free(text);
}

static void take_over(struct app *app, const struct config_info *setting)
{
    if (setting->later)
        app_message(app, false, "%s is read at the start: write it into config.ini", setting->name);
    else
        app_apply_settings(app);
}

static void assigned(struct session *session, bool ok, const char *text, void *data)
{
    (void)session;
    app_message(data, !ok, ok ? "= %s" : "%s", text);
}

/* The `=` that assigns: outside brackets and strings, and no part of another operator. NULL: there is none. */
static const char *find_assignment(const char *text)
{
    int depth = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\'') {
            const char *end = at + 1;
            while (*end && *end != *at)
                end += *end == '\\' && end[1] ? 2 : 1;
            if (!*end)
                return NULL;
            at = end;
        } else if (strchr("([{", *at)) {
            depth++;
        } else if (strchr(")]}", *at)) {
            depth--;
        } else if (*at == '=' && at[1] == '=') {
            at++;
        } else if (*at == '=' && depth == 0) {
            return at > text && strchr("!<>:+-*/%&|^@", at[-1]) ? NULL : at;
        }
    }
    return NULL;
}

/* `set EXPRESSION = VALUE`; false when it is none, `n += 1` say. */
static bool set_expression(struct app *app, const char *argument)
{
    const char *equals = find_assignment(argument);
    if (!equals || equals == argument || find_assignment(equals + 1))
        return false;
    char *target = xmemdup(argument, (size_t)(equals - argument));
    const char *value = equals + 1 + strspn(equals + 1, " ");
    size_t length = strlen(target);
    while (length > 0 && target[length - 1] == ' ')
        target[--length] = '\0';
    session_set_expression(app_session(app), target, value, assigned, app);
    free(target);
    return true;
}

/* `set mouse = off` is a setting of ours when it is one; else an assignment in the frame. */
void command_set(struct app *app, const char *argument)
{
    char name[64], error[256];
    size_t length = strcspn(argument, " =");
    const char *value = argument + length + strspn(argument + length, " ");
    if (length == 0 || length >= sizeof name || *value != '=' || value[1] == '\0') {
        if (!strchr(argument, '='))
            app_message(app, true, "set EXPRESSION = VALUE");
        else if (!set_expression(app, argument))
            session_evaluate(app_session(app), argument, command_result, app);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)length, argument);
    value += 1 + strspn(value + 1, " ");
    for (int i = 0; i < CONFIG_COUNT; i++) {
        if (strcmp(config_info((enum config_setting)i)->name, name) != 0)
            continue;
        if (config_set(app->config, name, value, error, sizeof error))
            take_over(app, config_info((enum config_setting)i));
        else
            app_message(app, true, "%s", error);
        return;
    }
    if (!set_expression(app, argument))
        session_evaluate(app_session(app), argument, command_result, app);
}

/* Which frames `where COUNT` means: the COUNT newest, or -COUNT oldest; 0: the selected one alone. */
static bool parse_frames(const struct model *model, const char *text, size_t *from, size_t *to)
{
    char *end;
    long count = strtol(text, &end, 10);
    *from = 0;
    *to = model->frame_count;
    if (!*text)
        return true;
    if (*end || count < -100000 || count > 100000)
        return false;
    size_t size = (size_t)labs(count);
    if (count == 0) {
        *from = model->selected_frame;
        *to = *from + 1;
    } else if (size < *to) {
        *(count > 0 ? to : from) = count > 0 ? size : *to - size;
    }
    return true;
}

void command_where(struct app *app, const char *argument)
{
    struct model *model = app_model(app);
    size_t from, to;
    if (strcmp(argument, "all") == 0) {
        command_stacks(app, "");
        return;
    }
    if (model->frame_count == 0) {
        app_message(app, true, "there is no stack: the program has not stopped yet");
        return;
    }
    if (!parse_frames(model, argument, &from, &to)) {
        app_message(app, true, "where wants a count of frames, or all, not %s", argument);
        return;
    }
    for (size_t i = to; i-- > from;) {
        const struct model_frame *frame = &model->frames[i];
        if (frame->missing) {
            size_t first = i;
            while (first > from && model->frames[first - 1].missing)
                first--;
            char *gap = xasprintf("  … %zu frames that were not looked at", i - first + 1);
            model_add_line(model, MODEL_LINE_NOTE, gap);
            free(gap);
            i = first;
            continue;
        }
        char *text = xasprintf("%s %s  %s:%d", i == model->selected_frame ? ">" : " ", frame->name,
                               frame->path ? frame->path : "?", frame->line);
        model_add_line(model, MODEL_LINE_NOTE, text);
        free(text);
    }
    app_show_console(app);
}

/* The `:` line */

static void line_typed(struct app *app, const char *text, void *data)
{
    (void)data;
    if (!text || !text[strspn(text, " ")])
        return;
    history_add(app->history, text);
    script_run(app, text);
}

void command_line(struct app *app, const char *argument)
{
    prompt_open(app, &(struct prompt_options){.label = ":", .initial = argument, .commands = true, .done = line_typed});
}
