/* Clients that only watch a session which another client holds: they get copies of its events and may send requests
 * that look (schema.h), each over a connection of its own with its own reader and writer (server.h). What is sent to
 * them is bounded: a watcher that does not keep up is dropped, and neither the program nor the first client waits for
 * one. Their requests are run where the first client's are, after those, and never run code of the program. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct backend;
struct request;
struct value;
struct watchers;

#define WATCHERS_MAX 8

struct watchers *watchers_create(struct backend *backend); /* NULL: out of memory */
void watchers_destroy(struct watchers *watchers);          /* of a session that never began */

/* Let the client of the socket *FD in, which has not been answered anything: *FD is -1 then. NULL, or why not. Any
 * thread. */
const char *watchers_admit(struct backend *backend, int *fd);

/* How many there are. Any thread. */
int watchers_count(struct backend *backend);

/* Send all of them a copy of an event. Any thread. */
void watchers_tell(struct backend *backend, const char *name, const struct value *body);

/* The program goes on: by the first client's word in THREAD, or 0 when all have been told. */
void watchers_tell_continued(struct backend *backend, long long thread);
/* The first client changed values, or set breakpoints. */
void watchers_tell_changed(struct backend *backend);
void watchers_tell_breakpoints(struct backend *backend); /* GIL held */

/* The session is over. */
void watchers_close(struct backend *backend);
/* Wait for a moment until what was told is sent. */
void watchers_drain(struct backend *backend);

void watchers_forked(struct backend *backend); /* forked child: forget them */
