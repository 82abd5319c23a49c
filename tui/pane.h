/* Panes: a table of operations and private data. The layout gives each a canvas; app.c gives keys. */
#pragma once

#include "canvas.h"
#include "command.h"
#include "key.h"

#include <stdbool.h>

struct app;
struct pane;

struct pane_ops {
    const char *title; /* "Variables" */
    char hotkey;       /* the letter of the title that focuses it, underlined; 0: none */
    enum command_scope scope;
    void *(*create)(struct app *app);
    void (*destroy)(void *data); /* NULL is fine */
    /* Draw all of it (the title row is drawn by the layout). Called only when something changed. */
    void (*draw)(struct app *app, void *data, struct canvas canvas, bool focused);
    /* A key that no command of the pane's scope took; true if used. May be NULL. */
    bool (*key)(struct app *app, void *data, const struct key *key);
    /* A mouse event at a place of the last canvas; true if used. May be NULL. */
    bool (*mouse)(struct app *app, void *data, const struct key *key, int row, int column);
    /* The session stopped: follow. May be NULL. */
    void (*stopped)(struct app *app, void *data);
    /* Text right of the title ("42/1200", "searching"); may be NULL. */
    void (*status)(struct app *app, void *data, char *buffer, size_t size);
};

enum pane_kind { PANE_SOURCE, PANE_VARIABLES, PANE_STACK, PANE_BREAKPOINTS, PANE_TERMINAL, PANE_CONSOLE, PANE_COUNT };

extern const struct pane_ops pane_source_ops, pane_variables_ops, pane_stack_ops, pane_breakpoints_ops,
    pane_terminal_ops, pane_console_ops;
/* All of them, indexed by enum pane_kind. */
extern const struct pane_ops *const pane_table[PANE_COUNT];

/* Whether KEY is one of NAMES, separated by spaces: "j Down". */
bool pane_key_is(const struct key *key, const char *names);
