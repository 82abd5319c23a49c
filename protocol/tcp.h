/* TCP: "tcp:HOST:PORT", HOST a name or number, IPv6 in brackets. Both sides prove that they know the secret (secret.h,
 * auth.h); what follows is authenticated at its beginning, and not encrypted. Functions give -1 with a text for people
 * in ERROR. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TCP_ADDRESS_SIZE 300 /* of what tcp_listen() says */

/* Connect and prove: both, before anything is returned. Waits five seconds for the connection, and twenty for the
 * proof: a listener that met strangers keeps its door shut for a while. */
int tcp_dial(const char *address, char *error, size_t size);

/* Listen there; port 0 is any. Other machines may connect only if that is wanted: PUBLIC. BOUND gets the address with
 * the port. The descriptor does not block. */
int tcp_listen(const char *address, bool public, char bound[TCP_ADDRESS_SIZE], char *error, size_t size);

/* Somebody who has not proved anything; -1: nobody. The descriptor does not block. */
int tcp_accept(int listener);
