/* Commands on breakpoints named by place or by number, for the `:` line. */
#include "app.h"
#include "command_run.h"
#include "location.h"
#include "model.h"
#include "protocol/arena.h"
#include "protocol/value.h"
#include "session.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void command_toggle_breakpoint(struct app *app, const char *argument)
{
    (void)argument;
    const char *path;
    int line;
    if (!pane_source_cursor(app, &path, &line)) {
        app_message(app, true, "there is no source to set a breakpoint in");
        return;
    }
    const struct model_breakpoint *breakpoint = model_breakpoint_at(app_model(app), path, line);
    if (breakpoint)
        session_remove_breakpoint(app_session(app), breakpoint->id);
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

void command_tbreak(struct app *app, const char *argument)
{
    if (*argument)
        set_breakpoint(app, argument, true);
    else
        app_message(app, true, "tbreak wants a place: LINE, FILE:LINE or FUNCTION");
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
            place.path ? model_breakpoint_at(app_model(app), place.path, place.line) : NULL;
        if (found)
            session_remove_breakpoint(app_session(app), found->id);
        else
            app_message(app, true, "there is no breakpoint at %s", argument);
        location_finish(&place);
    } else if (!*argument) {
        app_message(app, true, "clear wants a breakpoint's number, FILE:LINE, or all");
    } else {
        const struct model_breakpoint *found = numbered(app, argument, &rest);
        if (found)
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

void command_enable(struct app *app, const char *argument)
{
    const char *rest;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    if (breakpoint)
        change_field(app, breakpoint, "enabled", make_flag, "on", true);
}

void command_disable(struct app *app, const char *argument)
{
    const char *rest;
    const struct model_breakpoint *breakpoint = numbered(app, argument, &rest);
    if (breakpoint)
        change_field(app, breakpoint, "enabled", make_flag, "", true);
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
