/* Expressions that are written again at each stop in their function when they changed: display, undisplay. One is
 * evaluated at a time, and what a new stop finds unanswered is left out. */
#include "command_display.h"

#include "app.h"
#include "command_run.h"
#include "model.h"
#include "session.h"
#include "xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DISPLAYS_MAX 100

struct display {
    char *expression, *function, *path; /* owned; path may be NULL */
    char *last;                         /* owned: its text at the stop before; NULL: not written yet */
};

struct display_list {
    struct display *rows;
    size_t count, capacity;
    size_t next;     /* to be evaluated at this stop; count: none */
    uint64_t stop;   /* that the evaluation on its way is for */
    bool asked;      /* it is on its way */
    bool was_edited; /* rows came or went since */
};

static struct display_list *of(struct app *app)
{
    if (!app->displays)
        app->displays = xcalloc(1, sizeof *app->displays);
    return app->displays;
}

static void finish_row(struct display *row)
{
    free(row->expression);
    free(row->function);
    free(row->path);
    free(row->last);
}

void display_list_destroy(struct display_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++)
        finish_row(&list->rows[i]);
    free(list->rows);
    free(list);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_here(struct app *app, const struct display *row)
{
    const struct model_frame *frame = model_frame_selected(app_model(app));
    return frame && same(row->function, frame->name) && same(row->path, frame->path);
}

static void write_value(struct app *app, struct display *row, const char *text)
{
    char *line = row->last ? xasprintf("display %s: %s  [old: %s]", row->expression, text, row->last)
                           : xasprintf("display %s: %s", row->expression, text);
    model_add_line(app_model(app), MODEL_LINE_RESULT, line);
    free(line);
    free(row->last);
    row->last = xstrdup(text);
    if (app->focus != PANE_TERMINAL)
        app_show_console(app);
}

static void evaluate_next(struct app *app);

static void arrived(struct session *session, bool ok, const char *text, void *data)
{
    struct app *app = data;
    struct display_list *list = of(app);
    const struct model *model = session_model(session);
    list->asked = false;
    if (model->state != MODEL_STOPPED || model->stops != list->stop || list->was_edited || list->next >= list->count)
        return;
    struct display *row = &list->rows[list->next++];
    char *shown = ok ? xstrdup(text) : xasprintf("** %s **", text);
    if (!row->last || strcmp(row->last, shown) != 0)
        write_value(app, row, shown);
    free(shown);
    evaluate_next(app);
}

static void evaluate_next(struct app *app)
{
    struct display_list *list = of(app);
    while (list->next < list->count && !is_here(app, &list->rows[list->next]))
        list->next++;
    if (list->next < list->count && !list->asked)
        list->asked = session_watch(app_session(app), list->rows[list->next].expression, arrived, app);
}

void display_stopped(struct app *app)
{
    struct display_list *list = app->displays;
    if (!list || list->count == 0)
        return;
    list->next = 0;
    list->stop = app_model(app)->stops;
    list->was_edited = list->asked = false;
    evaluate_next(app);
}

static void write_list(struct app *app)
{
    struct display_list *list = of(app);
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        if (!is_here(app, &list->rows[i]))
            continue;
        char *line =
            xasprintf("display %s: %s", list->rows[i].expression, list->rows[i].last ? list->rows[i].last : "");
        model_add_line(app_model(app), MODEL_LINE_NOTE, line);
        free(line);
        any = true;
    }
    if (any)
        app_show_console(app);
    else
        app_message(app, false, "nothing is displayed in this function");
}

static size_t find(struct app *app, const char *expression)
{
    struct display_list *list = of(app);
    size_t i = 0;
    while (i < list->count && !(is_here(app, &list->rows[i]) && strcmp(list->rows[i].expression, expression) == 0))
        i++;
    return i;
}

void command_display(struct app *app, const char *argument)
{
    struct display_list *list = of(app);
    const struct model_frame *frame = model_frame_selected(app_model(app));
    if (app_model(app)->state != MODEL_STOPPED || !frame) {
        app_message(app, true, "display is for the function that the program is stopped in");
    } else if (!*argument) {
        write_list(app);
    } else if (find(app, argument) < list->count) {
        app_message(app, false, "%s is displayed already", argument);
    } else if (list->count >= DISPLAYS_MAX) {
        app_message(app, true, "%d expressions are displayed: undisplay some", DISPLAYS_MAX);
    } else {
        xgrow(&list->rows, &list->capacity, list->count + 1, sizeof *list->rows);
        list->rows[list->count] = (struct display){
            .expression = xstrdup(argument), .function = xstrdup(frame->name), .path = xstrdup(frame->path)};
        if (list->next >= list->count || !list->asked) {
            list->next = list->count;
            list->stop = app_model(app)->stops;
            list->was_edited = false;
        }
        list->count++;
        evaluate_next(app);
    }
}

static void remove_at(struct display_list *list, size_t index)
{
    finish_row(&list->rows[index]);
    memmove(&list->rows[index], &list->rows[index + 1], (--list->count - index) * sizeof *list->rows);
    list->was_edited = true;
}

void command_undisplay(struct app *app, const char *argument)
{
    struct display_list *list = of(app);
    size_t before = list->count, found = find(app, argument);
    if (*argument && found < list->count)
        remove_at(list, found);
    for (size_t i = *argument ? 0 : list->count; i-- > 0;)
        if (is_here(app, &list->rows[i]))
            remove_at(list, i);
    if (list->count == before)
        app_message(app, true, "%s is not displayed in this function", *argument ? argument : "anything");
    else
        app_message(app, false, "no longer displayed: %s", *argument ? argument : "all of this function");
}
