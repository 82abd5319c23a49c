/* What app.c, app_input.c and app_leave.c share. */
#pragma once

#include "app.h"

/* app_input.c */

/* Read keys and dispatch them, as many as may be handled now. How long the loop may sleep, in ms. */
int app_read_keys(struct app *app);
void app_watch_keyboard(struct app *app);
/* The theme in the colours of the terminal, as far as it has told about them. */
void app_fit_theme(struct app *app);

/* app_leave.c */
void app_watch_signals(struct app *app);
/* target_exit_handler and target_stop_handler; DATA is the app. */
void app_program_exited(struct target *target, int status, void *data);
void app_program_stopped(struct target *target, int signal, void *data);
/* The user's terminal hung up. */
void app_hang_up(struct app *app);
