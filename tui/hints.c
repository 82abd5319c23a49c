#include "hints.h"

#include "app.h"
#include "command.h"
#include "config.h"
#include "dialog_private.h"
#include "model.h"
#include "prompt.h"
#include "session.h"

#include <stdio.h>
#include <string.h>

#define HINTS_MAX  24
#define BOTTOM_MIN 12 /* lower screens have no row to spare */

bool hints_at_top(const struct app *app)
{
    return strcmp(config_text(app->config, CONFIG_HINTS), "top") == 0;
}

bool hints_at_bottom(const struct app *app, int rows)
{
    return rows >= BOTTOM_MIN && strcmp(config_text(app->config, CONFIG_HINTS), "bottom") == 0;
}

/* The first of a command's keys that acts in SCOPE: in the console letters are text. */
static bool first_key(const struct app *app, const struct command *command, enum command_scope scope, char *buffer,
                      size_t size)
{
    char keys[128], *save = NULL;
    keymap_keys(app->keymap, command, keys, sizeof keys);
    for (const char *name = strtok_r(keys, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        char one[32];
        size_t length = strlen(name);
        bool listed = length > 1 && name[length - 1] == ','; /* "n, F10" */
        snprintf(one, sizeof one, "%.*s", (int)(length - listed), name);
        struct key key;
        if (!key_parse(one, &key) || keymap_find(app->keymap, scope, &key) != command)
            continue;
        snprintf(buffer, size, "%s", one);
        return true;
    }
    return false;
}

static unsigned state_of(struct app *app)
{
    const struct model *model = app_model(app);
    unsigned state = 0;
    if (app->ended)
        return COMMAND_WHEN_ENDED | (app->no_restart ? 0 : COMMAND_WHEN_RESTARTABLE);
    if (session_read_only(app_session(app)))
        state |= COMMAND_READ_ONLY;
    if (model->state != MODEL_STOPPED)
        return state | COMMAND_WHEN_RUNNING;
    return state | (model->post_mortem ? COMMAND_WHEN_POST_MORTEM : COMMAND_WHEN_MOVABLE) |
           (model->chain_count > 0 ? COMMAND_WHEN_EXCEPTION : 0);
}

/* Whether the command is of use now; one that does not say when is until the program has ended. */
static bool of_use(const struct command *command, unsigned state)
{
    unsigned when = command->when ? command->when : COMMAND_WHEN_STOPPED | COMMAND_WHEN_RUNNING;
    bool refused = command->changes && (state & COMMAND_READ_ONLY);
    return command->hint && (when & state) && !refused;
}

static size_t add_scope(const struct app *app, enum command_scope wanted, enum command_scope scope, unsigned state,
                        struct hint *hints, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < command_count && count < capacity; i++)
        if (commands[i].scope == wanted && of_use(&commands[i], state) &&
            first_key(app, &commands[i], scope, hints[count].key, sizeof hints[count].key))
            hints[count++].text = commands[i].hint;
    return count;
}

static size_t add_words(const struct hint *words, struct hint *hints, size_t capacity)
{
    size_t count = 0;
    for (; words && words[count].text && count < capacity; count++)
        hints[count] = words[count];
    return count;
}

/* Source is where the moves are made; elsewhere the pane's own keys are those that nobody knows by heart. */
static size_t add_pane(const struct app *app, unsigned state, struct hint *hints, size_t capacity)
{
    enum command_scope scope = pane_table[app->focus]->scope;
    if (app->ended && scope == SCOPE_TERMINAL)
        scope = SCOPE_GLOBAL; /* nobody reads it: keys are commands again */
    bool moves_first = scope == SCOPE_SOURCE || scope == SCOPE_GLOBAL || app->ended;
    enum command_scope first = moves_first ? SCOPE_GLOBAL : scope;
    size_t count = add_scope(app, first, scope, state, hints, capacity);
    enum command_scope second = moves_first ? scope : SCOPE_GLOBAL;
    if (second != first)
        count += add_scope(app, second, scope, state, hints + count, capacity - count);
    return count;
}

size_t hints_list(struct app *app, struct hint *hints, size_t capacity)
{
    unsigned state = state_of(app);
    if (app->dialog && app->dialog->ops->scope != SCOPE_GLOBAL)
        return add_scope(app, app->dialog->ops->scope, app->dialog->ops->scope, ~0U, hints, capacity);
    if (app->dialog)
        return add_words(app->dialog->ops->hints, hints, capacity);
    if (app->prompt)
        return add_words(prompt_hints(app), hints, capacity);
    return add_pane(app, state, hints, capacity);
}

/* Columns of one with two blanks before it: "  n next". */
static int hint_width(const struct hint *hint)
{
    return 3 + canvas_width(hint->key, strlen(hint->key)) + canvas_width(hint->text, strlen(hint->text));
}

/* The way to the help; in dialogs and prompts the way out. */
static bool is_way(const struct hint *hint)
{
    return strcmp(hint->text, "help") == 0 || strcmp(hint->key, "Esc") == 0;
}

/* Keep those that ROOM is for, in their order; the way is among them whatever else is not. Their width. */
static int keep_fitting(struct hint *hints, size_t *count, int room)
{
    size_t kept = 0, way = 0;
    while (way < *count && !is_way(&hints[way]))
        way++;
    int total = way < *count ? hint_width(&hints[way]) : 0;
    if (total > room) {
        total = 0;
        way = *count;
    }
    bool full = false;
    for (size_t i = 0; i < *count; i++) {
        full = full || (i != way && total + hint_width(&hints[i]) > room);
        if (i != way && full)
            continue;
        total += i != way ? hint_width(&hints[i]) : 0;
        hints[kept++] = hints[i];
    }
    *count = kept;
    return total;
}

/* Columns of the first COUNT that are not the way, and of that. */
static int first_hints(struct app *app, size_t count)
{
    struct hint hints[HINTS_MAX];
    size_t all = hints_list(app, hints, HINTS_MAX);
    int total = 1;
    for (size_t i = 0; i < all; i++) {
        if (!is_way(&hints[i]) && count == 0)
            continue;
        count -= is_way(&hints[i]) ? 0 : 1;
        total += hint_width(&hints[i]);
    }
    return total;
}

int hints_least(struct app *app)
{
    return first_hints(app, 1);
}

int hints_wanted(struct app *app)
{
    return first_hints(app, 5);
}

void hints_draw(struct app *app, struct canvas row, int from, bool right)
{
    struct hint hints[HINTS_MAX];
    size_t count = hints_list(app, hints, HINTS_MAX);
    int total = 1 + keep_fitting(hints, &count, row.columns - from - 1);
    struct style bar = app_style(app, ROLE_STATUS);
    struct style key_style = style_over(bar, app_style(app, ROLE_HINT_KEY));
    struct style text_style = style_over(bar, app_style(app, ROLE_HINT_TEXT));
    int column = right ? row.columns - total : from - 1;
    for (size_t i = 0; i < count; i++) {
        column += 2;
        column += canvas_label(row, 0, column, row.columns, key_style, hints[i].key);
        column += 1 + canvas_label(row, 0, column + 1, row.columns, text_style, hints[i].text);
    }
}
