#include "protocol/transport.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char directory[64], path[96], address[112];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    *state = place;
    snprintf(place->directory, sizeof(place->directory), "/tmp/pytui-transport-XXXXXX");
    if (!mkdtemp(place->directory))
        return -1;
    snprintf(place->path, sizeof(place->path), "%s/socket", place->directory);
    snprintf(place->address, sizeof(place->address), "unix:%s", place->path);
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink(place->path);
    rmdir(place->directory);
    free(place);
    return 0;
}

static void assert_close_on_exec(int fd)
{
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void assert_connected(int a, int b)
{
    char byte = 0;
    assert_int_equal(write(a, "x", 1), 1);
    assert_int_equal(read(b, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(write(b, "y", 1), 1);
    assert_int_equal(read(a, &byte, 1), 1);
    assert_int_equal(byte, 'y');
}

static void a_pair_is_connected_and_private(void **state)
{
    (void)state;
    int ends[2];
    char error[128] = "", address[32];
    assert_true(transport_pair(ends, error, sizeof(error)));
    assert_close_on_exec(ends[0]);
    assert_close_on_exec(ends[1]);
    assert_connected(ends[0], ends[1]);
    fcntl(ends[1], F_SETFD, 0);
    snprintf(address, sizeof(address), "fd:%d", ends[1]);
    assert_int_equal(transport_dial(address, error, sizeof(error)), ends[1]);
    assert_close_on_exec(ends[1]);
    close(ends[0]);
    close(ends[1]);
}

static void a_listener_is_private_and_accepts(void **state)
{
    const struct place *place = *state;
    char error[256] = "";
    struct stat status;
    mode_t mask = umask(0);
    int listener = transport_listen(place->address, error, sizeof(error));
    umask(mask);
    assert_true(listener >= 0);
    assert_close_on_exec(listener);
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    int client = transport_dial(place->address, error, sizeof(error));
    assert_true(client >= 0);
    int server = transport_accept(listener, error, sizeof(error));
    assert_true(server >= 0);
    assert_close_on_exec(client);
    assert_close_on_exec(server);
    assert_connected(client, server);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    strcpy(error, "?");
    assert_int_equal(transport_accept(listener, error, sizeof(error)), -1);
    assert_string_equal(error, "");
    close(client);
    close(server);
    close(listener);
}

static void a_dead_socket_is_replaced_a_live_one_and_a_file_are_not(void **state)
{
    const struct place *place = *state;
    char error[256] = "";
    close(transport_listen(place->address, error, sizeof(error)));
    assert_int_equal(access(place->path, F_OK), 0);
    int listener = transport_listen(place->address, error, sizeof(error));
    assert_true(listener >= 0);
    assert_int_equal(transport_listen(place->address, error, sizeof(error)), -1);
    assert_non_null(strstr(error, "in use"));
    close(listener);
    unlink(place->path);
    close(open(place->path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(transport_listen(place->address, error, sizeof(error)), -1);
    assert_int_equal(access(place->path, F_OK), 0);
}

static void bad_addresses_are_refused_with_a_reason(void **state)
{
    const struct place *place = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    char pipe_address[32], error[256];
    snprintf(pipe_address, sizeof(pipe_address), "fd:%d", ends[0]);
    char long_address[300] = "unix:/";
    memset(long_address + 6, 'x', sizeof(long_address) - 7);
    const struct {
        const char *address, *reason;
    } cases[] = {
        {"", "not an address"},
        {"pigeon:1", "not an address"},
        {"tcp:localhost", "tcp:HOST:PORT"},
        {"fd:", "not a descriptor's number"},
        {"fd:-1", "not a descriptor's number"},
        {"fd:1x", "not a descriptor's number"},
        {"fd:99999999999999999999", "not a descriptor's number"},
        {"fd:12345", "Bad file descriptor"},
        {pipe_address, "not a socket"},
        {"unix:", "needs a path"},
        {long_address, "the path is longer than 107 bytes"},
        {place->address, "No such file or directory"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        error[0] = '\0';
        assert_int_equal(transport_dial(cases[i].address, error, sizeof(error)), -1);
        if (!strstr(error, cases[i].reason))
            fail_msg("%s: %s", cases[i].address, error);
    }
    assert_int_equal(transport_listen("fd:0", error, sizeof(error)), -1);
    assert_non_null(strstr(error, "cannot listen there"));
    close(ends[0]);
    close(ends[1]);
}

static void an_unconnected_socket_is_refused(void **state)
{
    (void)state;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char address[32], error[256] = "";
    snprintf(address, sizeof(address), "fd:%d", fd);
    assert_int_equal(transport_dial(address, error, sizeof(error)), -1);
    assert_non_null(strstr(error, "not a connected stream socket"));
    close(fd);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pair_is_connected_and_private),
        TEST(a_listener_is_private_and_accepts),
        TEST(a_dead_socket_is_replaced_a_live_one_and_a_file_are_not),
        TEST(bad_addresses_are_refused_with_a_reason),
        TEST(an_unconnected_socket_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
