/* Watches: expressions of the user's that every stop evaluates, and their values in the `stopped` event.
 *
 * They run code of the program, so each has a time limit and all together have one, too: what is over it is
 * interrupted. Code in C that cannot be interrupted does not delay the stop: after a moment `stopped` is sent
 * without the watches, and those follow in an event of their own. */
#pragma once

#include "request.h"

struct watches;

struct watches *watches_create(void);
void watches_destroy(struct watches *watches); /* NULL is fine */

/* Post the `stopped` event BODY, whose extension is SNAPSHOT, with the watches for the frame on top. Takes ARENA, which
 * owns both. GIL held, lock not. In a child that a watch forked nothing is posted. */
void watches_post_stopped(struct backend *backend, struct arena *arena, struct value *body, struct value *snapshot);

/* The client leaves or the time is over: whatever waits for watches goes without them. Lock held. Any thread.
 * Milliseconds until this is to be called again; -1: not. */
int watches_alarm(struct backend *backend);

struct value *watches_handle_set(struct request *request, bool *ok);
struct value *watches_handle_evaluate(struct request *request, bool *ok);
