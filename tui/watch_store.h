/* Watches kept in $XDG_STATE_HOME/pytui/watches: a msgpack file for each project, and one, "everywhere", for those of
 * all projects. Each is written whole; of two pytui that change the same file the one who wrote last wins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct session;
struct watch_store;

/* For the project that DIRECTORY (absolute) belongs to. NULL, logged, when there is no place for state. */
struct watch_store *watch_store_create(const char *directory);
void watch_store_destroy(struct watch_store *store); /* NULL is fine */

/* Add what was kept to SESSION's watches, before it connects. */
void watch_store_load(struct watch_store *store, struct session *session);

/* Keep what SESSION has, if anything changed since the last call. Cheap if not. False once, with a message for the user
 * in ERROR, when it cannot be written. */
bool watch_store_save(struct watch_store *store, struct session *session, char *error, size_t size);
