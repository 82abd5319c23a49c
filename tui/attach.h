/* `pytui attach`: the screen for a program that was not started by it, and goes on when it is left. Its terminal is
 * elsewhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;
struct live_program;
struct options;

/* Find out before the screen opens whom the command line means; with no word, or several that it may mean, the user
 * picks in a list. A process that does not listen is entered (by_pid.h); HOME is --home. NULL with a message in ERROR:
 * there is nobody. */
struct attach;
struct attach *attach_find(const char *word, const char *home, char *error, size_t size);
void attach_destroy(struct attach *attach);

/* The program that is meant without a question; NULL: the user is to pick. */
const struct live_program *attach_program(const struct attach *attach);

/* The process that was picked in the list, which does not listen: pytui is to run again for it. 0: none. */
int64_t attach_wants(const struct attach *attach);

/* Connect, or show the list first. What goes wrong ends pytui, with a message. */
void attach_begin(struct app *app, struct attach *attach);

/* Connect to this one, as the debugger or to watch only. What goes wrong ends pytui, with a message. */
void attach_connect(struct app *app, const struct live_program *program, bool read_only);
struct watching **attach_watching(struct attach *attach); /* watching.c's own */

/* Once a turn: the program or the connection has come to its end. */
void attach_follow(struct app *app);

/* `pytui ls`, as the options say; the status to exit with. */
int attach_list(const struct options *options);
