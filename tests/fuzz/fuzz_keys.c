/* Bytes from the user's terminal, in pieces of odd sizes: whatever it sends, decoding goes on and ends. */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "tui/term_keys.h"

static void take_keys(struct key_decoder *decoder, bool timed_out, size_t limit)
{
    struct key key;
    size_t count = 0;
    while (key_decoder_next(decoder, timed_out, &key)) {
        FUZZ_CHECK(++count <= limit); /* no key is made of nothing */
        FUZZ_CHECK(key.kind == KEY_KIND_CHAR || key.kind == KEY_KIND_NAMED || key.kind == KEY_KIND_MOUSE ||
                   key.kind == KEY_KIND_PASTE);
        FUZZ_CHECK(key.kind != KEY_KIND_CHAR || (key.codepoint >= 0x20 && key.codepoint <= 0x10ffff));
        FUZZ_CHECK(key.kind != KEY_KIND_MOUSE || (key.row >= 0 && key.column >= 0));
        FUZZ_CHECK(key.kind != KEY_KIND_PASTE || (key.length > 0 && key.text != NULL));
        char name[64];
        key_format(&key, name, sizeof name);
    }
    FUZZ_CHECK(!timed_out || key_decoder_state(decoder) == KEY_DECODER_IDLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct key_decoder *decoder = key_decoder_create();
    size_t piece = data[0] % 16 + 1u;
    key_decoder_set_erase(decoder, data[0] & 16);
    key_decoder_add(decoder, "\x1b[Ax", (struct key){.kind = KEY_KIND_NAMED, .name = KEY_NAME_F1});
    for (size_t at = 1; at < size; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        key_decoder_feed_after(decoder, (const char *)data + at, length, data[at] & 1 ? 200 : 0);
        take_keys(decoder, (data[0] & 32) && at % 3 == 0, size);
    }
    take_keys(decoder, true, size);
    key_decoder_destroy(decoder);
    return 0;
}
