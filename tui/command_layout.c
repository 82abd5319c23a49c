/* Where panes stand and how large they are. */
#include "app.h"
#include "command_run.h"
#include "config.h"
#include "config_save.h"
#include "layout.h"
#include "shared_terminal.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_STEP 4
#define ROWS_STEP    2

void command_zoom(struct app *app, const char *argument)
{
    if (app->focus == PANE_TERMINAL) {
        command_zoom_terminal(app, argument);
        return;
    }
    app->terminal_zoomed = false;
    app->zoomed = !app->zoomed;
    app_damage(app);
}

void command_zoom_terminal(struct app *app, const char *argument)
{
    (void)argument;
    if (app->shared) {
        shared_terminal_look(app);
        return;
    }
    app->zoomed = false;
    app->terminal_zoomed = !app->terminal_zoomed;
    app->focus = app->terminal_zoomed ? PANE_TERMINAL : PANE_SOURCE;
    app_damage(app);
}

/* The choice behind NOW in CHOICES, which have blanks between them; the first one behind the last. */
static void next_choice(const char *choices, const char *now, char *buffer, size_t size)
{
    size_t length = strlen(now);
    const char *at = choices;
    while (*at && (strncmp(at, now, length) != 0 || (at[length] && at[length] != ' '))) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    at += *at ? length : 0;
    at += strspn(at, " ");
    at = *at ? at : choices;
    snprintf(buffer, size, "%.*s", (int)strcspn(at, " "), at);
}

/* Take ARGUMENT for a setting that is a choice, or the next one, and keep it. */
static void choose(struct app *app, enum config_setting setting, const char *argument)
{
    const struct config_info *info = config_info(setting);
    char value[64], error[512];
    if (*argument)
        snprintf(value, sizeof value, "%s", argument);
    else
        next_choice(info->choices, config_text(app->config, setting), value, sizeof value);
    layout_save_sizes(app); /* they mean something else afterwards */
    bool ok = config_set(app->config, info->name, value, error, sizeof error);
    if (ok) {
        app->zoomed = false;
        layout_forget_sizes(app->layout);
        ok = config_save(info->name, value, error, sizeof error);
    }
    app_message(app, !ok, "%s%s%s", ok ? info->name : error, ok ? ": " : "", ok ? value : "");
}

void command_layout(struct app *app, const char *argument)
{
    choose(app, CONFIG_LAYOUT, argument);
}

void command_sidebar(struct app *app, const char *argument)
{
    choose(app, CONFIG_SIDEBAR, argument);
}

void command_sidebar_wider(struct app *app, const char *argument)
{
    (void)argument;
    layout_grow(app, LAYOUT_SIDEBAR, COLUMNS_STEP);
}

void command_sidebar_narrower(struct app *app, const char *argument)
{
    (void)argument;
    layout_grow(app, LAYOUT_SIDEBAR, -COLUMNS_STEP);
}

void command_sidebar_widest(struct app *app, const char *argument)
{
    (void)argument;
    layout_grow(app, LAYOUT_SIDEBAR, LAYOUT_MOST);
}

void command_sidebar_narrowest(struct app *app, const char *argument)
{
    (void)argument;
    layout_grow(app, LAYOUT_SIDEBAR, -LAYOUT_MOST);
}

/* Variables have what the other two leave; in tall they are as high as those together. */
static void grow_focused(struct app *app, int by)
{
    bool tall = strcmp(config_text(app->config, CONFIG_LAYOUT), "tall") == 0;
    switch (app->focus) {
    case PANE_VARIABLES:
        layout_grow(app, tall ? LAYOUT_SIDEBAR : LAYOUT_STACK, tall ? by : -by);
        break;
    case PANE_STACK:
        layout_grow(app, tall ? LAYOUT_BREAKPOINTS : LAYOUT_STACK, tall ? -by : by);
        break;
    case PANE_BREAKPOINTS:
        layout_grow(app, LAYOUT_BREAKPOINTS, by);
        break;
    default:
        layout_grow(app, LAYOUT_SLOT, by);
    }
}

void command_higher(struct app *app, const char *argument)
{
    (void)argument;
    grow_focused(app, ROWS_STEP);
}

void command_lower(struct app *app, const char *argument)
{
    (void)argument;
    grow_focused(app, -ROWS_STEP);
}
