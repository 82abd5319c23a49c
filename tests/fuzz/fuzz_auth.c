/* Bytes from somebody who does not know the secret, to either side, in pieces of odd sizes: nobody is let in, no more
 * is taken than was wanted, nothing but random bytes and one proof is said, and the pieces make no difference. */
#include "fuzz.h"

#include "protocol/auth.h"
#include "protocol/secret.h"

#include <string.h>

static struct auth feed(enum auth_role role, const struct secret *secret, const uint8_t *data, size_t size,
                        size_t piece)
{
    struct auth auth;
    size_t said = 0;
    FUZZ_CHECK(auth_begin(&auth, role));
    memset(auth.nonces, 7, sizeof(auth.nonces));
    for (size_t at = 0; at < size;) {
        size_t wanted = auth_wanted(&auth), now = size - at < piece ? size - at : piece;
        FUZZ_CHECK(wanted <= AUTH_LONGEST && (wanted > 0) == (auth.state == AUTH_GOING));
        said += auth.out_length;
        auth.out_length = 0;
        if (wanted == 0)
            break;
        now = now < wanted ? now : wanted;
        auth_take(&auth, secret, data + at, now);
        at += now;
        FUZZ_CHECK(auth.got <= AUTH_LONGEST && auth.state != AUTH_PROVED);
    }
    said += auth.out_length;
    FUZZ_CHECK(said <= (role == AUTH_LISTENER ? AUTH_PART : AUTH_LONGEST));
    FUZZ_CHECK(auth.state == (size >= AUTH_LONGEST ? AUTH_FAILED : AUTH_GOING));
    return auth;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct secret secret = {.length = SECRET_SHORTEST}; /* all zero */
    for (int role = AUTH_LISTENER; role <= AUTH_DIALER; role++) {
        struct auth whole = feed((enum auth_role)role, &secret, data, size, AUTH_LONGEST);
        struct auth pieces = feed((enum auth_role)role, &secret, data, size, size ? 1u + data[size - 1] % 40u : 1u);
        FUZZ_CHECK(whole.state == pieces.state && whole.got == pieces.got);
        FUZZ_CHECK(memcmp(whole.in, pieces.in, whole.got) == 0);
    }
    return 0;
}
