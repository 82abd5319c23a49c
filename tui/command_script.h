/* Lines of commands that run one after another: what is typed at `:` with `;;` between, aliases, and what a breakpoint
 * does when it stops. The first command of a typed line runs at once; those behind it wait until the program is
 * stopped and nothing is being evaluated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct app;
struct script;

/* FILE keeps the aliases over runs; NULL: nothing is kept. */
struct script *script_create(const char *file);
void script_destroy(struct script *script); /* NULL is fine */

/* Run a line as typed. */
void script_run(struct app *app, const char *line);
/* A stop: queue the commands of the breakpoints that it is at. */
void script_stopped(struct app *app);
/* Run what can run now. Called once a turn. */
void script_turn(struct app *app);
/* Forget what waits: the user interrupted. */
void script_drop(struct app *app);

/* The text of COMMAND up to the next `;;` outside quotes; *REST is what is behind it, or NULL. */
size_t script_split(const char *line, const char **rest);
/* LINE with the alias that it begins with put in, and those in that; NULL with a message in ERROR. The caller frees
 * it. */
char *script_expand(struct script *script, const char *line, char *error, size_t size);
/* BODY NULL removes it; false when there was none. */
bool script_alias(struct script *script, const char *name, const char *body);
/* The alias at INDEX; NULL past the last. */
const char *script_alias_at(const struct script *script, size_t index, const char **body);
