/* Addresses, who may connect, and dialling to listeners of all kinds. */
#include "protocol/tcp.h"

#include "protocol/auth.h"
#include "protocol/secret.h"
#include "unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char error[512], bound[TCP_ADDRESS_SIZE], file[] = "/tmp/pytui-tcp-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    int fd = mkstemp(file);
    bool ok = fd >= 0 && write(fd, "0123456789abcdef0123456789abcdef\n", 33) == 33;
    close(fd);
    return ok && setenv("PYTUI_SECRET_FILE", file, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(file);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "tcp:",         "tcp:1",       "tcp::1",       "tcp:host",    "tcp:host:",
        "tcp:host:x",   "tcp:a:1:2",   "tcp:::1:4444", "tcp:[]:4444", "tcp:host:123456",
        "tcp:[::1]444", "tcp:h:65536", "tcp:h:1 ",     "tcp:h:-1",    "tcp:[::1:4",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        error[0] = '\0';
        assert_int_equal(tcp_dial(wrong[i], error, sizeof error), -1);
        assert_non_null(strstr(error, "not an address"));
        assert_int_equal(tcp_listen(wrong[i], true, bound, error, sizeof error), -1);
        assert_non_null(strstr(error, "not an address"));
    }
}

static void other_machines_are_to_be_asked_for(void **state)
{
    (void)state;
    static const char *const everywhere[] = {"tcp:0.0.0.0:0", "tcp:[::]:0", "tcp:192.0.2.1:0"};
    for (size_t i = 0; i < COUNT(everywhere); i++) {
        assert_int_equal(tcp_listen(everywhere[i], false, bound, error, sizeof error), -1);
        assert_non_null(strstr(error, "other machines could connect"));
    }
    static const char *const here[] = {"tcp:127.0.0.1:0", "tcp:127.1.2.3:0"};
    for (size_t i = 0; i < COUNT(here); i++) {
        int fd = tcp_listen(here[i], false, bound, error, sizeof error);
        assert_true(fd >= 0);
        assert_int_equal(strncmp(bound, here[i], strlen(here[i]) - 1), 0);
        assert_true(atoi(strrchr(bound, ':') + 1) > 0);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_int_equal(tcp_accept(fd), -1);
        close(fd);
    }
    int fd = tcp_listen("tcp:0.0.0.0:0", true, bound, error, sizeof error);
    assert_true(fd >= 0);
    close(fd);
}

enum kind { RIGHT, SILENT_END, TAKES_AND_ENDS, LIES };

struct peer {
    enum kind kind;
    int listener;
};

static void *serve(void *data)
{
    const struct peer *peer = data;
    struct pollfd waiting = {.fd = peer->listener, .events = POLLIN};
    struct auth auth;
    unsigned char bytes[AUTH_LONGEST];
    struct secret *secret = secret_load(false, error, sizeof error);
    poll(&waiting, 1, -1);
    int fd = tcp_accept(peer->listener);
    fcntl(fd, F_SETFL, 0);
    auth_begin(&auth, AUTH_LISTENER);
    if (peer->kind != SILENT_END) {
        (void)!write(fd, auth.out, AUTH_PART);
        ssize_t got = recv(fd, bytes, sizeof bytes, MSG_WAITALL);
        if (got == sizeof bytes)
            auth_take(&auth, secret, bytes, sizeof bytes);
        if (peer->kind == LIES)
            auth.out[5] ^= 1;
        if (peer->kind != TAKES_AND_ENDS)
            (void)!write(fd, auth.out, AUTH_PART);
    }
    if (peer->kind == RIGHT)
        (void)!write(fd, "x", 1);
    secret_destroy(secret);
    close(fd);
    return NULL;
}

static void dialling_says_how_it_failed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        [RIGHT] = "",
        [SILENT_END] = "closed the connection",
        [TAKES_AND_ENDS] = "does not take the secret",
        [LIES] = "does not know the secret",
    };
    for (enum kind kind = RIGHT; kind <= LIES; kind++) {
        struct peer peer = {kind, tcp_listen("tcp:127.0.0.1:0", false, bound, error, sizeof error)};
        pthread_t thread;
        char why[512] = "", byte = 0;
        assert_int_equal(pthread_create(&thread, NULL, serve, &peer), 0);
        int fd = tcp_dial(bound, why, sizeof why);
        assert_non_null(strstr(why, texts[kind]));
        assert_int_equal(fd >= 0, kind == RIGHT);
        if (fd >= 0) {
            assert_int_equal(read(fd, &byte, 1), 1); /* blocks; what follows the proof is not taken by it */
            assert_int_equal(byte, 'x');
            int idle = 0;
            socklen_t length = sizeof idle;
            assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &length), 0);
            assert_int_equal(idle, 30);
            close(fd);
        }
        pthread_join(thread, NULL);
        close(peer.listener);
        if (kind == LIES) {
            assert_int_equal(tcp_dial(bound, why, sizeof why), -1);
            assert_non_null(strstr(why, "Connection refused"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(other_machines_are_to_be_asked_for),
        cmocka_unit_test(dialling_says_how_it_failed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
