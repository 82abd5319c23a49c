/* The help screen, made from the command table and the user's key map. */
#pragma once

struct app;
struct command;

/* Open it, the focused pane's keys first. */
void help_open(struct app *app);
/* The text itself, for tests: the caller frees it. */
char *help_text(const struct app *app);
/* The same for one command, by a name or alias; errors go to the message line. */
void help_open_command(struct app *app, const char *name);
char *help_command_text(const struct app *app, const struct command *command);
