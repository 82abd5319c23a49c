/* Searching in the rows of the Variables pane: names, values and types, from the cursor on and round.
 *
 * Rows that are fetched are looked at here. Those between them are looked at by the backend, a slice of some 50
 * milliseconds at a time: whatever else there is to do is done in between, and the search can be stopped. */
#include "app.h"
#include "model_tree.h"
#include "pane_commands.h"
#include "pane_variables.h"
#include "prompt.h"
#include "session.h"
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

/* Backwards the backend looks at so many children at a time: it only knows how to go forwards. */
#define BACKWARDS 20000
/* From the fourth slice on, about 200 ms, it says how far it is. */
#define QUIET_SLICES 4

static void go_on(struct app *app);

static struct model_variable *find_reference(struct model_variable *root, int64_t reference)
{
    struct model_variable *found = root && root->reference == reference ? root : NULL;
    for (size_t i = 0; root && i < root->count && !found; i++)
        found = find_reference(root->children[i], reference);
    return found;
}

/* Answers to the search before may still come. */
static void begin(struct variables_search *search, struct variables_search with)
{
    with.in_flight = with.stale = search->in_flight;
    *search = with;
}

bool pane_variables_find_stop(struct app *app)
{
    struct variables_search *search = &pane_variables_of(app)->search;
    if (!search->active)
        return false;
    begin(search, (struct variables_search){0});
    app_message(app, false, "search stopped");
    return true;
}

void pane_variables_find_jump(struct app *app)
{
    struct variables_pane *self = pane_variables_of(app);
    struct variables_search *search = &self->search;
    if (search->jump <= 0)
        return;
    const struct model_variable *value = find_reference(app_model(app)->root, search->jump);
    size_t row;
    if (value && value->count == 0 && value->loading)
        return; /* its first page is on its way */
    if (value && model_row_of(app_model(app), value, search->hit_index, &row))
        self->list.cursor = row;
    search->jump = 0;
}

/* The row at hand is past an end of all rows: at the other end, then. */
static void wrap(struct variables_search *search, size_t passed, size_t rows)
{
    search->left = search->left > passed ? search->left - passed : 0;
    size_t room = search->step > 0 ? rows - search->at : search->at + 1; /* up to the end */
    if (passed < room) {
        search->at = search->step > 0 ? search->at + passed : search->at - passed;
    } else {
        search->at = search->step > 0 ? 0 : rows - 1;
        search->round = true;
    }
}

static void arrived_at(struct app *app, size_t row)
{
    struct variables_pane *self = pane_variables_of(app);
    self->list.cursor = row;
    self->search.active = false;
    app_message(app, false, self->search.round ? "%s: from the other end on" : "%s", self->wanted);
    app_damage(app);
}

static void tell_progress(struct app *app, const struct model_variable *value)
{
    const struct variables_pane *self = pane_variables_of(app);
    char at[32], total[32];
    size_t known = model_variable_total(value);
    if (self->search.slices < QUIET_SLICES)
        return;
    known = known ? known : (size_t)(value->indexed > value->named ? value->indexed : value->named);
    app_message(app, false, "searching for %.40s in %.40s: %s of %s (Esc stops)", self->wanted, value->name,
                pane_variables_number(self->search.resume, at, sizeof at),
                pane_variables_number(known, total, sizeof total));
}

static void slice_arrived(struct session *session, const struct session_found *found, void *data);

/* Have the backend look at the rest of the children at hand. */
static bool ask(struct app *app)
{
    struct variables_pane *self = pane_variables_of(app);
    struct variables_search *search = &self->search;
    struct model_variable *value = find_reference(app_model(app)->root, search->reference);
    struct session_search wanted = {.text = self->wanted,
                                    .exact = has_capital(self->wanted),
                                    .last = search->step < 0 && !search->inside,
                                    .start = search->resume,
                                    .end = search->end};
    if (!value || !session_find_child(app_session(app), value, &wanted, slice_arrived, app))
        return false;
    search->slices++;
    search->in_flight++;
    tell_progress(app, value);
    return true;
}

/* Something was found in children that are not fetched: open, and go there. */
static void hit(struct app *app)
{
    struct variables_search *search = &pane_variables_of(app)->search;
    struct model_variable *value = find_reference(app_model(app)->root, search->reference);
    size_t row;
    if (value && search->inside) {
        search->jump = search->reference;
        session_expand_at(app_session(app), value, search->hit_index);
        pane_variables_find_jump(app);
        search->active = false;
        app_message(app, false, "%s: in %.60s", pane_variables_of(app)->wanted, value->name);
        app_damage(app);
    } else if (value && model_row_of(app_model(app), value, search->hit_index, &row)) {
        arrived_at(app, row);
    } else {
        search->active = false;
    }
}

static void slice_arrived(struct session *session, const struct session_found *found, void *data)
{
    struct app *app = data;
    struct variables_search *search = &pane_variables_of(app)->search;
    search->in_flight -= search->in_flight > 0;
    if (search->stale > 0) {
        search->stale--;
        return;
    }
    if (session != app_session(app) || !search->active)
        return;
    if (found->failed) {
        search->active = false;
        app_message(app, false, "the search ended: the program went on");
        return;
    }
    if (found->hit) {
        search->hit = true;
        search->hit_index = found->index;
    }
    bool whole = !found->more || (search->end && found->next >= search->end);
    bool backwards = search->step < 0 && !search->inside;
    if (search->hit && (whole || !backwards)) {
        hit(app);
    } else if (!whole) {
        search->resume = found->next;
        search->active = ask(app);
    } else if (search->inside) {
        search->left = 0;
        go_on(app);
    } else {
        size_t passed = search->end ? search->end - search->start : 0; /* those behind the last known are no rows */
        wrap(search, passed, model_variable_rows(app_model(app)));
        go_on(app);
    }
}

/* Children of a run that are not fetched, from the row at hand on in the direction of the search. */
static bool look_into(struct app *app, const struct model_row *run)
{
    struct variables_search *search = &pane_variables_of(app)->search;
    size_t offset = search->at - run->first, count = search->step > 0 ? run->count - offset : offset + 1;
    count = count < search->left ? count : search->left;
    if (search->step < 0 && count > BACKWARDS)
        count = BACKWARDS;
    search->reference = run->parent->reference;
    search->start = search->step > 0 ? run->index + offset : run->index + offset + 1 - count;
    search->end = search->start + count;
    search->resume = search->start;
    search->hit = false;
    return ask(app);
}

/* Children that nobody counted, behind the last one that is known. */
static bool look_behind(struct app *app, const struct model_row *run)
{
    struct variables_search *search = &pane_variables_of(app)->search;
    const struct model_variable *value = run->parent;
    if (search->step < 0 || !value || run->depth < 0 || !model_variable_has_open_end(value) ||
        run->variable != value->children[value->count - 1])
        return false;
    search->reference = value->reference;
    search->start = search->resume = run->index + 1;
    search->end = 0;
    search->hit = false;
    return ask(app);
}

/* Nothing that is open holds it. The value under the cursor is closed, perhaps: that is where it may be. */
static bool look_inside(struct app *app)
{
    struct variables_search *search = &pane_variables_of(app)->search;
    const struct model_variable *variable = pane_variables_selected(app);
    if (search->inside || !variable || variable->expanded || variable->reference <= 0 || variable->lazy)
        return false;
    search->inside = true;
    search->reference = variable->reference;
    search->start = search->resume = search->end = 0;
    search->hit = false;
    return ask(app);
}

/* Until something is found, or the backend has to be asked. */
static void go_on(struct app *app)
{
    struct variables_pane *self = pane_variables_of(app);
    struct variables_search *search = &self->search;
    size_t rows = model_variable_rows(app_model(app));
    while (search->left > 0 && search->at < rows) {
        const struct model_row *run = model_row_at(app_model(app), search->at);
        if (!run->variable) {
            if (look_into(app, run))
                return;
            wrap(search, run->count, rows);
            continue;
        }
        if (matches(run->variable, self->wanted)) {
            arrived_at(app, search->at);
            return;
        }
        bool behind = look_behind(app, run);
        wrap(search, 1, rows);
        if (behind)
            return;
    }
    if (look_inside(app))
        return;
    search->active = false;
    app_message(app, true, "no open row holds %s; / shows only rows that hold a text", self->wanted);
}

/* The next row that matches, in the direction STEP, 1 or -1; the one under the cursor is the last to be looked at. */
static void go(struct app *app, int step)
{
    struct variables_pane *self = pane_variables_of(app);
    size_t rows = model_variable_rows(app_model(app));
    if (!self->wanted || rows == 0) {
        app_message(app, true, self->wanted ? "there are no variables" : "nothing was searched for");
        return;
    }
    begin(&self->search,
          (struct variables_search){.active = true, .step = step, .at = self->list.cursor, .left = rows + 1});
    wrap(&self->search, 1, rows);
    go_on(app);
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
