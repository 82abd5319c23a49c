/* What the next key can do: of the open dialog or prompt, else the commands of the focused pane and the global ones
 * that act there, as the state of the program has it. All of it comes from the command table and the key map. */
#pragma once

#include "canvas.h"

#include <stdbool.h>
#include <stddef.h>

struct app;

struct hint {
    char key[32];
    const char *text;
};

/* The most useful first. How many, at most CAPACITY. */
size_t hints_list(struct app *app, struct hint *hints, size_t capacity);

/* Where they are shown: in the status line, in a row of their own at the bottom, or not at all. */
bool hints_at_top(const struct app *app);
bool hints_at_bottom(const struct app *app, int rows);

/* Columns of those without which nobody gets on: the first one and the way to the help; of the first six. */
int hints_least(struct app *app);
int hints_wanted(struct app *app);

/* As many as fit into the columns of ROW from column FROM on, at its right end or from there. */
void hints_draw(struct app *app, struct canvas row, int from, bool right);
