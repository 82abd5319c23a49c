#include "utf8.h"

#include <string.h>

/* What a lead byte promises: bytes in all, and the range of the second one, which is where overlong
 * forms, surrogates and too large codes are told apart. */
struct lead {
    unsigned char size, low, high;
};

static struct lead lead_of(unsigned char byte)
{
    if (byte < 0x80)
        return (struct lead){1, 0, 0};
    if (byte < 0xC2 || byte > 0xF4)
        return (struct lead){0, 0, 0};
    if (byte < 0xE0)
        return (struct lead){2, 0x80, 0xBF};
    if (byte < 0xF0)
        return (struct lead){3, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
    return (struct lead){4, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
}

static size_t invalid(size_t size, uint32_t *code, bool *valid)
{
    *code = UTF8_REPLACEMENT;
    if (valid)
        *valid = false;
    return size;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *code, bool *valid)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    if (length == 0)
        return invalid(0, code, valid);
    struct lead lead = lead_of(byte[0]);
    if (lead.size == 0)
        return invalid(1, code, valid);
    uint32_t sum = lead.size == 1 ? byte[0] : byte[0] & (0x7Fu >> lead.size);
    for (size_t i = 1; i < lead.size; i++) {
        unsigned char low = i == 1 ? lead.low : 0x80, high = i == 1 ? lead.high : 0xBF;
        if (i >= length || byte[i] < low || byte[i] > high)
            return invalid(i, code, valid);
        sum = sum << 6 | (byte[i] & 0x3Fu);
    }
    *code = sum;
    if (valid)
        *valid = true;
    return lead.size;
}

size_t utf8_encode(char out[4], uint32_t code)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = UTF8_REPLACEMENT;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xF00u >> size & 0xFF) | code);
    return size;
}

/* How many bytes from BYTES on are ASCII, looked at eight at a time: nearly all text is. */
static size_t ascii_prefix(const char *bytes, size_t length)
{
    size_t done = 0;
    for (uint64_t word; length - done >= sizeof(word); done += sizeof(word)) {
        memcpy(&word, bytes + done, sizeof(word));
        if (word & 0x8080808080808080u)
            break;
    }
    while (done < length && (unsigned char)bytes[done] < 0x80)
        done++;
    return done;
}

bool utf8_valid(const char *bytes, size_t length)
{
    bool valid = true;
    for (size_t at = 0; at < length && valid;) {
        at += ascii_prefix(bytes + at, length - at);
        uint32_t code;
        if (at < length)
            at += utf8_decode(bytes + at, length - at, &code, &valid);
    }
    return valid;
}

size_t utf8_clean(char *out, const char *bytes, size_t length)
{
    size_t written = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code;
        char encoded[4];
        at += utf8_decode(bytes + at, length - at, &code, NULL);
        size_t size = utf8_encode(encoded, code);
        if (out)
            memcpy(out + written, encoded, size);
        written += size;
    }
    return written;
}
