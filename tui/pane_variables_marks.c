/* What the user gives rows of the Variables pane: pins, highlights, wrapping, and which names of a value are shown. */
#include "app.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "session.h"

#include <string.h>

static void toggle(struct app *app, enum model_mark mark, const char *done, const char *undone)
{
    struct model_variable *variable = pane_variables_selected(app);
    bool on = variable && !model_variable_marked(variable, mark);
    if (!variable || !session_mark(app_session(app), variable, mark, on))
        app_message(app, true, "put the cursor on a variable");
    else
        app_message(app, false, "%s", on ? done : undone);
}

void pane_variables_pin(struct app *app, const char *argument)
{
    (void)argument;
    struct list_view *list = &pane_variables_of(app)->list;
    size_t before = model_variable_rows(app_model(app));
    toggle(app, MODEL_MARK_PIN, "shown on top, too", "no longer shown on top");
    size_t after = model_variable_rows(app_model(app));
    if (list->cursor + after >= before) /* on the same variable, which moved */
        list->cursor = list->cursor + after - before;
}

void pane_variables_highlight(struct app *app, const char *argument)
{
    (void)argument;
    toggle(app, MODEL_MARK_HIGHLIGHT, "highlighted", "no longer highlighted");
}

void pane_variables_wrap(struct app *app, const char *argument)
{
    (void)argument;
    toggle(app, MODEL_MARK_WRAP, "wrapped", "no longer wrapped");
}

/* The value whose names are meant: the one under the cursor if it is open, else the one that holds it. */
static struct model_variable *owner(struct app *app)
{
    struct model_variable *variable = pane_variables_selected(app);
    while (variable && variable->parent && (!variable->expanded || variable->group))
        variable = variable->parent;
    return variable && variable->parent ? variable : NULL;
}

static struct model_variable *group_called(const struct model_variable *variable, const char *name)
{
    for (size_t i = 0; i < variable->count; i++)
        if (variable->children[i]->group && strcmp(variable->children[i]->name, name) == 0)
            return variable->children[i];
    return NULL;
}

static const struct access {
    enum model_mark mark; /* 0: none */
    bool private, special;
    const char *word, *said;
} levels[] = {
    {0, false, false, "groups", "all names, in groups"},
    {MODEL_MARK_PUBLIC, false, false, "public", "public names"},
    {MODEL_MARK_PRIVATE, true, false, "private", "public, protected and private names"},
    {MODEL_MARK_ALL, true, true, "all", "all names"},
};
enum { LEVEL_COUNT = sizeof levels / sizeof levels[0] };

static void set_access(struct app *app, struct model_variable *variable, const struct access *level)
{
    static const struct {
        const char *name;
        bool special;
    } groups[] = {{"protected", false}, {"private", false}, {"special variables", true}};
    for (size_t i = 1; i < LEVEL_COUNT; i++)
        session_mark(app_session(app), variable, levels[i].mark, levels[i].mark == level->mark);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        struct model_variable *group = group_called(variable, groups[i].name);
        if (group)
            session_expand(app_session(app), group, groups[i].special ? level->special : level->private);
    }
    app_message(app, false, "%s of %s", level->said, variable->name);
}

void pane_variables_access(struct app *app, const char *argument)
{
    struct model_variable *variable = owner(app);
    size_t now = 0;
    for (size_t i = 1; variable && i < LEVEL_COUNT; i++)
        now = model_variable_marked(variable, levels[i].mark) ? i : now;
    size_t next = *argument ? LEVEL_COUNT : (now + 1) % LEVEL_COUNT;
    for (size_t i = 0; *argument && i < LEVEL_COUNT; i++)
        next = strcmp(levels[i].word, argument) == 0 ? i : next;
    if (!variable)
        app_message(app, true, "put the cursor on an open value");
    else if (next == LEVEL_COUNT)
        app_message(app, true, "access groups, public, private or all");
    else
        set_access(app, variable, &levels[next]);
}

void pane_variables_methods(struct app *app, const char *argument)
{
    (void)argument;
    const struct model_variable *variable = owner(app);
    struct model_variable *methods = variable ? group_called(variable, "methods") : NULL;
    methods = variable && !methods ? group_called(variable, "functions") : methods;
    if (methods)
        session_expand(app_session(app), methods, !methods->expanded);
    else
        app_message(app, true, "there are no methods here: open an object first");
}
