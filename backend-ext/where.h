/* pytui/where: the stacks of all threads of a program that runs on. With the GIL the helper, or a stopped
 * thread, walks the frames; when C code keeps it, the reader takes what faulthandler writes (dump.h). */
#pragma once

#include "request.h"

struct arena;
struct backend;
struct value;

struct value *where_handle(struct request *request, bool *ok);

/* The stacks as they are now, without the GIL: NULL when they cannot be had. On the reader thread; takes
 * milliseconds. *MORE: there are more threads. */
struct value *where_dump(struct backend *backend, struct arena *arena, bool *more);

/* The answer made of that (NULL too). Short: backend->lock is held. */
struct value *where_answer_late(struct backend *backend, struct arena *arena, const struct value *arguments,
                                struct value *stacks, bool more);
