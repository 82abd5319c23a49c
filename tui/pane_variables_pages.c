/* Values of any length in the Variables pane: rows are fetched when they are seen, and their places have keys. */
#include "app.h"
#include "model_tree.h"
#include "pane.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "prompt.h"
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_VALUE 100 /* children: more than a page has places of its own */

/* What of RUN is missing in rows FROM up to UNTIL. */
static void want(struct app *app, const struct model_row *run, size_t from, size_t until)
{
    size_t end = run->first + run->count;
    from = from > run->first ? from : run->first;
    until = until < end ? until : end;
    if (run->variable) { /* perhaps the last one of those that are known */
        if (run->parent && run->parent->more)
            session_want_children(app_session(app), run->parent, run->index + 1, run->index + 2);
    } else if (from < until) {
        session_want_children(app_session(app), run->parent, run->index + (from - run->first),
                              run->index + (until - run->first));
    }
}

static void want_rows(struct app *app, size_t from, size_t until)
{
    const struct model *model = app_model(app);
    const struct model_row *run = model_row_at(model, from), *end = model_row_end(model);
    for (; run && run < end && run->first < until; run++)
        want(app, run, from, until);
}

/* What is seen first; then a screen above and below, so that a page key finds it there. */
void pane_variables_fetch(struct app *app)
{
    const struct list_view *list = &pane_variables_of(app)->list;
    size_t above = list->top > list->rows ? list->top - list->rows : 0;
    want_rows(app, list->top, list->top + list->rows);
    want_rows(app, above, list->top + 2 * list->rows);
}

/* The long value that the cursor is in: open and under it, or the nearest that holds the row. NULL: none. */
static struct model_variable *long_value(struct app *app)
{
    const struct model_row *run = model_row_at(app_model(app), pane_variables_of(app)->list.cursor);
    bool open = run && run->variable && run->variable->expanded;
    struct model_variable *value = !run ? NULL : open ? run->variable : run->parent;
    while (value && value->parent && model_variable_total(value) <= LONG_VALUE)
        value = value->parent;
    return value && value->parent ? value : NULL;
}

static bool go_to(struct app *app, const struct model_variable *value, size_t index)
{
    struct list_view *list = &pane_variables_of(app)->list;
    size_t row;
    if (!model_row_of(app_model(app), value, index, &row))
        return false;
    bool moved = list->cursor != row;
    list->cursor = row;
    app_damage(app);
    return moved;
}

bool pane_variables_page_key(struct app *app, const struct key *key)
{
    const struct model_row *run = model_row_at(app_model(app), pane_variables_of(app)->list.cursor);
    const struct model_variable *value = run && run->parent && run->parent->parent ? run->parent : NULL;
    bool end = pane_key_is(key, "G End");
    if (!value || value->scope || model_variable_total(value) <= LONG_VALUE || (!end && !pane_key_is(key, "g Home")))
        return false;
    return go_to(app, value, end ? model_variable_total(value) - 1 : 0); /* already there: to that of all rows */
}

const char *pane_variables_number(size_t number, char *buffer, size_t size)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", number);
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buffer[used++] = ',';
        buffer[used++] = digits[i];
    }
    buffer[used] = '\0';
    return buffer;
}

bool pane_variables_page_status(struct app *app, char *buffer, size_t size)
{
    const struct list_view *list = &pane_variables_of(app)->list;
    const struct model_row *run = model_row_at(app_model(app), list->cursor);
    const struct model_variable *value = run ? run->parent : NULL;
    if (!value || !value->parent || value->scope || model_variable_total(value) <= LONG_VALUE)
        return false;
    char at[32], total[32];
    snprintf(buffer, size, "%s of %s%s",
             pane_variables_number(run->index + (list->cursor - run->first) + 1, at, sizeof at),
             pane_variables_number(model_variable_total(value), total, sizeof total),
             value->more && value->total == 0 ? "+" : "");
    return true;
}

static void item_typed(struct app *app, const char *text, void *data)
{
    (void)data;
    struct model_variable *value = long_value(app);
    if (!text || !*text)
        return;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 0);
    if (!value || errno || *end) {
        app_message(app, true, value ? "'%s' is no number of an item" : "the value is no longer there", text);
        return;
    }
    long long total = (long long)model_variable_total(value);
    number += number < 0 ? total : 0;
    if (number < 0 || number >= total)
        app_message(app, true, "%s has items 0 to %lld", value->name, total - 1);
    else
        go_to(app, value, (size_t)number);
}

void pane_variables_go_to(struct app *app, const char *argument)
{
    const struct model_variable *value = long_value(app);
    if (!value) {
        app_message(app, true, "put the cursor into an open value of more than %d rows", LONG_VALUE);
    } else if (*argument) {
        item_typed(app, argument, NULL);
    } else {
        char label[128], total[32];
        snprintf(label, sizeof label, "item of %.60s (0 to %s): ", value->name,
                 pane_variables_number(model_variable_total(value) - 1, total, sizeof total));
        prompt_ask(app, label, NULL, item_typed, NULL);
    }
}
