/* Commands on breakpoints named by place or by number, for the `:` line. */
#include "app.h"
#include "colon.h"
#include "command.h"
#include "command_run.h"
#include "dialog.h"
#include "dialog_choose.h"
#include "location.h"
#include "log_message.h"
#include "model.h"
#include "pane_commands.h"
#include "prompt.h"
#include "protocol/arena.h"
#include "protocol/value.h"
#include "session.h"
#include "xalloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where a breakpoint is wanted by a key. */
static bool cursor_or_say(struct app *app, const char **path, int *line)
{
    if (pane_source_cursor(app, path, line))
        return true;
    app_message(app, true, "there is no source to set a breakpoint in");
    return false;
}

void command_toggle_breakpoint(struct app *app, const char *argument)
{
    (void)argument;
    const char *path;
    int line;
    if (!cursor_or_say(app, &path, &line))
        return;
    const struct model_breakpoint *breakpoint = model_breakpoint_at(app_model(app), path, line);
    if (breakpoint)
        pane_breakpoints_remove(app, breakpoint);
    else
        session_add_breakpoint(app_session(app), path, line, NULL);
    app_damage(app);
}

/* The place that TEXT names; a bare number is a line of the file shown. */
static bool parse_place(struct app *app, const char *text, struct location *out)
{
    char error[256];
    const char *path = NULL;
    int line;
    pane_source_cursor(app, &path, &line);
    if (location_parse(text, path, out, error, sizeof error))
        return true;
    app_message(app, true, "%s", error);
    return false;
}

static void set_breakpoint(struct app *app, const char *argument, bool temporary)
{
    struct location place;
    if (!parse_place(app, argument, &place))
        return;
    struct arena *arena = arena_create();
    struct value *fields = value_map(arena);
    if (place.line > 0)
        value_set_int(arena, fields, "line", place.line);
    if (place.column > 0)
        value_set_int(arena, fields, "column", place.column);
    if (place.condition)
        value_set_text(arena, fields, "condition", place.condition);
    if (temporary) {
        struct value *extension = value_map(arena);
        value_set_bool(arena, extension, "temporary", true);
        value_set(arena, fields, "pytui", extension);
    }
    const struct model_breakpoint *breakpoint =
        place.path ? session_add_breakpoint(app_session(app), place.path, place.line, fields)
                   : session_add_function_breakpoint(app_session(app), place.function, fields);
    app_message(app, false, "breakpoint %d", breakpoint->id);
    arena_destroy(arena);
    location_finish(&place);
}

void command_break(struct app *app, const char *argument)
{
    if (*argument)
        set_breakpoint(app, argument, false);
    else
        app_focus(app, PANE_BREAKPOINTS);
}

/* A question which statement of a line is meant. */
struct statement_choice {
    struct app *app; /* borrowed */
    char *path;      /* owned */
    int line;
    int *columns; /* owned */
};

static void destroy_choice(struct statement_choice *choice)
{
    free(choice->path);
    free(choice->columns);
    free(choice);
}

/* Set a breakpoint at the statement, or remove the one that is there. */
static void statement_chosen(struct app *app, int index, void *data)
{
    struct statement_choice *choice = data;
    if (index >= 0) {
        int column = choice->columns[index];
        const struct model_breakpoint *there =
            model_breakpoint_at_column(app_model(app), choice->path, choice->line, column);
        struct arena *arena = arena_create();
        struct value *fields = value_map(arena);
        value_set_int(arena, fields, "line", choice->line);
        value_set_int(arena, fields, "column", column);
        if (there)
            session_remove_breakpoint(app_session(app), there->id);
        else
            session_add_breakpoint(app_session(app), choice->path, choice->line, fields);
        arena_destroy(arena);
    }
    destroy_choice(choice);
    app_damage(app);
}

/* The text of a statement, as far as it stands on its first line. The caller owns it. */
static char *statement_text(const char *line, const struct session_location *place)
{
    size_t from = session_utf16_offset(line, place->column - 1), to = strlen(line);
    if (place->end_line == place->line)
        to = session_utf16_offset(line, place->end_column - 1);
    return xmemdup(line + from, to > from ? to - from : 0);
}

static void ask_statement(struct statement_choice *choice, const struct session_location *list, size_t count)
{
    struct app *app = choice->app;
    char *line = pane_source_line(app, choice->line);
    struct choice *rows = xcalloc(count, sizeof *rows);
    char title[64];
    choice->columns = xcalloc(count, sizeof *choice->columns);
    for (size_t i = 0; i < count; i++) {
        bool there = model_breakpoint_at_column(app_model(app), choice->path, choice->line, list[i].column);
        choice->columns[i] = list[i].column;
        rows[i].text = statement_text(line, &list[i]);
        rows[i].detail = xasprintf("column %d%s", list[i].column, there ? "  ●" : "");
    }
    snprintf(title, sizeof title, "Which statement of line %d?", choice->line);
    dialog_choose(app, &(struct choice_list){
                           .title = title, .rows = rows, .count = count, .handler = statement_chosen, .data = choice});
    for (size_t i = 0; i < count; i++) {
        free((char *)rows[i].text);
        free((char *)rows[i].detail);
    }
    free(rows);
    free(line);
}

static void statements_located(struct session *session, const char *failure, const struct session_location *list,
                               size_t count, void *data)
{
    struct statement_choice *choice = data;
    (void)session;
    if (failure)
        app_message(choice->app, true, "%s", failure);
    else if (count < 2)
        app_message(choice->app, true, "line %d has %s", choice->line,
                    count ? "one statement: b sets a breakpoint" : "no statement that begins on it");
    else {
        ask_statement(choice, list, count);
        app_damage(choice->app);
        return;
    }
    destroy_choice(choice);
}

void command_break_statement(struct app *app, const char *argument)
{
    (void)argument;
    const char *path;
    int line;
    if (!cursor_or_say(app, &path, &line))
        return;
    struct statement_choice *choice = xcalloc(1, sizeof *choice);
    *choice = (struct statement_choice){.app = app, .path = xstrdup(path), .line = line};
    if (session_ask_locations(app_session(app), path, line, statements_located, choice)) {
        app_await_dialog(app);
        return;
    }
    app_message(app, true, "there is no program to ask");
    destroy_choice(choice);
}

void command_tbreak(struct app *app, const char *argument)
{
    if (*argument)
        set_breakpoint(app, argument, true);
    else
        app_focus(app, PANE_BREAKPOINTS);
}

/* The breakpoint whose number TEXT starts with; *REST is what follows. */
static struct model_breakpoint *numbered(struct app *app, const char *text, const char **rest)
{
    char *end;
    long number = strtol(text, &end, 10);
    *rest = end + strspn(end, " ");
    struct model_breakpoint *found =
        end != text && number > 0 && number <= INT_MAX ? model_breakpoint_find(app_model(app), (int)number) : NULL;
    if (!found)
        app_message(app, true, "%s: no breakpoint has this number", *text ? text : "a number is wanted");
    return found;
}

static void clear_all(struct app *app)
{
    const struct model *model = app_model(app);
    size_t count = model->breakpoint_count;
    while (model->breakpoint_count > 0)
        session_remove_breakpoint(app_session(app), model->breakpoints[0]->id);
    app_message(app, false, "%zu breakpoints removed", count);
}

static void clear_answered(struct app *app, int button, void *data)
{
    (void)data;
    if (button == 0)
        clear_all(app);
}

static void ask_clear_all(struct app *app)
{
    static const char *const buttons[] = {"Remove all", "Cancel", NULL};
    if (app_model(app)->breakpoint_count == 0)
        app_message(app, false, "there are no breakpoints");
    else
        dialog_confirm(app, "Clear", "Remove all breakpoints?", buttons, clear_answered, NULL);
}

void command_clear(struct app *app, const char *argument)
{
    const char *rest;
    if (strcmp(argument, "all") == 0) {
        clear_all(app);
    } else if (strchr(argument, ':')) {
        struct location place;
        if (!parse_place(app, argument, &place))
            return;
        const struct model_breakpoint *found =
            !place.path        ? NULL
            : place.column > 0 ? model_breakpoint_at_column(app_model(app), place.path, place.line, place.column)
                               : model_breakpoint_at(app_model(app), place.path, place.line);
        if (found)
            session_remove_breakpoint(app_session(app), found->id);
        else
            app_message(app, true, "there is no breakpoint at %s", argument);
        location_finish(&place);
    } else if (!*argument) {
        ask_clear_all(app);
    } else {
        const struct model_breakpoint *found;
        for (rest = argument; *rest && (found = numbered(app, rest, &rest));)
            session_remove_breakpoint(app_session(app), found->id);
    }
    app_damage(app);
}

/* Give BREAKPOINT its fields anew with one changed: at the top, or (EXTENSION) in "pytui"; MAKE NULL takes it out. */
static void change_field(struct app *app, const struct model_breakpoint *breakpoint, const char *name,
                         struct value *(*make)(struct arena *arena, const char *text), const char *text, bool extension)
{
    struct arena *arena = arena_create();
    struct value *fields = value_map(arena);
    for (size_t i = 0; i < breakpoint->fields->map.count; i++) {
        const struct value_entry *entry = &breakpoint->fields->map.entries[i];
        if (extension || strcmp(entry->key, name) != 0)
            value_set(arena, fields, entry->key, value_copy(arena, entry->value));
    }
    if (extension) {
        struct value *inner = value_copy(arena, value_get_map(breakpoint->fields, "pytui"));
        inner = inner ? inner : value_map(arena);
        value_set(arena, inner, name, make ? make(arena, text) : value_null(arena));
        value_set(arena, fields, "pytui", inner);
    } else if (*text) {
        value_set(arena, fields, name, make(arena, text));
    }
    session_change_breakpoint(app_session(app), breakpoint->id, fields);
    arena_destroy(arena);
    app_damage(app);
}

static struct value *make_flag(struct arena *arena, const char *text)
{
    return value_bool(arena, *text != '\0');
}

void command_condition(struct app *app, const char *argument)
{
    const char *rest;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    if (breakpoint)
        change_field(app, breakpoint, "condition", value_text, rest, false);
}

static struct value *make_number(struct arena *arena, const char *text)
{
    return value_int(arena, strtoll(text, NULL, 10));
}

/* Set the field NAME of the breakpoint that ARGUMENT begins with to the number behind it; none: the default. */
static void change_number(struct app *app, const char *argument, const char *name, const char *what)
{
    const char *rest;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    if (!breakpoint)
        return;
    rest += *rest == '#';
    if (strspn(rest, "0123456789") != strlen(rest) || strlen(rest) > 9)
        app_message(app, true, "%s: %s is wanted", rest, what);
    else
        change_field(app, breakpoint, name, *rest ? make_number : NULL, rest, true);
}

/* Pass over the next hits. A breakpoint whose fields change counts anew, so `>COUNT` says it; not the same words
 * again, which would be no change. */
void command_ignore(struct app *app, const char *argument)
{
    const char *rest;
    char text[32] = "", *end;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    long count = breakpoint && *rest ? strtol(rest, &end, 10) : 0;
    if (!breakpoint)
        return;
    if (*rest && (*end || count < 0 || count > 1000000000)) {
        app_message(app, true, "%s is no count of hits", rest);
        return;
    }
    if (count > 0)
        snprintf(text, sizeof text, ">%ld", count);
    if (count > 0 && strcmp(value_get_text(breakpoint->fields, "hitCondition", ""), text) == 0)
        snprintf(text, sizeof text, ">=%ld", count + 1);
    change_field(app, breakpoint, "hitCondition", value_text, text, false);
    if (count > 0)
        app_message(app, false, "breakpoint %d: the next %ld %s will not stop", breakpoint->id, count,
                    count == 1 ? "hit" : "hits");
    else
        app_message(app, false, "breakpoint %d stops at its next hit", breakpoint->id);
}

/* From a breakpoint that stops to one that logs; without a text it stays as it is. */
static void log_entered(struct app *app, const char *text, void *data)
{
    const struct model_breakpoint *breakpoint = model_breakpoint_find(app_model(app), (int)(intptr_t)data);
    if (!breakpoint)
        return;
    if (!text || !*text) {
        app_message(app, false, "breakpoint %d still stops", breakpoint->id);
        return;
    }
    change_field(app, breakpoint, "logMessage", value_text, text, false);
    app_message(app, false, "breakpoint %d logs to the console; x again removes it", breakpoint->id);
}

static void ask_for_log(struct app *app, const struct model_breakpoint *breakpoint, int line)
{
    char message[256], *text = pane_source_line(app, line);
    log_message_default(text, strlen(text), message, sizeof message);
    prompt_ask(app, "log instead ({expressions}): ", message, log_entered, (void *)(intptr_t)breakpoint->id);
    free(text);
}

void command_cycle_breakpoint(struct app *app, const char *argument)
{
    (void)argument;
    const char *path;
    int line;
    if (!cursor_or_say(app, &path, &line))
        return;
    const struct model_breakpoint *breakpoint = model_breakpoint_at(app_model(app), path, line);
    if (!breakpoint) {
        breakpoint = session_add_breakpoint(app_session(app), path, line, NULL);
        app_message(app, false, "breakpoint %d stops here; x again makes it log", breakpoint->id);
    } else if (!value_get_text(breakpoint->fields, "logMessage", NULL)) {
        ask_for_log(app, breakpoint, line);
    } else {
        pane_breakpoints_remove(app, breakpoint);
        app_message(app, false, "log point deleted; U in Breakpoints brings it back");
    }
    app_damage(app);
}

/* What a breakpoint does at a stop: asked for line by line until `end`, kept with `;;` between them. */
struct commands_entry {
    int id;     /* the breakpoint */
    char *text; /* owned; as far as it was typed */
};

static void ask_for_command(struct app *app, struct commands_entry *entry);

static void set_commands(struct app *app, int id, const char *text)
{
    const struct model_breakpoint *breakpoint = model_breakpoint_find(app_model(app), id);
    if (!breakpoint) {
        app_message(app, true, "breakpoint %d is gone", id);
        return;
    }
    change_field(app, breakpoint, "commands", *text ? value_text : NULL, text, true);
    app_message(app, false, "breakpoint %d: %s", id, *text ? text : "no commands");
}

/* As in pdb a command that lets the program go on is the last one. */
static bool ends_entry(const char *line)
{
    static const char *const names[] = {"step-over", "step-into", "finish", "continue", "until",
                                        "run-to",    "jump",      "quit",   "restart"};
    struct colon meaning;
    colon_parse(line, NULL, NULL, &meaning);
    for (size_t i = 0; meaning.kind == COLON_COMMAND && i < sizeof names / sizeof *names; i++)
        if (strcmp(meaning.command->name, names[i]) == 0)
            return true;
    return false;
}

static void command_entered(struct app *app, const char *text, void *data)
{
    struct commands_entry *entry = data;
    bool end = text && strcmp(text, "end") == 0;
    if (text && !end && *text) {
        char *longer = xasprintf("%s%s%s", entry->text, *entry->text ? " ;; " : "", text);
        free(entry->text);
        entry->text = longer;
        end = ends_entry(text);
    }
    if (text && !end) {
        ask_for_command(app, entry);
        return;
    }
    if (text)
        set_commands(app, entry->id, entry->text);
    else
        app_message(app, false, "breakpoint %d keeps the commands that it had", entry->id);
    free(entry->text);
    free(entry);
}

static void ask_for_command(struct app *app, struct commands_entry *entry)
{
    char label[64];
    snprintf(label, sizeof label, "commands of %d (end: done) ", entry->id);
    prompt_ask(app, label, NULL, command_entered, entry);
}

void command_commands(struct app *app, const char *argument)
{
    const struct model *model = app_model(app);
    char last[16] = "";
    const char *rest;
    if (!*argument && model->breakpoint_count > 0) /* the one that was set last */
        snprintf(last, sizeof last, "%d", model->breakpoints[model->breakpoint_count - 1]->id);
    const struct model_breakpoint *breakpoint = numbered(app, *argument ? argument : last, &rest);
    if (!breakpoint)
        return;
    if (*rest) {
        set_commands(app, breakpoint->id, strcmp(rest, "end") == 0 ? "" : rest);
        return;
    }
    struct commands_entry *entry = xcalloc(1, sizeof *entry);
    *entry = (struct commands_entry){.id = breakpoint->id, .text = xstrdup("")};
    ask_for_command(app, entry);
}

void command_break_after(struct app *app, const char *argument)
{
    change_number(app, argument, "after", "another breakpoint's number");
}

void command_log_limit(struct app *app, const char *argument)
{
    change_number(app, argument, "logLimit", "how many messages a second");
}

void command_break_thread(struct app *app, const char *argument)
{
    const char *rest;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    if (breakpoint)
        change_field(app, breakpoint, "thread", *rest ? value_text : NULL, rest, true);
}

/* Those with the numbers in ARGUMENT, or all of them. */
static void switch_breakpoints(struct app *app, const char *argument, const char *flag)
{
    const struct model *model = app_model(app);
    const struct model_breakpoint *breakpoint = NULL;
    for (size_t i = 0; !*argument && i < model->breakpoint_count; i++)
        change_field(app, model->breakpoints[i], "enabled", make_flag, flag, true);
    if (!*argument)
        app_message(app, false, "all breakpoints are %s", *flag ? "on" : "off");
    while (*argument && (breakpoint = numbered(app, argument, &argument)))
        change_field(app, breakpoint, "enabled", make_flag, flag, true);
}

void command_enable(struct app *app, const char *argument)
{
    switch_breakpoints(app, argument, "on");
}

void command_disable(struct app *app, const char *argument)
{
    switch_breakpoints(app, argument, "");
}

/* "raised exceptions   ValueError; uncaught exceptions", or what there is instead. */
static void tell_filters(struct app *app)
{
    const struct model *model = app_model(app);
    char text[512] = "", one[256];
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++) {
        if (!model->filters[i].on)
            continue;
        model_describe_filter(model, (enum model_filter_kind)i, one, sizeof one);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used ? "; " : "", one);
    }
    app_message(app, false, "stops at: %s", *text ? text : "no exceptions");
}

void command_catch(struct app *app, const char *argument)
{
    const struct model *model = app_model(app);
    size_t length = strcspn(argument, " "), kind = 0;
    const char *types = argument + length + strspn(argument + length, " ");
    if (length == 4 && strncmp(argument, "none", 4) == 0) {
        for (size_t i = 0; i < MODEL_FILTER_COUNT; i++)
            session_set_filter(app_session(app), (enum model_filter_kind)i, false, NULL);
    } else if (length > 0) {
        while (kind < MODEL_FILTER_COUNT && (strlen(model_filter_names[kind]) != length ||
                                             strncasecmp(model_filter_names[kind], argument, length) != 0))
            kind++;
        if (kind == MODEL_FILTER_COUNT) {
            app_message(app, true,
                        "catch wants raised, userUnhandled, uncaught, unraisable, taskException or none, not %s",
                        argument);
            return;
        }
        bool on = *types || !model->filters[kind].on;
        session_set_filter(app_session(app), (enum model_filter_kind)kind, on, types);
    }
    tell_filters(app);
    app_damage(app);
}

static bool is_word(const char *argument, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(argument, word, length) == 0;
}

/* "on", "off", nothing to change over, or whose code PATTERN is. */
void command_just_my_code(struct app *app, const char *argument)
{
    struct session *session = app_session(app);
    const struct model *model = app_model(app);
    size_t length = strcspn(argument, " ");
    const char *pattern = argument + length + strspn(argument + length, " ");
    bool user = is_word(argument, length, "user"), library = is_word(argument, length, "library");
    if ((user || library) && *pattern) {
        session_add_code_rule(session, pattern, user);
        app_message(app, false, "%s is %s", pattern, user ? "your code" : "library code");
    } else if (length == 0 || ((is_word(argument, length, "on") || is_word(argument, length, "off")) && !*pattern)) {
        session_set_just_my_code(session, length == 0 ? model->all_code : is_word(argument, length, "on"));
        app_message(app, false, "%s",
                    model->all_code ? "steps stop in all code, libraries too" : "steps stop in your code only");
    } else {
        app_message(app, true, "just-my-code wants on, off, user PATTERN or library PATTERN, not %s", argument);
    }
    app_damage(app);
}
