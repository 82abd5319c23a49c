/* Searching in the rows of the Variables pane: names, values and types, from the cursor on and round. */
#include "app.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "prompt.h"
#include "xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool has_capital(const char *text)
{
    for (; *text; text++)
        if (isupper((unsigned char)*text))
            return true;
    return false;
}

/* Smart case: without capitals in WORD they do not matter. */
static bool holds(const char *text, const char *word)
{
    if (!text)
        return false;
    return has_capital(word) ? strstr(text, word) != NULL : strcasestr(text, word) != NULL;
}

static bool matches(const struct model_variable *row, const char *word)
{
    return holds(row->name, word) || holds(row->value, word) || holds(row->type, word);
}

/* The next row that matches, in the direction STEP, 1 or -1. */
static void go(struct app *app, int step)
{
    struct variables_pane *self = pane_variables_of(app);
    size_t count = model_variable_rows(app_model(app));
    if (!self->wanted) {
        app_message(app, true, "nothing was searched for");
        return;
    }
    for (size_t away = 1; away <= count; away++) {
        int depth;
        size_t index = (self->list.cursor + (step > 0 ? away : count - away % count)) % count;
        const struct model_variable *row = model_variable_row(app_model(app), index, &depth);
        if (!row || !matches(row, self->wanted))
            continue;
        bool round = step > 0 ? index <= self->list.cursor : index >= self->list.cursor;
        self->list.cursor = index;
        app_message(app, false, round ? "%s: from the other end on" : "%s", self->wanted);
        app_damage(app);
        return;
    }
    app_message(app, true, "no open row holds %s; / filters the rows of a value that are not fetched yet",
                self->wanted);
}

static void find_typed(struct app *app, const char *text, void *data)
{
    (void)data;
    struct variables_pane *self = pane_variables_of(app);
    if (!text || !*text)
        return;
    free(self->wanted);
    self->wanted = xstrdup(text);
    go(app, 1);
}

void pane_variables_find(struct app *app, const char *argument)
{
    if (*argument)
        find_typed(app, argument, NULL);
    else
        prompt_ask(app, "find: ", pane_variables_of(app)->wanted, find_typed, NULL);
}

void pane_variables_find_next(struct app *app, const char *argument)
{
    (void)argument;
    go(app, 1);
}

void pane_variables_find_previous(struct app *app, const char *argument)
{
    (void)argument;
    go(app, -1);
}
