/* From a message to its answer: the table of all requests, and the queue between the reader, which
 * gets them, and whoever may run them.
 *
 * Every request is answered exactly once. What needs no Python is answered on the reader thread. The
 * rest waits in one queue, taken by the stopped thread while there is one (or by start() before
 * configurationDone), else by the helper thread once it has the GIL. */
#pragma once

#include "request.h"

#include <stdbool.h>
#include <stdint.h>

struct backend;
struct message;
struct request_queue;
struct server;

enum request_place {
    REQUEST_ON_READER,    /* no Python, no waiting: at once, on the reader thread */
    REQUEST_WITH_GIL,     /* stopped or not */
    REQUEST_WHEN_STOPPED, /* refused while the program runs */
};

struct request_row {
    const char *name;
    request_handler handler;
    enum request_place place;
    bool before_initialize;                 /* allowed as the first request */
    int limit;                              /* ms that its code may run unless the request says; 0: no limit */
    void (*after)(struct backend *backend); /* called once a successful answer is posted; or NULL */
    /* What is answered, with stacks taken without the GIL, when that does not come in time; NULL: it waits. */
    struct value *(*late)(struct backend *backend, struct arena *arena, const struct value *arguments,
                          struct value *stacks, bool more);
    bool pending; /* carried out all the same when the GIL comes */
};

/* The table, one row for each request of schema_table.c. */
extern const struct request_row request_rows[];
extern const size_t request_row_count;

struct request_queue *request_queue_create(void);

/* Reader thread: server_hooks' on_message, with the backend as data. */
void requests_receive(void *backend, struct arena *arena, const struct message *message, const char *malformed);

/* The same for a client that only watches, which is answered by SERVER: a request that the table of messages says to
 * look. Any thread. */
void requests_look(struct backend *backend, struct server *server, struct arena *arena, const struct message *message);

/* Whether the request with this number is of one who only watches: no code of the program is to run for it. */
bool requests_only_looks(long long seq);

/* Reader thread: server_hooks' timeout and on_timeout. A request that may be late (request_row) and has waited
 * for the GIL for too long is answered without it. */
int requests_timeout(void *backend);
void requests_on_timeout(void *backend);

/* Writer thread: server_hooks' on_alarm. */
int requests_on_alarm(void *backend);

/* A request that waits. */
struct job;

/* The next job, or NULL. Call with backend->lock held. */
struct job *requests_take(struct backend *backend);

/* Run JOB and post its answer; frees it. GIL held, lock not held. */
void requests_run(struct backend *backend, struct job *job);

/* Answer all that waits with an error: the session ends. Takes the lock. */
void requests_refuse_all(struct backend *backend, const char *why);

/* Whether anything waits. Call with backend->lock held. */
bool requests_waiting(struct backend *backend);

/* Whether the code of the request SEQ was interrupted since it took too long. Takes the lock. */
bool requests_over_limit(struct backend *backend, int64_t seq);
/* From now on code of the request SEQ may run for LENGTH ms, whoever runs it. GIL held, takes the lock. */
void requests_begin_limit(struct backend *backend, int64_t seq, int64_t length);
void requests_end_limit(struct backend *backend, int64_t seq);
/* How long it may run, in milliseconds. */
long long requests_time_limit(const struct request *request);

/* Forked child: forget everything. */
void requests_forked(struct backend *backend);
