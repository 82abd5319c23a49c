/* The help screen, made from the command table and the user's key map. */
#pragma once

struct app;

/* Open it, the focused pane's keys first. */
void help_open(struct app *app);
/* The text itself, for tests: the caller frees it. */
char *help_text(const struct app *app);
