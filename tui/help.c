/* One text, scope by scope, the focused pane's first: what can be pressed here comes before what can
 * be pressed elsewhere. */
#include "help.h"

#include "app.h"
#include "command.h"
#include "dialog.h"
#include "xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_COLUMNS 18

struct text {
    char *bytes;
    size_t length, capacity;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    xgrow(&text->bytes, &text->capacity, text->length + length + 1, 1);
    memcpy(text->bytes + text->length, line, length + 1);
    text->length += length;
}

/* The global command that a key of this command hides in its pane, if any. */
static const struct command *hidden_by(const struct app *app, const struct command *command)
{
    for (size_t i = 0; i < command_count && command->scope != SCOPE_GLOBAL; i++) {
        char keys[128];
        if (commands[i].scope != SCOPE_GLOBAL)
            continue;
        keymap_keys(app->keymap, &commands[i], keys, sizeof keys);
        for (char *save = NULL, *name = strtok_r(keys, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
            struct key key;
            if (key_parse(name, &key) && keymap_find(app->keymap, command->scope, &key) == command)
                return &commands[i];
        }
    }
    return NULL;
}

static void add_scope(struct text *text, const struct app *app, enum command_scope scope, const char *title)
{
    bool any = false;
    for (size_t i = 0; i < command_count; i++) {
        char keys[128];
        if (commands[i].scope != scope)
            continue;
        keymap_keys(app->keymap, &commands[i], keys, sizeof keys);
        if (!keys[0])
            continue;
        if (!any)
            add(text, "%s%s\n", text->length ? "\n" : "", title);
        any = true;
        const struct command *hidden = hidden_by(app, &commands[i]);
        add(text, "  %-*s %s", KEYS_COLUMNS, keys, commands[i].help);
        if (hidden)
            add(text, " (here instead of %s)", hidden->name);
        add(text, "\n");
    }
}

static void add_typed(struct text *text)
{
    add(text, "\nCommands for the : line (names may be shortened; anything else is Python)\n");
    for (size_t i = 0; i < command_count; i++) {
        char name[160];
        if (commands[i].scope != SCOPE_GLOBAL && !commands[i].argument)
            continue;
        snprintf(name, sizeof name, "%s%s%s", commands[i].name, commands[i].argument ? " " : "",
                 commands[i].argument ? commands[i].argument : "");
        add(text, "  %-34s %s%s%s%s\n", name, commands[i].help, commands[i].aliases ? " (also " : "",
            commands[i].aliases ? commands[i].aliases : "", commands[i].aliases ? ")" : "");
    }
}

char *help_text(const struct app *app)
{
    static const char *const moving =
        "\nIn Source and in every list\n"
        "  j k Down Up        One line\n"
        "  PgDn PgUp          One page (Ctrl-f Ctrl-b); Ctrl-d Ctrl-u half a page in Source\n"
        "  g G Home End       First and last\n"
        "  h l Left Right     Scroll Source sideways\n"
        "  Shift-PgUp PgDn    Scroll the terminal back and forth\n";
    static const char *const states[][2] = {
        {"starting", "The interpreter has not come to the program yet"},
        {"running", "Ctrl-c stops it, also in a call that waits"},
        {"in C code; …", "Ctrl-c was heard, but C code keeps the interpreter to itself; the console has the stacks"},
        {"stopped: …", "Why it stopped, and in which thread"},
        {"post-mortem: …", "An exception nobody caught; look around, then c or q"},
        {"connection lost", "The program runs on without pytui"},
    };
    struct text text = {0};
    enum command_scope here = pane_table[app->focus]->scope;
    char title[96];
    snprintf(title, sizeof title, "Here, in %s", command_scope_name(here));
    add_scope(&text, app, here, title);
    add_scope(&text, app, SCOPE_GLOBAL, "Everywhere but in Terminal (in Console only F-keys and Ctrl-keys)");
    add(&text, "%s", moving);
    add(&text, "\nWhat the top line says of the program\n");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        add(&text, "  %-18s %s\n", states[i][0], states[i][1]);
    for (int scope = SCOPE_GLOBAL + 1; scope < SCOPE_COUNT; scope++) {
        if (scope == (int)here)
            continue;
        snprintf(title, sizeof title, "In %s", command_scope_name((enum command_scope)scope));
        add_scope(&text, app, (enum command_scope)scope, title);
    }
    add_typed(&text);
    add(&text, "\npytui %s", PYTUI_VERSION);
    return text.bytes;
}

void help_open(struct app *app)
{
    char *text = help_text(app);
    dialog_text(app, "Help", text);
    free(text);
}
