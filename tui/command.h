/* The one table of commands. Key bindings, help screen, `:` line, footer hints, man page and the
 * user's key configuration all come from it. Knows nothing of the screen: functions get the app. */
#pragma once

#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct app;

/* Where a binding holds: a pane's own wins, then SCOPE_GLOBAL. Global keys act in every pane that
 * does not bind the letter, never in Terminal or Console, but those marked `everywhere`. */
enum command_scope {
    SCOPE_GLOBAL,
    SCOPE_SOURCE,
    SCOPE_VARIABLES,
    SCOPE_STACK,
    SCOPE_BREAKPOINTS,
    SCOPE_TERMINAL,
    SCOPE_CONSOLE,
    SCOPE_EXCEPTION, /* the exception viewer */
    SCOPE_COUNT,
};

/* States of the program in which a command is of use. */
enum {
    COMMAND_WHEN_MOVABLE = 1,     /* stopped, and to be stepped on */
    COMMAND_WHEN_POST_MORTEM = 2, /* stopped for the last time */
    COMMAND_WHEN_RUNNING = 4,
    COMMAND_WHEN_ENDED = 8,
    COMMAND_WHEN_EXCEPTION = 16,   /* stopped at one */
    COMMAND_WHEN_RESTARTABLE = 32, /* ended, and pytui had started it */
    COMMAND_READ_ONLY = 64,        /* not in `when`: pytui only watches */
    COMMAND_WHEN_STOPPED = COMMAND_WHEN_MOVABLE | COMMAND_WHEN_POST_MORTEM,
    COMMAND_WHEN_ALWAYS = COMMAND_WHEN_STOPPED | COMMAND_WHEN_RUNNING | COMMAND_WHEN_ENDED,
};

struct command {
    const char *name;    /* for `:`, the palette and config.ini: "step-over" */
    const char *aliases; /* further names for `:` separated by spaces, pdb's above all: "next n"; NULL */
    const char *keys;    /* default keys separated by spaces: "n F10"; NULL or "" for none */
    enum command_scope scope;
    const char *argument; /* what it takes, for help: "FILE:LINE", "[LINE]"; NULL: nothing */
    const char *help;     /* one line */
    const char *hint;     /* a word for the footer and status line; NULL: not hinted */
    unsigned when;        /* it is hinted: COMMAND_WHEN_…; 0: until the program has ended */
    bool changes;         /* the program, or what is set in it: not for who only watches */
    bool everywhere;      /* F-keys: also in Console, not in Terminal */
    void (*run)(struct app *app, const char *argument); /* ARGUMENT is "" when there is none */
};

/* Run it, or say why not. */
void command_start(struct app *app, const struct command *command, const char *argument);

extern const struct command commands[];
extern const size_t command_count;

/* By name or alias; NULL. Exact, else a unique prefix. */
const struct command *command_find(const char *name);
const struct command *command_find_exact(const char *name);

/* The user's key map: the table's defaults, changed by config.ini's [keys]. */
struct keymap;
struct keymap *keymap_create(void);
void keymap_destroy(struct keymap *keymap);
/* Bind KEY_NAME to COMMAND ("none" unbinds). False with a message in ERROR. */
bool keymap_bind(struct keymap *keymap, const char *command, const char *key_names, char *error, size_t size);
/* The command of KEY with the focus in SCOPE; NULL. */
const struct command *keymap_find(const struct keymap *keymap, enum command_scope scope, const struct key *key);
/* Keys bound to a command, "n, F10", into BUFFER; "" for none. */
void keymap_keys(const struct keymap *keymap, const struct command *command, char *buffer, size_t size);

const char *command_scope_name(enum command_scope scope);
