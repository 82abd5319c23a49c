#include "welcome.h"

#include "app.h"
#include "command.h"
#include "dialog_private.h"
#include "paths.h"
#include "savefile.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_COLUMNS 14

struct welcome {
    struct key key; /* that closed it */
};

/* Each a command, so that the user's own keys are shown; NULL: only the text. */
static const struct {
    const char *command, *more, *text;
} lines[] = {
    {NULL, NULL, "The program stands at its first line. Panes: Source, what it"},
    {NULL, NULL, "knows at the right, its terminal and a console below."},
    {NULL, NULL, ""},
    {"step-over", "step-into", "next line, over calls or into them"},
    {"continue", "toggle-breakpoint", "run on; set a breakpoint at the cursor"},
    {"focus-variables", "focus-stack", "go to a pane by the underlined letter; Tab goes round"},
    {"focus-terminal", "leave-terminal", "type to the program, and come back"},
    {"toggle-console", "command-line", "Python in the selected frame; commands"},
    {"palette", "preferences", "all commands, to search in; all settings, kept"},
    {"help", "quit", "all keys; leave"},
};

#define KEY_COLUMNS_NARROW 6
#define NARROW             48
#define LINES              ((int)(sizeof lines / sizeof *lines))

static void measure(const struct dialog *dialog, int *rows, int *columns)
{
    (void)dialog;
    *rows = LINES;
    *columns = 0;
    for (int i = 0; i < LINES; i++) {
        int width = (int)strlen(lines[i].text) + (lines[i].command ? KEY_COLUMNS + 2 : 0);
        *columns = width > *columns ? width : *columns;
    }
}

/* The first key of the command NAME; "" for none. */
static void first_key(const struct app *app, const char *name, char *buffer, size_t size)
{
    char keys[128] = "";
    const struct command *command = name ? command_find_exact(name) : NULL;
    if (command)
        keymap_keys(app->keymap, command, keys, sizeof keys);
    snprintf(buffer, size, "%.*s", (int)strcspn(keys, ","), keys);
}

static void draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    (void)dialog;
    struct style style = app_style(app, ROLE_DIALOG), bold = style;
    bold.attributes |= STYLE_BOLD;
    bool narrow = canvas.columns < NARROW; /* the keys alone, and one for each line */
    int keys = narrow ? KEY_COLUMNS_NARROW : KEY_COLUMNS, row = 0;
    for (int i = 0; i < LINES && row < canvas.rows; i++) {
        if (!lines[i].command) {
            row += !narrow;
            canvas_label(canvas, row - 1, 0, narrow ? 0 : canvas.columns, style, lines[i].text);
            continue;
        }
        char one[32], two[32], both[72];
        first_key(app, lines[i].command, one, sizeof one);
        first_key(app, lines[i].more, two, sizeof two);
        snprintf(both, sizeof both, "%s%s%s", one, *one && *two && !narrow ? "  " : "", narrow ? "" : two);
        canvas_label(canvas, row, 0, keys, bold, both);
        canvas_label(canvas, row++, keys + 2, canvas.columns - keys - 2, style, lines[i].text);
    }
}

static bool key(struct app *app, struct dialog *dialog, const struct key *key)
{
    (void)app;
    struct welcome *self = dialog->data;
    if (key->kind == KEY_KIND_MOUSE && key->mouse != KEY_MOUSE_PRESS)
        return true;
    self->key = *key;
    return false;
}

/* Who knows the way already has typed a command: it is not lost. */
static void answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    const struct welcome *self = dialog->data;
    bool only_closes = pane_key_is(&self->key, "Enter Space") || self->key.kind == KEY_KIND_MOUSE;
    if (!cancelled && !only_closes)
        app_key(app, &self->key);
}

static const struct hint hints[] = {{"any key", "goes on"}, {"", NULL}};
static const struct dialog_ops ops = {measure, draw, key, answer, NULL, hints};

/* Whether this is the first run; it is the last one to be so. */
static bool is_first_run(void)
{
    char *path = paths_state("welcomed");
    bool first = path && access(path, F_OK) != 0 && savefile_write(path, "", 0);
    free(path);
    return first;
}

void welcome_open(struct app *app)
{
    if (is_first_run())
        dialog_open(app, "Welcome to pytui", &ops, xcalloc(1, sizeof(struct welcome)));
}
