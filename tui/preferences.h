/* The preferences: every setting of config.ini in one dialog, each change seen at once. */
#pragma once

struct app;

/* Open it. Enter writes what was changed into config.ini, Esc brings everything back. */
void command_preferences(struct app *app, const char *argument);
