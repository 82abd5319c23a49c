#include "protocol/arena.h"
#include "protocol/channel.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BYTES(text) text, sizeof(text) - 1

/* A channel and the bare descriptor of its peer. */
struct fixture {
    struct channel *channel;
    int peer;
    struct arena *arena;
    struct message message;
    const char *malformed;
};

static int set_up(void **state)
{
    int ends[2];
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    fixture->channel = channel_create(ends[0]);
    fixture->peer = ends[1];
    fixture->arena = arena_create();
    return fixture->channel && fixture->arena ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    channel_destroy(fixture->channel);
    arena_destroy(fixture->arena);
    if (fixture->peer >= 0)
        close(fixture->peer);
    free(fixture);
    return 0;
}

static void put(struct fixture *fixture, const void *bytes, size_t length)
{
    assert_int_equal(write(fixture->peer, bytes, length), (ssize_t)length);
}

static void hang_up(struct fixture *fixture)
{
    close(fixture->peer);
    fixture->peer = -1;
}

static bool next(struct fixture *fixture)
{
    return channel_next(fixture->channel, fixture->arena, &fixture->message, &fixture->malformed);
}

static void receive_and_expect(struct fixture *fixture, const char *name)
{
    channel_receive(fixture->channel);
    assert_true(next(fixture));
    assert_null(fixture->malformed);
    assert_string_equal(fixture->message.name, name);
}

static void expect_failure(struct fixture *fixture, const char *reason)
{
    channel_receive(fixture->channel);
    while (next(fixture)) {
    }
    assert_int_equal(channel_state(fixture->channel), CHANNEL_FAILED);
    if (!strstr(channel_error(fixture->channel), reason))
        fail_msg("\"%s\" is not in: %s", reason, channel_error(fixture->channel));
    assert_false(next(fixture));
    assert_false(channel_wants_write(fixture->channel));
    assert_int_equal(channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL)),
                     0);
    assert_int_equal(channel_receive(fixture->channel), CHANNEL_FAILED);
}

/* {"seq": 1, "type": "event", "event": "initialized"}, framed */
#define EVENT_BODY                                                                                                     \
    "\x83\xA3seq\x01\xA4type\xA5"                                                                                      \
    "event\xA5"                                                                                                        \
    "event\xAB"                                                                                                        \
    "initialized"
#define EVENT_FRAME "\0\0\0\x23" EVENT_BODY

static void messages_go_through_both_ways(void **state)
{
    struct fixture *fixture = *state;
    struct channel *other = channel_create(dup(fixture->peer));
    struct value *arguments = value_map(fixture->arena);
    value_set_int(fixture->arena, arguments, "threadId", 3);
    for (int64_t seq = 1; seq <= 3; seq++) {
        struct value *request = message_request(fixture->arena, "next", arguments);
        assert_int_equal(channel_send(fixture->channel, fixture->arena, request), seq);
    }
    assert_false(channel_wants_write(fixture->channel));
    assert_int_equal(channel_receive(other), CHANNEL_OPEN);
    for (int64_t seq = 1; seq <= 3; seq++) {
        assert_true(channel_next(other, fixture->arena, &fixture->message, &fixture->malformed));
        assert_int_equal(fixture->message.seq, seq);
        assert_int_equal(value_get_int(fixture->message.body, "threadId", 0), 3);
    }
    assert_false(channel_next(other, fixture->arena, &fixture->message, &fixture->malformed));
    channel_send(other, fixture->arena, message_response(fixture->arena, 3, "next", NULL));
    receive_and_expect(fixture, "next");
    assert_int_equal(fixture->message.request_seq, 3);
    struct channel_counts ours = channel_counts(fixture->channel), theirs = channel_counts(other);
    assert_int_equal(ours.messages_out, 3);
    assert_int_equal(ours.messages_in, 1);
    assert_int_equal(ours.bytes_out, theirs.bytes_in);
    assert_int_equal(ours.bytes_in, theirs.bytes_out);
    channel_destroy(other);
}

static void the_bytes_on_the_wire_are_as_documented(void **state)
{
    struct fixture *fixture = *state;
    char bytes[256];
    channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL));
    assert_int_equal(read(fixture->peer, bytes, sizeof(bytes)), sizeof(EVENT_FRAME) - 1);
    assert_memory_equal(bytes, EVENT_FRAME, sizeof(EVENT_FRAME) - 1);
}

static void two_frames_in_one_read_are_two_messages(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, BYTES(EVENT_FRAME EVENT_FRAME "\0\0"));
    receive_and_expect(fixture, "initialized");
    receive_and_expect(fixture, "initialized");
    assert_false(next(fixture));
    put(fixture, EVENT_FRAME + 2, sizeof(EVENT_FRAME) - 3);
    receive_and_expect(fixture, "initialized");
}

static void bytes_may_come_one_by_one(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(EVENT_FRAME) - 1; i++) {
        assert_false(next(fixture));
        put(fixture, EVENT_FRAME + i, 1);
        assert_int_equal(channel_receive(fixture->channel), CHANNEL_OPEN);
    }
    assert_true(next(fixture));
    assert_string_equal(fixture->message.name, "initialized");
}

static void receiving_nothing_does_not_block(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(channel_receive(fixture->channel), CHANNEL_OPEN);
    assert_false(next(fixture));
}

static void what_came_before_the_end_is_delivered(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, BYTES(EVENT_FRAME EVENT_FRAME));
    hang_up(fixture);
    while (channel_receive(fixture->channel) == CHANNEL_OPEN) {
    }
    assert_int_equal(channel_state(fixture->channel), CHANNEL_EOF);
    assert_true(next(fixture));
    assert_true(next(fixture));
    assert_false(next(fixture));
    assert_int_equal(channel_state(fixture->channel), CHANNEL_EOF);
    assert_string_equal(channel_error(fixture->channel), "");
}

static void an_end_in_the_middle_of_a_frame_is_a_failure(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, BYTES(EVENT_FRAME "\0\0\0\x23\x83"));
    hang_up(fixture);
    while (channel_receive(fixture->channel) == CHANNEL_OPEN) {
    }
    assert_true(next(fixture));
    expect_failure(fixture, "middle of a frame");
}

static void what_a_vanished_peer_said_is_delivered_after_a_failed_send(void **state)
{
    struct fixture *fixture = *state;
    /* unread bytes at the peer make its close a reset */
    channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL));
    put(fixture, BYTES(EVENT_FRAME));
    hang_up(fixture);
    channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL));
    assert_int_equal(channel_state(fixture->channel), CHANNEL_OPEN);
    assert_false(channel_wants_write(fixture->channel));
    while (channel_receive(fixture->channel) == CHANNEL_OPEN) {
    }
    assert_true(next(fixture));
    assert_false(next(fixture));
    assert_int_equal(channel_state(fixture->channel), CHANNEL_EOF);
}

static void garbage_closes_the_channel_with_a_reason(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, BYTES("GET / HTTP/1.1\r\n\r\n"));
    expect_failure(fixture, "bad frame: length 1195725856");
    char byte;
    assert_int_equal(read(fixture->peer, &byte, 1), 0); /* the peer sees the end */
}

static void bad_frames_close_the_channel_with_a_reason(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *reason;
    } cases[] = {
        {BYTES("\xFF\xFF\xFF\xFF"), "length 4294967295"}, /* 4 GiB */
        {BYTES("\0\0\0\0"), "length 0"},
        {BYTES("\1\0\0\1"), "length 16777217"},
        {BYTES("\0\0\0\1\x90"), "not a map"},
        {BYTES("\0\0\0\2\x80\x80"), "bytes after the message"},
        {BYTES("\0\0\0\5\xDF\xFF\xFF\xFF\xFF"), "more elements declared"},
        {BYTES("\0\0\0\x0A\x81\xA1k\xDD\x10\0\0\0\xC0\xC0"), "more elements declared"},
        {BYTES("\0\0\0\5\x81\xA1k\xA1\xFF"), "not UTF-8"},
        {BYTES("\0\0\0\7\x82\xA1k\xC0\xA1k\xC0"), "stands twice"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (i > 0) {
            tear_down(state);
            set_up(state);
        }
        put(*state, cases[i].bytes, cases[i].length);
        expect_failure(*state, cases[i].reason);
    }
}

static void a_thousand_levels_close_the_channel(void **state)
{
    struct fixture *fixture = *state;
    char bytes[4 + 3 + 1000] = "\0\0\x03\xEB\x81\xA1k";
    memset(bytes + 7, 0x91, 1000);
    put(fixture, bytes, sizeof(bytes));
    expect_failure(fixture, "nested deeper than 32");
}

static void messages_before_a_bad_frame_are_delivered(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, BYTES(EVENT_FRAME "\0\0\0\1\xC1"));
    receive_and_expect(fixture, "initialized");
    expect_failure(fixture, "not a map");
}

static void unknown_and_malformed_messages_leave_it_open(void **state)
{
    struct fixture *fixture = *state;
    struct channel *other = channel_create(dup(fixture->peer));
    struct arena *arena = fixture->arena;
    channel_send(other, arena, message_request(arena, "teleport", NULL));
    channel_send(other, arena, message_request(arena, "next", NULL));
    channel_send(other, arena, value_map(arena));
    channel_send(other, arena, message_request(arena, "threads", NULL));
    receive_and_expect(fixture, "teleport");
    assert_null(fixture->message.schema);
    assert_true(next(fixture));
    assert_string_equal(fixture->malformed, "arguments.threadId: integer expected, missing");
    assert_int_equal(fixture->message.kind, MESSAGE_REQUEST);
    assert_int_equal(fixture->message.seq, 2);
    assert_true(next(fixture));
    assert_non_null(strstr(fixture->malformed, "not a message"));
    assert_int_equal(fixture->message.kind, MESSAGE_EVENT);
    receive_and_expect(fixture, "threads");
    assert_int_equal(channel_state(fixture->channel), CHANNEL_OPEN);
    channel_destroy(other);
}

static struct value *output(struct arena *arena, size_t size)
{
    struct value *body = value_map(arena), *text = value_string(arena, "", 0);
    char *bytes = arena_alloc(arena, size + 1);
    memset(bytes, 'x', size);
    text->string.bytes = bytes;
    text->string.length = size;
    value_set(arena, body, "output", text);
    return message_event(arena, "output", body);
}

static void a_slow_peer_never_blocks_and_gets_all_in_the_end(void **state)
{
    struct fixture *fixture = *state;
    struct channel *other = channel_create(dup(fixture->peer));
    struct value *event = output(fixture->arena, 1 << 20);
    for (int i = 1; i <= 20; i++)
        assert_int_equal(channel_send(fixture->channel, fixture->arena, event), i);
    assert_true(channel_wants_write(fixture->channel));
    int64_t got = 0;
    struct arena *arena = arena_create();
    while (got < 20) {
        assert_int_equal(channel_flush(fixture->channel), CHANNEL_OPEN);
        assert_int_equal(channel_receive(other), CHANNEL_OPEN);
        while (channel_next(other, arena, &fixture->message, &fixture->malformed)) {
            assert_int_equal(fixture->message.seq, ++got);
            assert_int_equal(value_get(fixture->message.body, "output")->string.length, 1 << 20);
            arena_reset(arena);
        }
    }
    assert_false(channel_wants_write(fixture->channel));
    arena_destroy(arena);
    channel_destroy(other);
}

static void a_peer_that_never_reads_is_given_up_at_the_queues_limit(void **state)
{
    struct fixture *fixture = *state;
    struct value *event = output(fixture->arena, 15 << 20);
    int sent = 0;
    while (sent < 100 && channel_send(fixture->channel, fixture->arena, event) != 0)
        sent++;
    assert_int_in_range(sent, 4, 6);
    expect_failure(fixture, "the peer does not read");
}

static void a_message_beyond_the_limits_is_refused_alone(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(channel_send(fixture->channel, fixture->arena, output(fixture->arena, 17 << 20)), 0);
    assert_int_equal(channel_state(fixture->channel), CHANNEL_OPEN);
    assert_non_null(strstr(channel_error(fixture->channel), "longer than 16 MiB"));
    /* the number was not used up */
    assert_int_equal(channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL)),
                     1);
    char bytes[64];
    assert_int_equal(read(fixture->peer, bytes, sizeof(bytes)), sizeof(EVENT_FRAME) - 1);
}

static void nothing_is_sent_from_a_failed_arena(void **state)
{
    struct fixture *fixture = *state;
    struct value *event = message_event(fixture->arena, "initialized", NULL);
    arena_alloc(fixture->arena, SIZE_MAX);
    assert_int_equal(channel_send(fixture->channel, fixture->arena, event), 0);
    assert_int_equal(channel_state(fixture->channel), CHANNEL_OPEN);
    assert_int_equal(channel_counts(fixture->channel).messages_out, 0);
}

static void unread_messages_do_not_pile_up(void **state)
{
    struct fixture *fixture = *state;
    char *chunk = malloc(256 << 10);
    size_t frames = (256 << 10) / (sizeof(EVENT_FRAME) - 1);
    for (size_t i = 0; i < frames; i++)
        memcpy(chunk + i * (sizeof(EVENT_FRAME) - 1), EVENT_FRAME, sizeof(EVENT_FRAME) - 1);
    size_t length = frames * (sizeof(EVENT_FRAME) - 1);
    fcntl(fixture->peer, F_SETFL, O_NONBLOCK);
    size_t put_in = 0, at = 0;
    for (int idle = 0; idle < 100 && put_in < 40u << 20;) {
        ssize_t done = write(fixture->peer, chunk + at, length - at);
        idle = done > 0 ? 0 : idle + 1;
        put_in += done > 0 ? (size_t)done : 0;
        at = (at + (done > 0 ? (size_t)done : 0)) % length;
        channel_receive(fixture->channel);
    }
    assert_true(put_in < 20u << 20);
    assert_true(next(fixture));
    assert_int_equal(channel_state(fixture->channel), CHANNEL_OPEN);
    free(chunk);
}

static void a_descriptor_that_became_something_else_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    int file[2];
    assert_int_equal(pipe2(file, O_NONBLOCK), 0);
    int number = channel_fd(fixture->channel);
    assert_int_equal(dup2(file[1], number), number);
    channel_send(fixture->channel, fixture->arena, message_event(fixture->arena, "initialized", NULL));
    assert_int_equal(channel_state(fixture->channel), CHANNEL_FAILED);
    char byte;
    assert_int_equal(read(file[0], &byte, 1), -1); /* nothing was written into it */
    channel_destroy(fixture->channel);
    fixture->channel = NULL;
    assert_int_equal(write(number, "x", 1), 1); /* and it is still open */
    close(number);
    close(file[0]);
    close(file[1]);
}

static void a_pipe_works_in_one_direction(void **state)
{
    struct fixture *fixture = *state;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    struct channel *reader = channel_create(ends[0]), *writer = channel_create(ends[1]);
    assert_int_equal(channel_send(writer, fixture->arena, message_event(fixture->arena, "initialized", NULL)), 1);
    assert_int_equal(channel_receive(reader), CHANNEL_OPEN);
    assert_true(channel_next(reader, fixture->arena, &fixture->message, &fixture->malformed));
    channel_destroy(writer);
    assert_int_equal(channel_receive(reader), CHANNEL_EOF);
    channel_destroy(reader);
}

static void a_bad_descriptor_is_a_failed_channel(void **state)
{
    (void)state;
    struct channel *channel = channel_create(12345);
    assert_int_equal(channel_state(channel), CHANNEL_FAILED);
    assert_non_null(strstr(channel_error(channel), "Bad file descriptor"));
    channel_destroy(channel);
    channel_destroy(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_go_through_both_ways),
        TEST(the_bytes_on_the_wire_are_as_documented),
        TEST(two_frames_in_one_read_are_two_messages),
        TEST(bytes_may_come_one_by_one),
        TEST(receiving_nothing_does_not_block),
        TEST(what_came_before_the_end_is_delivered),
        TEST(an_end_in_the_middle_of_a_frame_is_a_failure),
        TEST(what_a_vanished_peer_said_is_delivered_after_a_failed_send),
        TEST(garbage_closes_the_channel_with_a_reason),
        TEST(bad_frames_close_the_channel_with_a_reason),
        TEST(a_thousand_levels_close_the_channel),
        TEST(messages_before_a_bad_frame_are_delivered),
        TEST(unknown_and_malformed_messages_leave_it_open),
        TEST(a_slow_peer_never_blocks_and_gets_all_in_the_end),
        TEST(a_peer_that_never_reads_is_given_up_at_the_queues_limit),
        TEST(a_message_beyond_the_limits_is_refused_alone),
        TEST(nothing_is_sent_from_a_failed_arena),
        TEST(unread_messages_do_not_pile_up),
        TEST(a_descriptor_that_became_something_else_is_left_alone),
        TEST(a_pipe_works_in_one_direction),
        TEST(a_bad_descriptor_is_a_failed_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
