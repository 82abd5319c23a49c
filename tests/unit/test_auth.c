/* The handshake without a network; the vectors of RFC 4231; what another implementation says. */
#include "protocol/auth.h"

#include "protocol/secret.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct secret ours, theirs;

static void set_secret(struct secret *secret, const char *text)
{
    secret->length = strlen(text);
    memcpy(secret->bytes, text, secret->length);
}

static int set_up(void **state)
{
    (void)state;
    set_secret(&ours, "0123456789abcdef0123456789abcdef");
    set_secret(&theirs, "0123456789abcdef0123456789abcdeF");
    return 0;
}

static size_t unhex(const char *text, unsigned char *out)
{
    size_t length = strlen(text) / 2;
    for (size_t i = 0; i < length; i++) {
        unsigned byte;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
        out[i] = (unsigned char)byte;
    }
    return length;
}

/* RFC 4231, cases 1 to 4, 6 and 7; 5 is about a proof that is cut off, which there is none of here. */
static void the_hmac_is_that_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        size_t key_count; /* times that */
        const char *text; /* in hex, text_count times */
        size_t text_count;
        const char *proof;
    } cases[] = {
        {"0b", 20, "4869205468657265", 1, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"aa", 20, "dd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819", 1, "cd", 50,
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {"aa", 131,
         "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
         1, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"aa", 131,
         "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e6420"
         "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173"
         "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
         1, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char key[256], text[256], expected[AUTH_PART], got[AUTH_PART];
        struct auth_bytes parts[64];
        size_t key_length = 0, text_length = unhex(cases[i].text, text);
        for (size_t j = 0; j < cases[i].key_count; j++)
            key_length += unhex(cases[i].key, key + key_length);
        for (size_t j = 0; j < cases[i].text_count; j++)
            parts[j] = (struct auth_bytes){text, text_length};
        unhex(cases[i].proof, expected);
        auth_hmac((struct auth_bytes){key, key_length}, parts, cases[i].text_count, got);
        assert_memory_equal(got, expected, AUTH_PART);
    }
}

/* Hand what FROM says to TO. */
static void carry(struct auth *from, struct auth *to, const struct secret *secret)
{
    size_t length = from->out_length;
    from->out_length = 0;
    auth_take(to, secret, from->out, length);
}

static void both_are_let_in(void **state)
{
    (void)state;
    struct auth listener, dialer;
    assert_true(auth_begin(&listener, AUTH_LISTENER));
    assert_true(auth_begin(&dialer, AUTH_DIALER));
    assert_int_equal(listener.out_length, AUTH_PART);
    assert_int_equal(dialer.out_length, 0); /* nothing before it was asked */
    carry(&listener, &dialer, &ours);
    assert_int_equal(dialer.out_length, AUTH_LONGEST);
    carry(&dialer, &listener, &ours);
    assert_int_equal(listener.state, AUTH_PROVED);
    assert_int_equal(listener.out_length, AUTH_PART);
    assert_int_equal(auth_wanted(&listener), 0);
    assert_int_equal(dialer.state, AUTH_GOING);
    carry(&listener, &dialer, &ours);
    assert_int_equal(dialer.state, AUTH_PROVED);
    assert_int_equal(auth_wanted(&dialer), 0);
}

/* What Python's hmac makes of the description. */
static void the_bytes_are_as_described(void **state)
{
    (void)state;
    struct auth listener, dialer;
    unsigned char expected[AUTH_PART];
    auth_begin(&listener, AUTH_LISTENER);
    auth_begin(&dialer, AUTH_DIALER);
    for (unsigned i = 0; i < AUTH_PART; i++) {
        listener.nonces[i] = listener.out[i] = (unsigned char)i;
        dialer.nonces[AUTH_PART + i] = (unsigned char)(AUTH_PART + i);
    }
    carry(&listener, &dialer, &ours);
    assert_memory_equal(dialer.out, dialer.nonces + AUTH_PART, AUTH_PART);
    unhex("098165145948aa10c367c9cff23ab74ee48399ece0a38eaeac44fe81365e0685", expected);
    assert_memory_equal(dialer.out + AUTH_PART, expected, AUTH_PART);
    carry(&dialer, &listener, &ours);
    unhex("acf3ad6944c7b76cb4d7b607845bff8ea903579c04f24b0f49b3175052cc5d8b", expected);
    assert_memory_equal(listener.out, expected, AUTH_PART);
}

static void another_secret_opens_nothing(void **state)
{
    (void)state;
    struct auth listener, dialer;
    auth_begin(&listener, AUTH_LISTENER);
    auth_begin(&dialer, AUTH_DIALER);
    carry(&listener, &dialer, &theirs);
    carry(&dialer, &listener, &ours);
    assert_int_equal(listener.state, AUTH_FAILED);
    assert_int_equal(listener.out_length, 0); /* not a byte for whoever failed */
    assert_int_equal(auth_take(&listener, &ours, listener.in, 1), AUTH_FAILED);
}

/* Whoever listens in the program's place learns one proof, which is good for nothing else. */
static void a_false_listener_is_found_out(void **state)
{
    (void)state;
    struct auth listener, dialer;
    auth_begin(&listener, AUTH_LISTENER);
    auth_begin(&dialer, AUTH_DIALER);
    carry(&listener, &dialer, &ours);
    unsigned char said[AUTH_LONGEST];
    memcpy(said, dialer.out, sizeof said);
    assert_int_equal(auth_take(&dialer, &ours, said + AUTH_PART, AUTH_PART),
                     AUTH_FAILED); /* its own proof handed back */
    auth_begin(&dialer, AUTH_DIALER);
    carry(&listener, &dialer, &ours);
    auth_take(&dialer, &ours, (const unsigned char *)"................................", AUTH_PART);
    assert_int_not_equal(dialer.state, AUTH_PROVED);
}

static void what_was_said_once_is_worth_nothing(void **state)
{
    (void)state;
    struct auth listener, dialer;
    unsigned char said[AUTH_LONGEST], answer[AUTH_PART];
    auth_begin(&listener, AUTH_LISTENER);
    auth_begin(&dialer, AUTH_DIALER);
    carry(&listener, &dialer, &ours);
    memcpy(said, dialer.out, sizeof said);
    carry(&dialer, &listener, &ours);
    memcpy(answer, listener.out, sizeof answer);
    auth_begin(&listener, AUTH_LISTENER);
    assert_int_equal(auth_take(&listener, &ours, said, sizeof said), AUTH_FAILED);
    auth_begin(&listener, AUTH_LISTENER); /* nor is an answer to others */
    memcpy(said + AUTH_PART, answer, sizeof answer);
    assert_int_equal(auth_take(&listener, &ours, said, sizeof said), AUTH_FAILED);
    auth_begin(&dialer, AUTH_DIALER);
    auth_take(&dialer, &ours, said, AUTH_PART);
    assert_int_equal(auth_take(&dialer, &ours, answer, AUTH_PART), AUTH_FAILED);
}

/* Its own random bytes as the dialer's, with every proof that can be had. */
static void a_listener_is_not_its_own_dialer(void **state)
{
    (void)state;
    struct auth first, second;
    unsigned char claim[AUTH_LONGEST];
    auth_begin(&first, AUTH_LISTENER);
    auth_begin(&second, AUTH_LISTENER);
    memcpy(claim, first.out, AUTH_PART);
    memcpy(claim + AUTH_PART, second.out, AUTH_PART);
    assert_int_equal(auth_take(&first, &ours, claim, sizeof claim), AUTH_FAILED);
}

static void nobody_is_let_in_before_the_last_byte(void **state)
{
    (void)state;
    struct auth listener, dialer, copy;
    auth_begin(&listener, AUTH_LISTENER);
    auth_begin(&dialer, AUTH_DIALER);
    carry(&listener, &dialer, &ours);
    for (size_t length = 0; length < AUTH_LONGEST; length++) {
        copy = listener;
        assert_int_equal(auth_take(&copy, &ours, dialer.out, length), AUTH_GOING);
        assert_int_equal(auth_wanted(&copy), AUTH_LONGEST - length);
        assert_int_equal(copy.out_length, 0);
        assert_int_equal(auth_take(&copy, &ours, dialer.out + length, AUTH_LONGEST - length), AUTH_PROVED);
    }
    for (size_t at = 0; at < AUTH_LONGEST; at++) { /* and every one of them counts */
        copy = listener;
        dialer.out[at] ^= 0x10;
        assert_int_equal(auth_take(&copy, &ours, dialer.out, AUTH_LONGEST), AUTH_FAILED);
        dialer.out[at] ^= 0x10;
    }
    copy = listener;
    assert_int_equal(auth_take(&copy, &ours, dialer.out, AUTH_LONGEST + 1), AUTH_GOING); /* more than is wanted */
    assert_int_equal(copy.got, 0);
}

static void no_two_begin_alike(void **state)
{
    (void)state;
    struct auth all[16];
    for (size_t i = 0; i < COUNT(all); i++) {
        auth_begin(&all[i], i % 2 ? AUTH_LISTENER : AUTH_DIALER);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(all[i].nonces + (i % 2 ? 0 : AUTH_PART), all[j].nonces + (j % 2 ? 0 : AUTH_PART),
                                    AUTH_PART);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hmac_is_that_of_the_standard),
        cmocka_unit_test(both_are_let_in),
        cmocka_unit_test(the_bytes_are_as_described),
        cmocka_unit_test(another_secret_opens_nothing),
        cmocka_unit_test(a_false_listener_is_found_out),
        cmocka_unit_test(what_was_said_once_is_worth_nothing),
        cmocka_unit_test(a_listener_is_not_its_own_dialer),
        cmocka_unit_test(nobody_is_let_in_before_the_last_byte),
        cmocka_unit_test(no_two_begin_alike),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
