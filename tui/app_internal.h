/* What app.c, app_input.c and app_leave.c share. */
#pragma once

#include "app.h"

/* app.c */

/* Start the program of TARGET and show its terminal; app->target is the new one. False with a message in ERROR. */
bool app_launch(struct app *app, const struct target_options *target, char *error, size_t size);
/* Breakpoints and watches that were kept of the project that SCRIPT (NULL: the working directory) belongs to. */
void app_bring_back(struct app *app, const char *script);
/* Debug it: the session takes its channel. */
void app_connect(struct app *app);

/* app_input.c */

/* Read keys and dispatch them, as many as may be handled now. How long the loop may sleep, in ms. */
int app_read_keys(struct app *app);
void app_watch_keyboard(struct app *app);
/* The theme in the colours of the terminal, as far as it has told about them. */
void app_fit_theme(struct app *app);

/* app_leave.c */
void app_watch_signals(struct app *app);
/* End the program, in ever stronger ways, saying MESSAGE; app_program_exited() follows. */
void app_end_program(struct app *app, const char *message);
/* Let a program that stands at its uncaught exception come to its end. */
void app_let_end(struct app *app);
/* target_exit_handler and target_stop_handler; DATA is the app. */
void app_program_exited(struct target *target, int status, void *data);
void app_program_stopped(struct target *target, int signal, void *data);
/* app_restart.c */

/* Find out whether the program can be started twice, before it is started. */
void app_restart_prepare(struct app *app);
/* The program has ended: launch it again. */
void app_restart_now(struct app *app);

/* app_leave.c: the user's terminal hung up. */
void app_hang_up(struct app *app);
