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
        {"debugging is over", "The program wanted no more of it, or whoever debugged it has left; it runs on"},
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
        add(&text, "  %s%*s %s\n", states[i][0], 18 - canvas_width(states[i][0], strlen(states[i][0])), "",
            states[i][1]);
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

/* More than a line on those that pdb's users look up. */
static const struct {
    const char *name, *text;
} details[] = {
    {"alias", "alias NAME COMMAND makes NAME a command: %1 to %9 stand for what is typed behind it, %* for all of it.\n"
              "Without COMMAND it shows the alias, without NAME all of them. Aliases are kept over runs.\n"
              "Example: alias pi for k in %1.__dict__: print(k, %1.__dict__[k])"},
    {"commands", "Asks for commands, one a line, until `end` or one that lets the program go on. They run when the\n"
                 "breakpoint stops; `silent` as the first one keeps the place out of the console. They are kept with\n"
                 "the breakpoint. Without NUMBER: the breakpoint set last. commands NUMBER end removes them."},
    {"condition", "Without EXPRESSION the breakpoint stops always."},
    {"debug", "pdb's debug runs a statement under a second debugger. Here what is typed runs in the stopped program,\n"
              "where a stop within the stop cannot be: step into the call where the program makes it."},
    {"display", "The expression is evaluated at each stop in this function, and written with its old value when\n"
                "it changed. Without EXPRESSION: what is displayed here."},
    {"ignore", "Hits whose condition is false do not count. Without COUNT it stops at the next hit again."},
    {"interact", "The console evaluates in the selected frame: what is assigned there is the program's own."},
    {"list", "Eleven lines around FIRST, or FIRST to LAST; a LAST below FIRST is a count. `list .` is around the\n"
             "line that the frame stands at. B marks breakpoints, -> that line."},
    {"jump", "What is between is not run, or is run again. Only in the newest frame."},
    {"until", "Without LINE: to a line greater than this one, to leave a loop at its end."},
    {"where", "The newest COUNT frames, or the oldest with a negative one; 0: the selected one; all: of all threads."},
};

char *help_command_text(const struct app *app, const struct command *command)
{
    struct text text = {0};
    char keys[128];
    keymap_keys(app->keymap, command, keys, sizeof keys);
    add(&text, "%s%s%s\n\n%s\n", command->name, command->argument ? " " : "",
        command->argument ? command->argument : "", command->help);
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (strcmp(details[i].name, command->name) == 0)
            add(&text, "\n%s\n", details[i].text);
    if (command->aliases)
        add(&text, "\nalso: %s", command->aliases);
    if (keys[0])
        add(&text, "\nkeys: %s%s%s", keys, command->scope == SCOPE_GLOBAL ? "" : " in ",
            command->scope == SCOPE_GLOBAL ? "" : command_scope_name(command->scope));
    return text.bytes;
}

void help_open_command(struct app *app, const char *name)
{
    const struct command *command = command_find(name);
    if (!command) {
        app_message(app, true, "no command is called %s; ? lists them all", name);
        return;
    }
    char *text = help_command_text(app, command);
    dialog_text(app, command->name, text);
    free(text);
}

void help_open(struct app *app)
{
    char *text = help_text(app);
    dialog_text(app, "Help", text);
    free(text);
}
