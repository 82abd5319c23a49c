/* A one-line prompt in the last row: `:`, `/`, `L` and questions of panes. It takes all keys until
 * Enter or Esc. One at a time: opening another cancels the one before. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>

struct app;

/* TEXT is what was typed, or NULL for Esc; the prompt is closed already. */
typedef void (*prompt_done)(struct app *app, const char *text, void *data);
/* TEXT changed while typing. */
typedef void (*prompt_changed)(struct app *app, const char *text, void *data);

struct prompt_options {
    const char *label;   /* before the text: "/", "go to line: "; copied */
    const char *initial; /* NULL: empty */
    bool commands;       /* a `:` line: history and completion */
    prompt_done done;
    prompt_changed changed; /* may be NULL */
    void *data;             /* borrowed, for both */
};

void prompt_open(struct app *app, const struct prompt_options *options);
/* The plain question. */
void prompt_ask(struct app *app, const char *label, const char *initial, prompt_done done, void *data);
void prompt_close(struct app *app); /* as Esc; fine when none is open */

struct hint;
const struct hint *prompt_hints(const struct app *app); /* the open prompt's keys, ended by one without text */

bool prompt_key(struct app *app, const struct key *key); /* true if a prompt was open */
void prompt_draw(struct app *app, struct canvas screen); /* nothing when none is open */
