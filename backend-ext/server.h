/* The native threads that own the channel: a reader that hands each message on and a writer that
 * sends what is posted. They never take the GIL, block all signals, and keep the socket in a file
 * descriptor table of their own, where the program can neither see, close nor inherit it. Where the
 * kernel refuses that, the socket is high and close-on-exec, and the channel checks that it is still ours. */
#pragma once

#include "protocol/channel.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct message;
struct server;
struct value;

/* Called on the reader thread but for the last. All but on_timeout and on_alarm are required. */
struct server_hooks {
    /* A message came. Takes ARENA, which owns all of it. MALFORMED is NULL or says what is wrong with it. */
    void (*on_message)(void *data, struct arena *arena, const struct message *message, const char *malformed);
    /* The channel ended, for REASON; nothing is sent or received any more. Called once. */
    void (*on_closed)(void *data, const char *reason);
    /* How long the reader may sleep, in milliseconds; -1: for ever. on_timeout when it is over. */
    int (*timeout)(void *data);
    void (*on_timeout)(void *data);
    /* On the writer thread, when server_alarm()'s time is over. Milliseconds until it is called again; -1: not. */
    int (*on_alarm)(void *data);
    void *data;
};

/* Take over the socket FD (closed on failure too) and start the threads. NULL with a reason in ERROR. The
 * descriptor is gone from the caller's table afterwards. */
struct server *server_create(int fd, const struct server_hooks *hooks, char *error, size_t size);

/* Queue MESSAGE for sending; takes ARENA, which owns it. Never blocks. False (and freed) when closed or when
 * far too much waits already: then the peer counts as dead and the channel is closed. Any thread. */
bool server_post(struct server *server, struct arena *arena, struct value *message);

/* Bytes that wait to be sent, but for those that are just being sent. Any thread. */
size_t server_waiting(struct server *server);

/* Close it at once: the peer does not take what it gets. Any thread. */
void server_drop(struct server *server);

/* Whether so much waits to be sent that chatter (output events) should be dropped. Any thread. */
bool server_congested(struct server *server);

/* Have on_alarm called in MILLISECONDS, or earlier. Any thread. */
void server_alarm(struct server *server, int milliseconds);

/* Wait until all that was posted is sent, at most MILLISECONDS. False when it is not. */
bool server_drain(struct server *server, int milliseconds);

/* Close the channel once what was posted is sent; the threads end. Does not wait. Any thread. */
void server_close(struct server *server);

/* Whether nothing is sent or received any more. NULL: so. Any thread. */
bool server_is_closed(struct server *server);

struct channel_counts server_counts(struct server *server);

/* In a forked child, where the threads do not exist: make the locks usable and every call a no-op. */
void server_forked(struct server *server);
