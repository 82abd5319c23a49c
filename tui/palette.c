#include "palette.h"

#include "app.h"
#include "command.h"
#include "command_run.h"
#include "config.h"
#include "config_save.h"
#include "dialog_find.h"
#include "pane.h"
#include "theme.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Commands. */

struct palette {
    const struct command **commands; /* owned array */
    size_t count;
};

/* Whether anything of the argument stands outside of brackets. */
static bool needs_argument(const struct command *command)
{
    int depth = 0;
    for (const char *at = command->argument ? command->argument : ""; *at; at++) {
        if (depth == 0 && *at != '[' && *at != ' ')
            return true;
        depth += *at == '[' ? 1 : *at == ']' ? -1 : 0;
    }
    return false;
}

static void run_picked(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct palette *palette = data;
    const struct command *command = index >= 0 ? palette->commands[index] : NULL;
    free(palette->commands);
    free(palette);
    if (!command)
        return;
    if (!needs_argument(command)) {
        command_start(app, command, "");
        return;
    }
    char line[80];
    snprintf(line, sizeof line, "%s ", command->name);
    command_line(app, line);
}

void command_palette(struct app *app, const char *argument)
{
    (void)argument;
    struct palette *palette = xcalloc(1, sizeof *palette);
    struct find_row *rows = xcalloc(command_count, sizeof *rows);
    char(*keys)[64] = xcalloc(command_count, sizeof *keys);
    palette->commands = xcalloc(command_count, sizeof *palette->commands);
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        if ((command->scope != SCOPE_GLOBAL && command->scope != pane_table[app->focus]->scope) ||
            command->run == command_palette)
            continue;
        keymap_keys(app->keymap, command, keys[palette->count], sizeof *keys);
        rows[palette->count] = (struct find_row){command->name, command->help, keys[palette->count]};
        palette->commands[palette->count++] = command;
    }
    dialog_find(app, &(struct find_list){.title = "Commands",
                                         .rows = rows,
                                         .count = palette->count,
                                         .empty = "no command is called that",
                                         .handler = run_picked,
                                         .data = palette});
    free(keys);
    free(rows);
}

/* Themes. */

struct themes {
    char **names; /* owned, as are the strings; NULL at the end */
    char *before; /* owned: what is used now */
};

static void show_theme(struct app *app, const char *name)
{
    char error[512];
    if (app_set_theme(app, name, error, sizeof error))
        config_set(app->config, "theme", name, error, sizeof error);
    else
        app_message(app, true, "%s", error);
}

static void theme_moved(struct app *app, int index, void *data)
{
    const struct themes *themes = data;
    if (index >= 0)
        show_theme(app, themes->names[index]);
}

static void theme_picked(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct themes *themes = data;
    show_theme(app, index >= 0 ? themes->names[index] : themes->before);
    char error[512];
    if (index >= 0 && config_save("theme", themes->names[index], error, sizeof error))
        app_message(app, false, "theme %s, written into config.ini", themes->names[index]);
    else if (index >= 0)
        app_message(app, true, "%s", error);
    theme_free_names(themes->names);
    free(themes->before);
    free(themes);
}

static void choose_theme(struct app *app)
{
    struct themes *themes = xcalloc(1, sizeof *themes);
    themes->names = theme_names(app->themes);
    themes->before = xstrdup(config_text(app->config, CONFIG_THEME));
    size_t count = 0, cursor = 0;
    while (themes->names[count])
        count++;
    struct find_row *rows = xcalloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        rows[i].text = themes->names[i];
        cursor = strcmp(themes->names[i], themes->before) == 0 ? i : cursor;
    }
    dialog_find(app, &(struct find_list){.title = "Theme",
                                         .rows = rows,
                                         .count = count,
                                         .cursor = cursor,
                                         .empty = "no theme is called that",
                                         .handler = theme_picked,
                                         .moved = theme_moved,
                                         .data = themes});
    free(rows);
}

void command_theme(struct app *app, const char *argument)
{
    if (*argument)
        show_theme(app, argument);
    else
        choose_theme(app);
}
