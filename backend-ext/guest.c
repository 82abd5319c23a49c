#include "guest.h"

#include "backend.h"
#include "watchers.h"

#include "protocol/arena.h"
#include "protocol/codec_msgpack.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_LIMIT (64u << 10) /* bytes of the first message */

void guest_dismiss(struct guest *guest)
{
    if (guest->fd >= 0) {
        close(guest->fd);
    }
    arena_destroy(guest->arena);
    *guest = (struct guest){.fd = -1};
}

void guest_answer(struct guest *guest, struct value *message)
{
    struct codec_buffer buffer = {0};
    unsigned char header[FRAME_HEADER];
    const char *reason = NULL;
    value_set_int(guest->arena, message, "seq", 1);
    if (!arena_failed(guest->arena) && codec_msgpack_encode(&buffer, message, &reason)) {
        frame_put_header(header, (uint32_t)buffer.length);
        if (send(guest->fd, header, sizeof(header), MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE) == sizeof(header)) {
            ssize_t sent = send(guest->fd, buffer.bytes, buffer.length, MSG_NOSIGNAL | MSG_DONTWAIT);
            (void)sent; /* a guest that does not take it wants no answer */
        }
    }
    codec_buffer_finish(&buffer);
}

void guest_turn_away(struct guest *guest, const char *why)
{
    guest_answer(guest, message_error(guest->arena, guest->seq, "initialize", why));
    shutdown(guest->fd, SHUT_WR);
    guest_dismiss(guest);
}

int guest_peek(struct guest *guest, struct message *message)
{
    static unsigned char bytes[FRAME_HEADER + FIRST_LIMIT]; /* the doorman's alone */
    char reason[256];
    ssize_t got = recv(guest->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
    if (got <= 0) {
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    if ((size_t)got < FRAME_HEADER) {
        return 0;
    }
    uint32_t length =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
    if (length == 0 || length > FIRST_LIMIT) {
        return -1;
    }
    if ((size_t)got < FRAME_HEADER + length) {
        return 0;
    }
    guest->arena = arena_create();
    struct value *value =
        guest->arena ? codec_msgpack_decode(guest->arena, bytes + FRAME_HEADER, length, reason, sizeof(reason)) : NULL;
    bool whole = value && message_parse(guest->arena, value, message, reason, sizeof(reason));
    guest->seq = whole ? message->seq : 0;
    return whole && message->kind == MESSAGE_REQUEST && message->name && guest->seq > 0 ? 1 : -1;
}

bool guest_wants_to_watch(const struct message *message)
{
    return value_get_bool(value_get_map(message->body, "pytui"), "readOnly", false);
}

const char *guest_refuse(const struct message *message, char *buffer, size_t size)
{
    long long version = value_get_int(value_get_map(message->body, "pytui"), "protocolVersion", 0);
    bool attached = false, stopped = false;
    if (version != MESSAGE_PROTOCOL_VERSION) {
        snprintf(buffer, size,
                 "the client speaks protocol version %lld, this backend (pytui " PYTUI_VERSION
                 ") version %d: use a client and a backend of one pytui",
                 version, MESSAGE_PROTOCOL_VERSION);
        return buffer;
    }
    backend_tell_state(&attached, &stopped);
    if (guest_wants_to_watch(message)) {
        return attached ? NULL : "nobody debugs this program: there is nothing to watch";
    }
    return attached ? "another debugger is attached to this program; it can be watched read-only" : NULL;
}

void guest_let_watch(struct guest *guest)
{
    const char *why = watchers_admit(backend_last(), &guest->fd);
    if (why) {
        guest_turn_away(guest, why);
    } else {
        guest_dismiss(guest); /* the rest of it: the connection is the watchers' */
    }
}
