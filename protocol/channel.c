/* Bytes come in through frame.h, which hands out whole frames; the codec checks and decodes them, and
 * message.h takes them apart. Out goes the other way: a message is encoded straight behind what
 * already waits in the queue, its header is filled in, and as much as possible is sent. */
#include "channel.h"

#include "arena.h"
#include "codec_msgpack.h"
#include "frame.h"
#include "message.h"
#include "value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECEIVE_AT_ONCE ((size_t)256 << 10)
#define RECEIVE_AHEAD   (FRAME_LIMIT + FRAME_HEADER) /* one whole frame is there by then */
#define KEPT_QUEUE      ((size_t)1 << 20)            /* a larger queue is given back once it is empty */

struct channel {
    int fd; /* owned */
    bool is_socket;
    dev_t device; /* what fd was at first: see is_ours() */
    ino_t inode;
    enum channel_state state;
    bool output_closed; /* the peer takes nothing more, but what it sent may still be there to read */
    int64_t next_seq;
    struct frame_reader in;
    struct codec_buffer out; /* from sent on, it waits to be sent */
    size_t sent;
    struct channel_counts counts;
    char error[256];
    char malformed[256];
};

struct channel *channel_create(int fd)
{
    struct channel *channel = calloc(1, sizeof(*channel));
    struct stat status;
    if (!channel) {
        close(fd);
        return NULL;
    }
    channel->fd = fd;
    channel->next_seq = 1;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fstat(fd, &status) < 0) {
        snprintf(channel->error, sizeof(channel->error), "descriptor %d: %s", fd, strerror(errno));
        channel->state = CHANNEL_FAILED;
        return channel;
    }
    channel->is_socket = S_ISSOCK(status.st_mode);
    channel->device = status.st_dev;
    channel->inode = status.st_ino;
    return channel;
}

/* Inside a program that is being debugged the number may have been closed and given to something
 * else. That must be neither read, nor written, nor closed. */
static bool is_ours(const struct channel *channel)
{
    struct stat status;
    return fstat(channel->fd, &status) == 0 && status.st_dev == channel->device && status.st_ino == channel->inode;
}

void channel_destroy(struct channel *channel)
{
    if (!channel)
        return;
    if (channel->fd >= 0 && is_ours(channel))
        close(channel->fd);
    frame_reader_finish(&channel->in);
    codec_buffer_finish(&channel->out);
    free(channel);
}

int channel_fd(const struct channel *channel)
{
    return channel->fd;
}

enum channel_state channel_state(const struct channel *channel)
{
    return channel->state;
}

const char *channel_error(const struct channel *channel)
{
    return channel->error;
}

struct channel_counts channel_counts(const struct channel *channel)
{
    return channel->counts;
}

static void drop_output(struct channel *channel)
{
    codec_buffer_finish(&channel->out);
    channel->sent = 0;
}

/* Close the channel for good. The peer sees the end at once; the number is kept until the channel is
 * destroyed, so that nothing else gets it while the owner still polls it. */
static bool fail(struct channel *channel, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct channel *channel, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(channel->error, sizeof(channel->error), format, arguments);
    va_end(arguments);
    channel->state = CHANNEL_FAILED;
    if (channel->is_socket && is_ours(channel))
        shutdown(channel->fd, SHUT_RDWR);
    drop_output(channel);
    frame_reader_finish(&channel->in);
    return false;
}

static bool check_ours(struct channel *channel)
{
    return is_ours(channel) || fail(channel, "descriptor %d was closed by somebody else", channel->fd);
}

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

/* The peer is gone, which for a stream is its end and no failure of ours. */
static bool peer_gone(int error)
{
    return error == EPIPE || error == ECONNRESET;
}

static ssize_t read_some(const struct channel *channel, void *bytes, size_t size)
{
    ssize_t got;
    do
        got = channel->is_socket ? recv(channel->fd, bytes, size, MSG_DONTWAIT) : read(channel->fd, bytes, size);
    while (got < 0 && errno == EINTR);
    return got;
}

/* On a pipe, which only tests use, SIGPIPE must be ignored by the process. */
static ssize_t write_some(const struct channel *channel, const void *bytes, size_t size)
{
    ssize_t put;
    do
        put = channel->is_socket ? send(channel->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : write(channel->fd, bytes, size);
    while (put < 0 && errno == EINTR);
    return put;
}

enum channel_state channel_receive(struct channel *channel)
{
    if (channel->state != CHANNEL_OPEN || !check_ours(channel))
        return channel->state;
    for (size_t total = 0; total < RECEIVE_AT_ONCE && frame_reader_pending(&channel->in) < RECEIVE_AHEAD;) {
        size_t room;
        unsigned char *place = frame_reader_reserve(&channel->in, &room);
        if (!place) {
            fail(channel, "out of memory for a message");
            break;
        }
        if (room > RECEIVE_AT_ONCE - total)
            room = RECEIVE_AT_ONCE - total;
        ssize_t got = read_some(channel, place, room);
        if (got < 0 && would_block(errno))
            break;
        if (got < 0 && !peer_gone(errno)) {
            fail(channel, "receiving: %s", strerror(errno));
            break;
        }
        if (got <= 0) {
            channel->state = CHANNEL_EOF;
            drop_output(channel);
            break;
        }
        frame_reader_commit(&channel->in, (size_t)got);
        channel->counts.bytes_in += (uint64_t)got;
        total += (size_t)got;
        if ((size_t)got < room)
            break; /* that was all; poll tells when there is more, or the end */
    }
    return channel->state;
}

bool channel_next(struct channel *channel, struct arena *arena, struct message *out, const char **malformed)
{
    *malformed = NULL;
    if (channel->state == CHANNEL_FAILED)
        return false;
    const unsigned char *content;
    size_t length;
    switch (frame_reader_next(&channel->in, &content, &length)) {
    case FRAME_PARTIAL:
        if (channel->state == CHANNEL_EOF && frame_reader_pending(&channel->in) > 0)
            fail(channel, "the peer closed in the middle of a frame");
        return false;
    case FRAME_BAD:
        return fail(channel, "bad frame: length %zu, must be 1 to %u", length, FRAME_LIMIT);
    case FRAME_READY:
        break;
    }
    char reason[sizeof(channel->malformed)];
    const struct value *value = codec_msgpack_decode(arena, content, length, reason, sizeof(reason));
    if (!value)
        return fail(channel, "bad frame: %.200s", reason);
    channel->counts.messages_in++;
    if (!message_parse(arena, value, out, channel->malformed, sizeof(channel->malformed)))
        *malformed = channel->malformed;
    return true;
}

static size_t queued(const struct channel *channel)
{
    return channel->out.length - channel->sent;
}

/* Forget what was sent: at once when that is all, else when it is at least as much as what waits, so
 * that each byte is moved at most once on average. */
static void compact_queue(struct channel *channel)
{
    size_t waiting = queued(channel);
    if (waiting == 0 && channel->out.capacity > KEPT_QUEUE) {
        drop_output(channel);
    } else if (channel->sent > 0 && channel->sent >= waiting) {
        if (waiting > 0)
            memmove(channel->out.bytes, channel->out.bytes + channel->sent, waiting);
        channel->out.length = waiting;
        channel->sent = 0;
    }
}

/* Encode MESSAGE as a frame at the end of the queue. False leaves the queue as it was, and fails the
 * channel when the queue is full. A message beyond the limits is not sent but harms nothing else. */
static bool enqueue(struct channel *channel, const struct value *message)
{
    size_t start = channel->out.length;
    const char *reason;
    if (!codec_buffer_reserve(&channel->out, FRAME_HEADER))
        return fail(channel, "out of memory for a message");
    channel->out.length += FRAME_HEADER;
    if (!codec_msgpack_encode(&channel->out, message, &reason)) {
        channel->out.length = start;
        snprintf(channel->error, sizeof(channel->error), "a message could not be sent: %s", reason);
        return false;
    }
    if (queued(channel) > CHANNEL_QUEUE_LIMIT)
        return fail(channel, "the peer does not read: %zu bytes wait for it", queued(channel));
    frame_put_header(channel->out.bytes + start, (uint32_t)(channel->out.length - start - FRAME_HEADER));
    return true;
}

int64_t channel_send(struct channel *channel, struct arena *arena, struct value *message)
{
    if (channel->state != CHANNEL_OPEN || channel->output_closed || arena_failed(arena))
        return 0;
    value_set_int(arena, message, "seq", channel->next_seq);
    if (arena_failed(arena) || !enqueue(channel, message))
        return 0;
    channel->counts.messages_out++;
    int64_t seq = channel->next_seq++;
    channel_flush(channel);
    return seq;
}

enum channel_state channel_flush(struct channel *channel)
{
    if (!channel_wants_write(channel) || !check_ours(channel))
        return channel->state;
    while (queued(channel) > 0) {
        ssize_t put = write_some(channel, channel->out.bytes + channel->sent, queued(channel));
        if (put < 0 && would_block(errno))
            break;
        if (put < 0 && peer_gone(errno)) {
            /* What it said before it went is still to be read; the end is seen there. */
            channel->output_closed = true;
            drop_output(channel);
            break;
        }
        if (put < 0) {
            fail(channel, "sending: %s", strerror(errno));
            break;
        }
        channel->sent += (size_t)put;
        channel->counts.bytes_out += (uint64_t)put;
    }
    compact_queue(channel);
    return channel->state;
}

bool channel_wants_write(const struct channel *channel)
{
    return channel->state == CHANNEL_OPEN && queued(channel) > 0;
}
