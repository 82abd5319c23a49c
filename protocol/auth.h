/* Proving on a TCP connection that both sides know one secret, before anything else is said:
 *
 *   listener -> dialer: 32 random bytes L
 *   dialer -> listener: 32 random bytes D, HMAC-SHA256(secret, "pytui dialer" L D)
 *   listener -> dialer: HMAC-SHA256(secret, "pytui listener" L D)
 *
 * The dialer proves first, so that a stranger sees nothing but random bytes. Each side's own bytes are in both proofs:
 * none can be used again. The names keep one side's proof from being handed back to it.
 *
 * Only bytes in and bytes out: whoever has the descriptor bounds the time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define AUTH_PART    32u              /* bytes of a nonce, of a proof */
#define AUTH_LONGEST (2u * AUTH_PART) /* the longest that one side says at once */

struct secret;

enum auth_role { AUTH_LISTENER, AUTH_DIALER };

enum auth_state {
    AUTH_GOING,
    AUTH_PROVED, /* both; but for what waits in `out`, what follows on the connection is frames */
    AUTH_FAILED  /* to be closed without a word */
};

/* In place; nothing in it is owned. */
struct auth {
    enum auth_role role;
    enum auth_state state;
    unsigned char nonces[2 * AUTH_PART]; /* the listener's, the dialer's */
    unsigned char in[AUTH_LONGEST];
    size_t got;
    unsigned char out[AUTH_LONGEST]; /* to be sent now; whoever does so sets out_length to 0 */
    size_t out_length;
};

/* False: no random bytes are to be had. */
bool auth_begin(struct auth *auth, enum auth_role role);

/* How many bytes the other side is to say next, at most AUTH_LONGEST; 0 when nothing more is expected. No more than
 * that may be read from the connection. */
size_t auth_wanted(const struct auth *auth);

/* Take COUNT of them, at most auth_wanted(). */
enum auth_state auth_take(struct auth *auth, const struct secret *secret, const unsigned char *bytes, size_t count);

/* HMAC-SHA256 of the parts one behind the other; for auth.c and its tests. */
struct auth_bytes {
    const void *bytes;
    size_t length;
};
void auth_hmac(struct auth_bytes key, const struct auth_bytes *parts, size_t count, unsigned char out[AUTH_PART]);
