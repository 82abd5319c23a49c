/* pdb's ways to look, written to the console: source lines, arguments, what a function returned, what an object is. */
#include "app.h"
#include "command_run.h"
#include "model.h"
#include "protocol/value.h"
#include "session.h"
#include "source.h"
#include "xalloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AROUND    5 /* lines before and after the one that is asked for */
#define LINES_MAX 5000

/* The frame to look at; NULL, and said so, when there is none. */
static const struct model_frame *frame_here(struct app *app)
{
    const struct model_frame *frame = model_frame_selected(app_model(app));
    if (!frame)
        app_message(app, true, "there is no frame: the program has not stopped yet");
    return frame;
}

/* "  7 B-> text": B a breakpoint, -> where the frame stands, as pdb marks them. */
static void write_line(struct app *app, const struct model_frame *frame, const struct source *source, int number)
{
    size_t length;
    const char *text = source_line(source, number, &length);
    const struct model_breakpoint *breakpoint = model_breakpoint_at(app_model(app), frame->path, number);
    char *line = xasprintf("%4d %s%s %.*s", number, breakpoint ? "B" : " ", number == frame->line ? "->" : "  ",
                           (int)(length < INT_MAX ? length : 0), text);
    model_add_line(app_model(app), MODEL_LINE_OUTPUT, line);
    free(line);
}

/* Lines FIRST to LAST of the frame's file; how far it came. */
static int write_lines(struct app *app, const struct model_frame *frame, int first, int last)
{
    const struct source *source = frame->path ? source_store_open(app->sources, frame->path) : NULL;
    const char *problem = source ? source_error(source) : "this frame has no source";
    if (problem) {
        app_message(app, true, "%s", problem);
        return 0;
    }
    first = first < 1 ? 1 : first;
    last = last > source_lines(source) ? source_lines(source) : last;
    if (last - first >= LINES_MAX)
        last = first + LINES_MAX - 1;
    if (first > last)
        app_message(app, true, "the file ends at line %d", source_lines(source));
    for (int line = first; line <= last; line++)
        write_line(app, frame, source, line);
    app_show_console(app);
    return last;
}

/* "FIRST", "FIRST, LAST" or "FIRST, COUNT" when that is less; false for anything else. */
static bool parse_range(const char *text, int *first, int *last)
{
    char *end;
    long from = strtol(text, &end, 10), to = from + AROUND;
    bool range = end != text && *(end += strspn(end, " ")) == ',';
    if (end == text || (*end && !range) || from < 1 || from > INT_MAX / 2)
        return false;
    if (range) {
        const char *second = end + 1;
        to = strtol(second, &end, 10);
        if (end == second || *(end + strspn(end, " ")) || to < 1 || to > INT_MAX / 2)
            return false;
        to = to < from ? from + to : to;
    }
    *first = (int)(range || from <= AROUND ? from : from - AROUND);
    *last = (int)to;
    return true;
}

void command_list(struct app *app, const char *argument)
{
    const struct model_frame *frame = frame_here(app);
    if (!frame)
        return;
    const struct model *model = app_model(app);
    bool goes_on = app->listed.stop == model->stops && app->listed.frame == frame->id && app->listed.line > 0;
    int first = frame->line - AROUND, last = frame->line + AROUND;
    if (!*argument && goes_on) {
        first = app->listed.line + 1;
        last = first + 2 * AROUND;
    } else if (*argument && strcmp(argument, ".") != 0 && !parse_range(argument, &first, &last)) {
        app_message(app, true, "list wants a line, FIRST, LAST or . for where the program stands, not %s", argument);
        return;
    }
    app->listed.stop = model->stops;
    app->listed.frame = frame->id;
    app->listed.line = write_lines(app, frame, first, last);
}

static void list_function(struct session *session, const struct value *function, void *data)
{
    struct app *app = data;
    const struct model_frame *frame = model_frame_selected(session_model(session));
    if (!frame)
        return;
    bool whole = !value_get_bool(function, "function", true) && value_get_int(function, "line", 0) <= 1;
    int64_t first = value_get_int(function, "line", 1), last = value_get_int(function, "endLine", 1);
    if (first > 0 && first < INT_MAX && last < INT_MAX)
        write_lines(app, frame, (int)first, whole ? INT_MAX - 1 : (int)last);
}

void command_longlist(struct app *app, const char *argument)
{
    (void)argument;
    session_ask_function(app_session(app), list_function, app);
}

static void write_value(struct app *app, const char *name, const char *value)
{
    char *line = xasprintf("%s = %s", name, value);
    model_add_line(app_model(app), MODEL_LINE_RESULT, line);
    free(line);
    app_show_console(app);
}

static void list_arguments(struct session *session, const struct value *function, void *data)
{
    (void)session;
    struct app *app = data;
    const struct value *rows = value_get_array(function, "arguments");
    for (size_t i = 0; i < value_count(rows); i++)
        write_value(app, value_get_text(value_at(rows, i), "name", "?"),
                    value_get_text(value_at(rows, i), "value", ""));
    if (value_count(rows) == 0)
        app_message(app, false, "%s",
                    value_get_bool(function, "function", false) ? "the function takes no arguments"
                                                                : "this is no function");
}

void command_args(struct app *app, const char *argument)
{
    (void)argument;
    session_ask_function(app_session(app), list_arguments, app);
}

/* What a step leaves: of the calls of its line, and of the function that it left. */
static const struct model_variable *returned(const struct model *model)
{
    for (size_t i = 0; model->root && i < model->root->count; i++) {
        const struct model_variable *row = model->root->children[i];
        if (row->scope && strcmp(row->name, "Return") == 0)
            return row;
    }
    return NULL;
}

void command_retval(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_variable *rows = app_model(app)->state == MODEL_STOPPED ? returned(app_model(app)) : NULL;
    for (size_t i = 0; rows && i < rows->count; i++)
        write_value(app, rows->children[i]->name, rows->children[i]->value);
    if (!rows || rows->count == 0)
        app_message(app, true, "no function has returned here: there is a value after a step out or over a call");
}

/* Run Python of ours on the EXPRESSION that the user gave to COMMAND. BEFORE and AFTER stand around it. */
static void run_on(struct app *app, const char *command, const char *expression, const char *before, const char *after)
{
    if (!*expression) {
        app_message(app, true, "%s wants an expression", command);
        return;
    }
    char *text = xasprintf("%s(%s\n)%s", before, expression, after);
    char *echo = xasprintf("%s %s", command, expression);
    if (session_evaluate_as(app_session(app), text, echo, command_result, app))
        app_show_console(app);
    free(text);
    free(echo);
}

/* Names of built-ins may be the program's own variables: all of them are taken from the module. */
void command_whatis(struct app *app, const char *argument)
{
    run_on(app, "whatis", argument,
           "(lambda v, b: (lambda t: b.print("
           "'Method ' + v.__qualname__ if t.__name__ in ('method', 'method-wrapper') else "
           "'Function ' + v.__qualname__ if t.__name__ in ('function', 'builtin_function_or_method') else "
           "'Class ' + v.__module__ + '.' + v.__qualname__ if b.issubclass(t, b.type) else "
           "'Module ' + v.__name__ if t.__name__ == 'module' else t))(b.type(v)))(",
           ", __import__('builtins'))");
}

void command_source(struct app *app, const char *argument)
{
    run_on(app, "source", argument,
           "(lambda v, b: (lambda lines, first: b.print(''.join('%4d  %s' % (b.max(first, 1) + i, line) "
           "for i, line in b.enumerate(lines)), end=''))(*__import__('inspect').getsourcelines(v)))(",
           ", __import__('builtins'))");
}

void command_interact(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_frame *frame = frame_here(app);
    if (!frame || app_model(app)->state != MODEL_STOPPED) {
        app_message(app, true, "Python runs in a frame of the stopped program, and it is not stopped");
        return;
    }
    char *line =
        xasprintf("Python in %s, line %d; assignments are the program's own. Esc leaves.", frame->name, frame->line);
    model_add_line(app_model(app), MODEL_LINE_NOTE, line);
    free(line);
    app_focus(app, PANE_CONSOLE);
}

/* What runs for the user at a stop is not stopped in: there would be a second stop within the first. */
void command_debug(struct app *app, const char *argument)
{
    (void)argument;
    app_message(app, true,
                "what is typed here runs without stopping: step into a call where the program makes it, "
                "or start pytui -c with the statement");
}
