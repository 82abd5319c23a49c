/* The welcome of the first run: a few lines that say how to begin, once. */
#pragma once

struct app;

/* Open it if it was never shown to this user. Any key closes it and does what it does. */
void welcome_open(struct app *app);
