/* Telling a user who looks elsewhere that a long run has stopped: a bell, a notification of the desktop (OSC 9). */
#pragma once

struct app;

/* The program may have begun to run: call whenever its state may have changed. */
void notify_running(struct app *app);
/* It stopped or ended. */
void notify_stopped(struct app *app);
