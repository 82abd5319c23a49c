/* What a program tells of itself to those who look for it: name, command line, rank, and what it is doing. Learned once
 * with the GIL; from then on told by any thread without it. */
#pragma once

#include <stdbool.h>

struct arena;
struct backend;
struct request;
struct value;

/* Learn it; NAME (NULL: the script's) is for people. GIL held; later calls change nothing but the name. */
void description_learn(const char *name);

const char *description_name(void);
long description_rank(void); /* -1: none */

/* The body of pytui/describe's answer; WAITING: for a debugger. ADDRESS: where it listens; NULL: not said. Any thread.
 */
struct value *description_value(struct arena *arena, bool waiting, const char *address);

struct value *description_handle(struct request *request, bool *ok);
