/* The command palette: all commands that can be used now, to search in, with their keys. */
#pragma once

struct app;

/* Open it. What is picked is run; a command that needs an argument is put into the `:` prompt. */
void command_palette(struct app *app, const char *argument);

/* Pick a theme, seen at once; Esc brings the former one back. With an argument: use that theme. */
void command_theme(struct app *app, const char *argument);
