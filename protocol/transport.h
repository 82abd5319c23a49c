/* Ways to a peer, all ending in a connected stream socket for channel_create().
 *
 * Addresses are "fd:N" (an inherited socket), "unix:PATH" and, to connect to, "tcp:HOST:PORT" (tcp.h). Every descriptor
 * made here is close-on-exec. Functions give -1 or false on failure with a text for people in ERROR. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A connected pair for launching: ENDS[0] is ours, ENDS[1] for the program (clear its close-on-exec
 * in the child). The caller owns both. */
bool transport_pair(int ends[2], char *error, size_t size);

/* Connect to ADDRESS. For "fd:N" this is N itself, checked to be a connected stream socket. Waits at
 * most five seconds, but for TCP's proof. On a unix socket the peer must be of our own user, or root. */
int transport_dial(const char *address, char *error, size_t size);

/* The same for "unix:PATH" alone, without waiting: for a loop. The descriptor is non-blocking. */
int transport_dial_now(const char *address, char *error, size_t size);

/* Listen on "unix:PATH": mode 0600, replacing a socket that nobody listens on any more. The caller
 * owns the descriptor and unlinks PATH when done. */
int transport_listen(const char *address, char *error, size_t size);

/* Accept from a listener; peers of another user (but root) are closed and refused. -1 with an empty
 * ERROR when a non-blocking LISTENER has none waiting. */
int transport_accept(int listener, char *error, size_t size);
