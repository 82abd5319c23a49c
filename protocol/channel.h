/* A message channel over one stream descriptor: frames in, frames out, both bounded.
 *
 * It never blocks on its own: the owner polls channel_fd() for POLLIN and, while
 * channel_wants_write(), for POLLOUT, and calls channel_receive() / channel_flush() when ready. A
 * frame that fails a check closes the channel for good; channel_error() says why, for the log.
 * Not thread-safe; the backend serialises access itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct channel;
struct message;
struct value;

#define CHANNEL_QUEUE_LIMIT (64u << 20) /* bytes waiting to be sent before the peer counts as dead */

/* Takes ownership of FD (made non-blocking). NULL when out of memory; FD is closed then too. */
struct channel *channel_create(int fd);
void channel_destroy(struct channel *channel); /* closes the descriptor; NULL is fine */

/* The same until the channel is destroyed, even when it has failed: stop polling it then. */
int channel_fd(const struct channel *channel);

enum channel_state {
    CHANNEL_OPEN,
    CHANNEL_EOF,   /* the peer closed or is gone; frames already received are still delivered by channel_next() */
    CHANNEL_FAILED /* garbage, a bad frame, an I/O error or a full queue: see channel_error() */
};
enum channel_state channel_state(const struct channel *channel);
const char *channel_error(const struct channel *channel); /* "" when there is none */

/* Read what is there, at most 256 KiB a call, without blocking. The state afterwards. Take all messages with
 * channel_next() after each call: nothing more is read while 16 MiB of them wait. */
enum channel_state channel_receive(struct channel *channel);

/* The next complete message, decoded into ARENA. True when OUT is filled. A message that fails
 * validation is true as well, with *MALFORMED set to the reason (borrowed until the next call):
 * a request must be answered with an error, anything else logged. False: no complete frame yet, or
 * the channel failed. */
bool channel_next(struct channel *channel, struct arena *arena, struct message *out, const char **malformed);

/* Number MESSAGE (its "seq" is set), encode and queue it, and try to send at once. The seq, or 0
 * when the channel is not open, ARENA has failed, the queue is full (the channel fails), or the message
 * is beyond the limits (the channel stays open and channel_error() says what: 16 MiB, 32 levels). */
int64_t channel_send(struct channel *channel, struct arena *arena, struct value *message);

/* Send queued bytes as far as the descriptor takes them. The state afterwards. */
enum channel_state channel_flush(struct channel *channel);
bool channel_wants_write(const struct channel *channel);

/* Bytes and messages so far, for pytui/stats and tests. */
struct channel_counts {
    uint64_t bytes_in, bytes_out, messages_in, messages_out;
};
struct channel_counts channel_counts(const struct channel *channel);
