/* A row a setting, made from the table in config.c. Flags and choices go round with Space and the arrows, numbers go up
 * and down, text is typed. Every fine value is taken over while the dialog is open. */
#include "preferences.h"

#include "app.h"
#include "config.h"
#include "config_save.h"
#include "dialog_private.h"
#include "lineedit.h"
#include "list_view.h"
#include "pane.h"
#include "theme.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_WIDTH 24
#define GAP         3
#define FOOT_ROWS   4 /* blank, what the setting is, its values, keys */
#define BIG_STEPS   20
#define HELP_WIDTH  70 /* the longest help, and the dialog in 80 columns */

struct preferences {
    char *before[CONFIG_COUNT];           /* owned: values at the start */
    struct lineedit *edits[CONFIG_COUNT]; /* owned: of what is typed; NULL for flags and choices */
    char **themes;                        /* owned: names, NULL at the end */
    struct list_view view;
    int name_width;
    int top_row, shown_rows; /* of the list on the screen, for the mouse */
    char problem[256];
};

static const struct config_info *info_at(size_t index)
{
    return config_info((enum config_setting)index);
}

static bool is_typed(const struct config_info *info)
{
    return info->type != CONFIG_TYPE_FLAG && info->type != CONFIG_TYPE_CHOICE;
}

static void take(struct app *app, struct preferences *self, size_t index, const char *value)
{
    self->problem[0] = '\0';
    if (config_set(app->config, info_at(index)->name, value, self->problem, sizeof self->problem))
        app_apply_settings(app);
}

/* Take over a value that was chosen, not typed. */
static void choose(struct app *app, struct preferences *self, size_t index, const char *value)
{
    if (self->edits[index])
        lineedit_set(self->edits[index], value);
    take(app, self, index, value);
}

/* The name beside NOW in a list of words; round at the ends. */
static const char *beside(const char *const *names, const char *now, int by)
{
    int count = 0, at = -1;
    for (; names[count]; count++)
        at = strcmp(names[count], now) == 0 ? count : at;
    if (!count)
        return now;
    return names[at < 0 ? 0 : (at + by + count) % count];
}

static void turn_choice(struct app *app, struct preferences *self, size_t index, int by)
{
    const char *names[16] = {0};
    char words[160];
    size_t count = 0;
    snprintf(words, sizeof words, "%s", info_at(index)->choices);
    for (char *save = NULL, *word = strtok_r(words, " ", &save); word && count < 15; word = strtok_r(NULL, " ", &save))
        names[count++] = word;
    choose(app, self, index, beside(names, config_text(app->config, (enum config_setting)index), by));
}

static void turn_number(struct app *app, struct preferences *self, size_t index, int by)
{
    const struct config_info *info = info_at(index);
    int range = info->largest - info->smallest, step = range / BIG_STEPS > 10 ? range / (BIG_STEPS * BIG_STEPS) : 1;
    int number = config_number(app->config, (enum config_setting)index) + by * (step > 0 ? step : 1);
    char text[24];
    number = number < info->smallest ? info->smallest : number > info->largest ? info->largest : number;
    snprintf(text, sizeof text, "%d", number);
    choose(app, self, index, text);
}

static void turn(struct app *app, struct preferences *self, size_t index, int by)
{
    switch (info_at(index)->type) {
    case CONFIG_TYPE_FLAG:
        choose(app, self, index, config_flag(app->config, (enum config_setting)index) ? "no" : "yes");
        break;
    case CONFIG_TYPE_CHOICE:
        turn_choice(app, self, index, by);
        break;
    case CONFIG_TYPE_NUMBER:
        turn_number(app, self, index, by);
        break;
    case CONFIG_TYPE_TEXT:
    case CONFIG_TYPE_LIST:
        if (index == CONFIG_THEME)
            choose(app, self, index,
                   beside((const char *const *)self->themes, config_text(app->config, CONFIG_THEME), by));
        break;
    }
}

static void preferences_measure(const struct dialog *dialog, int *rows, int *columns)
{
    const struct preferences *self = dialog->data;
    *rows = CONFIG_COUNT + FOOT_ROWS;
    *columns = self->name_width + GAP + VALUE_WIDTH;
    *columns = *columns < HELP_WIDTH ? HELP_WIDTH : *columns;
}

static void draw_row(struct app *app, const struct preferences *self, size_t index, struct canvas line)
{
    bool chosen = index == self->view.cursor;
    struct style style = dialog_style(app, chosen ? ROLE_SELECTED_FOCUSED : ROLE_DIALOG);
    struct style field = chosen || !self->edits[index] ? style : dialog_style(app, ROLE_DIALOG_FIELD);
    const char *value = config_text(app->config, (enum config_setting)index);
    int column = self->name_width + GAP, room = line.columns - column;
    int width = room < VALUE_WIDTH ? room : VALUE_WIDTH;
    canvas_fill(line, 0, 0, 1, line.columns, style);
    canvas_label(line, 0, 0, line.columns, style, info_at(index)->name);
    if (strcmp(value, self->before[index]) != 0)
        canvas_label(line, 0, self->name_width + 1, 1, style, "*");
    if (info_at(index)->type == CONFIG_TYPE_FLAG) {
        canvas_label(line, 0, column, width, field,
                     config_flag(app->config, (enum config_setting)index) ? "[x]" : "[ ]");
        return;
    }
    canvas_fill(line, 0, column, 1, width, field);
    if (!self->edits[index]) {
        canvas_printf(line, 0, column, field, chosen ? "‹ %s ›" : "%s", value);
        return;
    }
    int caret = lineedit_draw(self->edits[index], line, 0, column, width, field);
    if (chosen)
        app_set_cursor(app, line, 0, caret);
}

static void draw_foot(struct app *app, const struct preferences *self, struct canvas canvas)
{
    const struct config_info *info = info_at(self->view.cursor);
    struct style hint = dialog_style(app, ROLE_DIALOG_HINT);
    char values[256] = "";
    if (info->type == CONFIG_TYPE_NUMBER)
        snprintf(values, sizeof values, "%d to %d", info->smallest, info->largest);
    else if (info->type == CONFIG_TYPE_CHOICE)
        snprintf(values, sizeof values, "one of %s", info->choices);
    else if ((enum config_setting)self->view.cursor == CONFIG_THEME)
        snprintf(values, sizeof values, ":theme lists them, to pick from");
    if (info->later)
        snprintf(values + strlen(values), sizeof values - strlen(values), "%sholds from the next start on",
                 *values ? "; " : "");
    if (self->shown_rows < CONFIG_COUNT) {
        char shown[48];
        snprintf(shown, sizeof shown, "%zu-%zu of %d", self->view.top + 1, self->view.top + (size_t)self->shown_rows,
                 CONFIG_COUNT);
        int width = (int)strlen(shown);
        canvas_label(canvas, canvas.rows - 4, canvas.columns - width, width, hint, shown);
    }
    bool wrong = self->problem[0] != '\0';
    canvas_label(canvas, canvas.rows - 3, 0, canvas.columns,
                 dialog_style(app, wrong ? ROLE_MESSAGE_ERROR : ROLE_DIALOG), wrong ? self->problem : info->help);
    canvas_label(canvas, canvas.rows - 2, 0, canvas.columns, hint, values);
    canvas_label(canvas, canvas.rows - 1, 0, canvas.columns, hint,
                 is_typed(info) ? "Alt-Left Alt-Right change, Enter saves, Esc brings all back"
                                : "Space Left Right change, Enter saves, Esc brings all back");
}

static void preferences_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct preferences *self = dialog->data;
    bool foot = canvas.rows >= FOOT_ROWS + 2;
    self->top_row = canvas.row;
    self->shown_rows = canvas.rows - (foot ? FOOT_ROWS : 0);
    list_view_fit(&self->view, CONFIG_COUNT, self->shown_rows);
    for (int row = 0; row < self->shown_rows && self->view.top + (size_t)row < CONFIG_COUNT; row++)
        draw_row(app, self, self->view.top + (size_t)row, canvas_part(canvas, row, 0, 1, canvas.columns));
    if (foot)
        draw_foot(app, self, canvas);
}

static void use_mouse(struct app *app, struct preferences *self, const struct key *key)
{
    size_t before = self->view.cursor;
    int row = key->row - self->top_row;
    if (list_view_mouse(&self->view, CONFIG_COUNT, key, row) && key->mouse == KEY_MOUSE_PRESS &&
        self->view.cursor == before && !is_typed(info_at(before)))
        turn(app, self, before, 1);
}

/* A key that changes the row's value. */
static void change(struct app *app, struct preferences *self, const struct key *key)
{
    size_t index = self->view.cursor;
    bool typed = self->edits[index] != NULL;
    if (pane_key_is(key, typed ? "Alt-Left" : "Left"))
        turn(app, self, index, -1);
    else if (pane_key_is(key, typed ? "Alt-Right" : "Right Space"))
        turn(app, self, index, 1);
    else if (typed && lineedit_key(self->edits[index], key) == LINEEDIT_CHANGED)
        take(app, self, index, lineedit_text(self->edits[index]));
}

static bool preferences_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    struct preferences *self = dialog->data;
    size_t *cursor = &self->view.cursor;
    if (key->kind == KEY_KIND_MOUSE)
        use_mouse(app, self, key);
    else if (pane_key_is(key, "Enter"))
        return self->problem[0] != '\0';
    else if (pane_key_is(key, "Down Tab"))
        *cursor = (*cursor + 1) % CONFIG_COUNT;
    else if (pane_key_is(key, "Up Shift-Tab"))
        *cursor = (*cursor + CONFIG_COUNT - 1) % CONFIG_COUNT;
    else
        change(app, self, key);
    return true;
}

static void bring_back(struct app *app, const struct preferences *self)
{
    char error[256];
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        config_set(app->config, info_at(i)->name, self->before[i], error, sizeof error);
    app_apply_settings(app);
}

static void save_changes(struct app *app, const struct preferences *self)
{
    char error[512] = "";
    int count = 0;
    for (size_t i = 0; i < CONFIG_COUNT && !*error; i++) {
        const char *value = config_text(app->config, (enum config_setting)i);
        if (strcmp(value, self->before[i]) == 0)
            continue;
        config_save(info_at(i)->name, value, error, sizeof error);
        count++;
    }
    if (*error)
        app_message(app, true, "%s", error);
    else if (count > 0)
        app_message(app, false, "%d setting%s written into config.ini", count, count == 1 ? "" : "s");
}

static void preferences_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct preferences *self = dialog->data;
    if (cancelled)
        bring_back(app, self);
    else
        save_changes(app, self);
}

static void preferences_destroy(struct dialog *dialog)
{
    struct preferences *self = dialog->data;
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        free(self->before[i]);
        lineedit_destroy(self->edits[i]);
    }
    theme_free_names(self->themes);
}

static const struct hint preferences_hints[] = {
    {"Enter", "save"}, {"Right", "change"}, {"Down", "next"}, {"Esc", "cancel"}, {"", NULL}};
static const struct dialog_ops preferences_ops = {preferences_measure, preferences_draw,    preferences_key,
                                                  preferences_answer,  preferences_destroy, preferences_hints};

void command_preferences(struct app *app, const char *argument)
{
    (void)argument;
    struct preferences *self = xcalloc(1, sizeof *self);
    self->themes = theme_names(app->themes);
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const char *value = config_text(app->config, (enum config_setting)i);
        int width = (int)strlen(info_at(i)->name);
        self->name_width = width > self->name_width ? width : self->name_width;
        self->before[i] = xstrdup(value);
        self->edits[i] = is_typed(info_at(i)) ? lineedit_create(value) : NULL;
    }
    dialog_open(app, "Preferences", &preferences_ops, self);
}
