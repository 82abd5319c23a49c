#include "auth.h"

#include "secret.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <sodium.h>

static bool fill_random(unsigned char *bytes, size_t size)
{
    ssize_t got;
    do
        got = getrandom(bytes, size, 0); /* whole, up to 256 bytes */
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}

void auth_hmac(struct auth_bytes key, const struct auth_bytes *parts, size_t count, unsigned char out[AUTH_PART])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.bytes, key.length);
    for (size_t i = 0; i < count; i++)
        crypto_auth_hmacsha256_update(&state, parts[i].bytes, parts[i].length);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

static void prove(const struct auth *auth, const struct secret *secret, enum auth_role role,
                  unsigned char out[AUTH_PART])
{
    static const char *const names[] = {[AUTH_LISTENER] = "pytui listener", [AUTH_DIALER] = "pytui dialer"};
    const struct auth_bytes parts[] = {{names[role], strlen(names[role])}, {auth->nonces, sizeof(auth->nonces)}};
    auth_hmac((struct auth_bytes){secret->bytes, secret->length}, parts, 2, out);
}

static bool is_proof(const struct auth *auth, const struct secret *secret, enum auth_role role,
                     const unsigned char *claimed)
{
    unsigned char proof[AUTH_PART];
    prove(auth, secret, role, proof);
    bool same = sodium_memcmp(proof, claimed, sizeof(proof)) == 0; /* takes one time whatever they are */
    sodium_memzero(proof, sizeof(proof));
    return same;
}

bool auth_begin(struct auth *auth, enum auth_role role)
{
    *auth = (struct auth){.role = role};
    if (!fill_random(auth->nonces + (role == AUTH_DIALER ? AUTH_PART : 0), AUTH_PART)) {
        auth->state = AUTH_FAILED;
        return false;
    }
    if (role == AUTH_LISTENER) {
        memcpy(auth->out, auth->nonces, AUTH_PART);
        auth->out_length = AUTH_PART;
    }
    return true;
}

/* Of what the other side says at once: the dialer hears a nonce, then a proof; the listener both together. */
static size_t whole_length(const struct auth *auth)
{
    return auth->role == AUTH_LISTENER || auth->got >= AUTH_PART ? AUTH_LONGEST : AUTH_PART;
}

size_t auth_wanted(const struct auth *auth)
{
    return auth->state == AUTH_GOING ? whole_length(auth) - auth->got : 0;
}

static void judge_dialer(struct auth *auth, const struct secret *secret)
{
    memcpy(auth->nonces + AUTH_PART, auth->in, AUTH_PART);
    auth->state = is_proof(auth, secret, AUTH_DIALER, auth->in + AUTH_PART) ? AUTH_PROVED : AUTH_FAILED;
    if (auth->state == AUTH_PROVED) {
        prove(auth, secret, AUTH_LISTENER, auth->out);
        auth->out_length = AUTH_PART;
    }
}

static void answer_listener(struct auth *auth, const struct secret *secret)
{
    memcpy(auth->nonces, auth->in, AUTH_PART);
    memcpy(auth->out, auth->nonces + AUTH_PART, AUTH_PART);
    prove(auth, secret, AUTH_DIALER, auth->out + AUTH_PART);
    auth->out_length = AUTH_LONGEST;
}

enum auth_state auth_take(struct auth *auth, const struct secret *secret, const unsigned char *bytes, size_t count)
{
    if (count == 0 || count > auth_wanted(auth))
        return auth->state;
    size_t whole = whole_length(auth);
    memcpy(auth->in + auth->got, bytes, count);
    auth->got += count;
    if (auth->got < whole)
        return auth->state;
    if (auth->role == AUTH_LISTENER)
        judge_dialer(auth, secret);
    else if (whole == AUTH_PART)
        answer_listener(auth, secret);
    else
        auth->state = is_proof(auth, secret, AUTH_LISTENER, auth->in + AUTH_PART) ? AUTH_PROVED : AUTH_FAILED;
    return auth->state;
}
