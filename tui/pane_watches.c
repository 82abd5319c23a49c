/* What the Variables pane does with watches: adding, changing, removing, and whom they are for. */
#include "app.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "prompt.h"
#include "session.h"
#include "xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *said;
} kinds[] = {
    [MODEL_WATCH_PROJECT] = {"project", "watched in all functions of this project"},
    [MODEL_WATCH_FUNCTION] = {"function", "watched in this function"},
    [MODEL_WATCH_EVERYWHERE] = {"everywhere", "watched in all projects"},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static const struct model_watch *find(struct app *app, int id)
{
    const struct model *model = app_model(app);
    for (size_t i = 0; i < model->watch_count; i++)
        if (model->watches[i].id == id)
            return &model->watches[i];
    return NULL;
}

/* The watch that the cursor is on, or in the value of; NULL, with a message. */
static const struct model_watch *selected(struct app *app)
{
    const struct model_variable *row = pane_variables_selected(app);
    while (row && !row->watch)
        row = row->parent;
    const struct model_watch *watch = row ? find(app, row->watch) : NULL;
    if (!watch)
        app_message(app, true, "put the cursor on a watch");
    return watch;
}

/* Without blanks around it; "" of NULL. The caller frees it. */
static char *trimmed(const char *text)
{
    text = text ? text + strspn(text, " \t\n") : "";
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\n", text[length - 1]))
        length--;
    return xmemdup(text, length);
}

static void add_typed(struct app *app, const char *text, void *data)
{
    (void)data;
    char *expression = trimmed(text);
    if (*expression && session_add_watch(app_session(app), expression, NULL))
        app_message(app, false, "watched: %s", expression);
    free(expression);
}

void pane_watches_add(struct app *app, const char *argument)
{
    if (*argument)
        add_typed(app, argument, NULL);
    else
        prompt_ask(app, "watch: ", NULL, add_typed, NULL);
}

static void change_typed(struct app *app, const char *text, void *data)
{
    char *expression = trimmed(text);
    if (*expression)
        session_change_watch(app_session(app), (int)(intptr_t)data, expression);
    free(expression);
}

bool pane_watches_edit(struct app *app, const char *argument)
{
    const struct model_variable *row = pane_variables_selected(app);
    const struct model_watch *watch = row && row->watch ? find(app, row->watch) : NULL;
    if (!watch)
        return false;
    void *id = (void *)(intptr_t)watch->id; /* the list may be another one when the prompt is done */
    if (*argument)
        change_typed(app, argument, id);
    else
        prompt_ask(app, "watch: ", watch->expression, change_typed, id);
    return true;
}

/* The watch that TEXT names: its number in the list, or its expression. */
static const struct model_watch *named(struct app *app, const char *text)
{
    const struct model *model = app_model(app);
    char *end;
    long number = strtol(text, &end, 10);
    if (!*end && number >= 1 && (size_t)number <= model->watch_count)
        return &model->watches[number - 1];
    for (size_t i = 0; i < model->watch_count; i++)
        if (strcmp(model->watches[i].expression, text) == 0)
            return &model->watches[i];
    app_message(app, true, "there is no watch %s", text);
    return NULL;
}

void pane_watches_remove(struct app *app, const char *argument)
{
    struct variables_pane *self = pane_variables_of(app);
    const struct model_watch *watch = *argument ? named(app, argument) : selected(app);
    if (!watch)
        return;
    model_watch_finish(&self->removed);
    self->removed = (struct model_watch){.kind = watch->kind,
                                         .expression = xstrdup(watch->expression),
                                         .function = xstrdup(watch->function),
                                         .path = xstrdup(watch->path)};
    session_remove_watch(app_session(app), watch->id);
    app_message(app, false, "no longer watched: %s (U brings it back)", self->removed.expression);
}

void pane_watches_restore(struct app *app, const char *argument)
{
    (void)argument;
    struct variables_pane *self = pane_variables_of(app);
    if (!self->removed.expression) {
        app_message(app, true, "no watch was removed");
        return;
    }
    session_add_watch(app_session(app), self->removed.expression, &self->removed);
    model_watch_finish(&self->removed);
    self->removed = (struct model_watch){0};
}

void pane_watches_place(struct app *app, const char *argument)
{
    const struct model_watch *watch = selected(app);
    if (!watch)
        return;
    size_t kind = ((size_t)watch->kind + 1) % KIND_COUNT;
    for (size_t i = 0; *argument && i < KIND_COUNT; i++)
        kind = strcmp(kinds[i].name, argument) == 0 ? i : kind;
    if (*argument && strcmp(kinds[kind].name, argument) != 0)
        app_message(app, true, "watch it in the project, the function or everywhere");
    else if (session_place_watch(app_session(app), watch->id, (enum model_watch_kind)kind))
        app_message(app, false, "%s", kinds[kind].said);
}

const char *pane_watches_place_of(struct app *app, int id)
{
    const struct model_watch *watch = find(app, id);
    return !watch || watch->kind == MODEL_WATCH_PROJECT ? ""
           : watch->kind == MODEL_WATCH_FUNCTION        ? "this function"
                                                        : "everywhere";
}
