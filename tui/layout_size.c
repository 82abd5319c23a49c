/* Sizes that the user chose, by keys or by dragging a border, and keeping them in config.ini. */
#include "app.h"
#include "config.h"
#include "config_save.h"
#include "layout.h"
#include "layout_internal.h"
#include "loop.h"

#include <stdio.h>
#include <string.h>

#define SAVE_AFTER 500 /* ms: a held key or a drag is written once */

const enum config_setting layout_settings[LAYOUT_SPLITS] = {
    [LAYOUT_SIDEBAR] = CONFIG_SIDEBAR_WIDTH, [LAYOUT_SLOT] = CONFIG_SLOT_HEIGHT,
    [LAYOUT_STACK] = CONFIG_STACK_HEIGHT,    [LAYOUT_BREAKPOINTS] = CONFIG_BREAKPOINTS_HEIGHT,
    [LAYOUT_STRIP] = CONFIG_VARIABLES_WIDTH,
};

static bool is_layout(const struct app *app, const char *name)
{
    return strcmp(config_text(app->config, CONFIG_LAYOUT), name) == 0;
}

/* What the setting is to say so that the size comes out again. */
static int to_percent(const struct app *app, enum layout_split split, int size, int whole)
{
    if (split == LAYOUT_BREAKPOINTS && is_layout(app, "tall")) { /* there it is a share beside that of Stack */
        int stack = config_number(app->config, CONFIG_STACK_HEIGHT), share = 1;
        while (share < 100 && 100 * share / (share + stack) * whole / 100 < size)
            share++;
        return share;
    }
    int percent = (size * 100 + whole - 1) / whole;
    return split == LAYOUT_SLOT && is_layout(app, "terminal-first") ? 100 - percent : percent;
}

/* The setting is the new one at once, for other sizes of the terminal; the file follows. */
static void take_size(struct app *app, enum layout_split split)
{
    const struct layout_size *chosen = &app->layout->sizes[split];
    const struct config_info *info = config_info(layout_settings[split]);
    int percent = to_percent(app, split, chosen->wanted, chosen->whole_wanted);
    char text[16], error[256];
    snprintf(text, sizeof text, "%d", layout_clamp(percent, info->smallest, info->largest));
    if (!config_set(app->config, info->name, text, error, sizeof error))
        app_message(app, true, "%s", error);
}

static bool save_size(struct app *app, enum layout_split split, char *error, size_t size)
{
    app->layout->sizes[split].unsaved = false;
    return config_save(config_info(layout_settings[split])->name, config_text(app->config, layout_settings[split]),
                       error, size);
}

void layout_save_sizes(struct app *app)
{
    char error[512] = "";
    loop_remove(app->loop, app->layout->saving);
    app->layout->saving = 0;
    for (int i = 0; i < LAYOUT_SPLITS; i++)
        if (app->layout->sizes[i].unsaved && !save_size(app, (enum layout_split)i, error, sizeof error))
            app_message(app, true, "%s", error);
}

static void save_now(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    app->layout->saving = 0;
    layout_save_sizes(app);
}

void layout_set_size(struct app *app, enum layout_split split, int size)
{
    struct layout *layout = app->layout;
    struct layout_size *chosen = &layout->sizes[split];
    if (chosen->whole == 0)
        return; /* it is not on the screen */
    chosen->wanted = layout_clamp(size, 1, chosen->whole);
    chosen->whole_wanted = chosen->whole;
    layout_place_again(app);
    chosen->wanted = chosen->now; /* no further than it goes */
    chosen->unsaved = true;
    take_size(app, split);
    if (!layout->saving)
        layout->saving = loop_add_timer(app->loop, SAVE_AFTER, save_now, app);
    app_damage(app);
}

void layout_grow(struct app *app, enum layout_split split, int by)
{
    const struct layout_size *chosen = &app->layout->sizes[split];
    if (chosen->whole > 0)
        layout_set_size(app, split, layout_clamp(chosen->now + by, 1, chosen->whole));
    else
        app_message(app, false, "nothing to resize is on the screen");
}

void layout_forget_sizes(struct layout *layout)
{
    for (int i = 0; i < LAYOUT_SPLITS; i++) {
        layout->sizes[i].whole_wanted = 0;
        layout->sizes[i].unsaved = false;
    }
}
