/* Bytes from a peer: as a stream of frames in pieces of odd sizes, and as the content of one frame. What is
 * accepted must survive being encoded and decoded again, and message_parse() must keep its promises. */
#include "fuzz.h"

#include "protocol/arena.h"
#include "protocol/codec_msgpack.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <string.h>

static void check_parse(struct arena *arena, const struct value *value)
{
    struct message message;
    char reason[200];
    memset(reason, '#', sizeof(reason));
    bool good = message_parse(arena, value, &message, reason, sizeof(reason));
    FUZZ_CHECK(message.name && message.body && message.body->type == VALUE_MAP);
    FUZZ_CHECK(good || memchr(reason, '\0', sizeof(reason)));
    if (good)
        FUZZ_CHECK(message.seq > 0);
    if (message.kind == MESSAGE_RESPONSE)
        FUZZ_CHECK(message.success == (message.error == NULL) && (good || !message.success));
}

static void check_content(struct arena *arena, const uint8_t *bytes, size_t size)
{
    char reason[200] = "";
    const struct value *value = codec_msgpack_decode(arena, bytes, size, reason, sizeof(reason));
    FUZZ_CHECK(value || reason[0]);
    if (!value)
        return;
    struct codec_buffer buffer = {0};
    const char *why = NULL;
    FUZZ_CHECK(codec_msgpack_encode(&buffer, value, &why));
    const struct value *again = codec_msgpack_decode(arena, buffer.bytes, buffer.length, reason, sizeof(reason));
    FUZZ_CHECK(again && value_equal(value, again));
    FUZZ_CHECK(value_equal(value, value_copy(arena, value)));
    codec_buffer_finish(&buffer);
    check_parse(arena, value);
}

static void check_stream(struct arena *arena, const uint8_t *data, size_t size)
{
    struct frame_reader reader = {0};
    size_t piece = size ? 1 + data[size - 1] : 1;
    for (size_t at = 0; at < size;) {
        size_t room, length;
        const unsigned char *content;
        unsigned char *place = frame_reader_reserve(&reader, &room);
        FUZZ_CHECK(place && room > 0);
        size_t now = size - at < piece ? size - at : piece;
        memcpy(place, data + at, now < room ? now : room);
        frame_reader_commit(&reader, now < room ? now : room);
        at += now < room ? now : room;
        enum frame_result result;
        while ((result = frame_reader_next(&reader, &content, &length)) == FRAME_READY)
            check_content(arena, content, length);
        if (result == FRAME_BAD) {
            FUZZ_CHECK(length == 0 || length > FRAME_LIMIT);
            break;
        }
    }
    frame_reader_finish(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create();
    FUZZ_CHECK(arena);
    check_stream(arena, data, size);
    check_content(arena, data, size);
    FUZZ_CHECK(!arena_failed(arena));
    arena_destroy(arena);
    return 0;
}
