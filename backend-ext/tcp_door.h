/* The door that a listening program has on TCP: those who come must prove that they know the secret (protocol/auth.h)
 * before anything is read as a message. They have little time, few bytes and few places, which the listener's other
 * guests do not share. After three wrong proofs the door is shut for a while, longer after each further one.
 *
 * All on the doorman's thread (listener.c). NULL is a door that is not there. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define TCP_DOOR_STRANGERS 8
#define TCP_DOOR_POLLS     (TCP_DOOR_STRANGERS + 1)

struct tcp_door;

/* Listen at ADDRESS (protocol/tcp.h); BOUND gets the address with its port. NULL with a reason in ERROR. */
struct tcp_door *tcp_door_open(const char *address, bool public, char *bound, char *error, size_t size);
void tcp_door_close(struct tcp_door *door);

/* What to wait for in poll(), and TIMEOUT (-1: none) made shorter if need be. */
void tcp_door_prepare(struct tcp_door *door, struct pollfd waiting[TCP_DOOR_POLLS], int *timeout);

/* Do what came. The connection of somebody who has proved it: the caller's from then on; -1: nobody. */
int tcp_door_serve(struct tcp_door *door, const struct pollfd waiting[TCP_DOOR_POLLS]);
