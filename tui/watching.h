/* A program that another debugger holds: watch it read-only, wait until it is left, take over. */
#pragma once

#include <stdbool.h>

struct app;
struct live_program;
struct watching;

/* Attach to PROGRAM, or ask what to do if it is debugged already. */
void watching_begin(struct app *app, const struct live_program *program);
void watching_destroy(struct watching *watching);

/* `:take-over`. */
void command_take_over(struct app *app, const char *argument);
