/* A program that can be attached to: it listens on a unix socket, and on TCP if that is wanted, at no cost to it.
 *
 * Two native threads. The doorman owns the socket, in a table of descriptors of its own, and never needs the GIL: it
 * answers pytui/describe by itself, and turns away whoever says nothing, garbage, or comes while a debugger is
 * there. A client that says `initialize` is offered to whoever takes it: a thread of the program that waits for one,
 * else the porter, which sleeps otherwise and takes the GIL to begin the session. The connection never enters the
 * program's table: whoever takes it has the doorman make the server (server.h) of it.
 *
 * One a process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct server;
struct server_hooks;

#define LISTENER_ADDRESS "accepted:" /* for backend_attach(): the client that is offered */

/* Listen at ADDRESS, "unix:PATH", or NULL: in the place where `pytui attach` looks, under NAME (NULL: the script's).
 * "tcp:HOST:PORT" is both that place and TCP (tcp_door.h), for other machines as well if PUBLIC. The address is put
 * into PLACE. GIL held. False with a reason in its error. */
struct listener_place {
    char address[512], error[512];
};
bool listener_start(const char *address, const char *name, bool public, struct listener_place *place);

/* The same, where `pytui attach PID` looks alone: no list shows it. LINGER: for one session, and no longer than so many
 * milliseconds in which nobody comes; 0: until it is to stop. */
bool listener_arm(int linger, struct listener_place *place);
bool listener_is_armed(void);

/* Whether it listens, and where (borrowed; NULL: not). GIL held. */
const char *listener_address(void);

/* No more connections, and the socket's file is gone. What is attached stays. GIL held, and given away meanwhile:
 * afterwards no thread of this file takes the GIL. */
void listener_stop(void);

/* Wait until a client is offered, at most MILLISECONDS, without touching the GIL. True: backend_attach() it now, or
 * listener_refuse() it. */
bool listener_wait(int milliseconds);

/* What waits, or does not any more: told in pytui/describe, and the porter leaves clients to it. */
void listener_begin_waiting(void);
void listener_end_waiting(void);

/* The client that is offered, as a server. NULL with a reason in ERROR. Any thread. */
struct server *listener_open(const struct server_hooks *hooks, char *error, size_t size);

/* Turn it away. Any thread. */
void listener_refuse(const char *why);

/* Forked child: the socket is the parent's. */
void listener_forked(void);
