/* The events that say where the program stands: `stopped`, with the snapshot that paints a screen, and `continued`. */
#pragma once

#include <stdbool.h>

struct backend;
struct stop_info;

/* What INFO says of the stopped thread IDENT; values_begin() was called for it. False: there is no memory to tell it,
 * so nobody can be served. GIL held. */
bool stop_event_stopped(struct backend *backend, const struct stop_info *info, unsigned long ident);

/* The program goes on though no request said so. GIL held. */
void stop_event_continued(struct backend *backend, unsigned long ident);
