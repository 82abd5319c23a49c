#include "skim.h"

#include <stdint.h>

enum shape { SCALAR, STRING, BINARY, ARRAY, MAP, EXTENSION, UNUSED };

/* What a first byte says. SIZE_BYTES of a big-endian number follow it: the length of a string or
 * binary, the count of an array or map, or the value of a number itself. */
struct header {
    enum shape shape;
    unsigned size_bytes;
};

static const struct header from_c0[32] = {
    {SCALAR, 0},    {UNUSED, 0},    {SCALAR, 0},    {SCALAR, 0},    /* nil, never used, false, true */
    {BINARY, 1},    {BINARY, 2},    {BINARY, 4},                    /* bin 8, 16, 32 */
    {EXTENSION, 0}, {EXTENSION, 0}, {EXTENSION, 0},                 /* ext 8, 16, 32 */
    {SCALAR, 4},    {SCALAR, 8},                                    /* float 32, 64 */
    {SCALAR, 1},    {SCALAR, 2},    {SCALAR, 4},    {SCALAR, 8},    /* uint 8 to 64 */
    {SCALAR, 1},    {SCALAR, 2},    {SCALAR, 4},    {SCALAR, 8},    /* int 8 to 64 */
    {EXTENSION, 0}, {EXTENSION, 0}, {EXTENSION, 0}, {EXTENSION, 0}, /* fixext 1 to 8 */
    {EXTENSION, 0},                                                 /* fixext 16 */
    {STRING, 1},    {STRING, 2},    {STRING, 4},                    /* str 8, 16, 32 */
    {ARRAY, 2},     {ARRAY, 4},     {MAP, 2},       {MAP, 4},       /* array 16, 32, map 16, 32 */
};

struct skimmer {
    const unsigned char *at, *end;
    const char *reason;
    size_t values;
    size_t depth;
    struct {
        uint64_t left; /* values still to come, in a map keys are values too */
        bool map;
    } open[SKIM_DEPTH_LIMIT];
};

static bool refuse(struct skimmer *skimmer, const char *reason)
{
    skimmer->reason = reason;
    return false;
}

/* Read the header at the front: its shape and the length or count that it declares. */
static bool read_header(struct skimmer *skimmer, enum shape *shape, uint64_t *size)
{
    if (skimmer->at == skimmer->end)
        return refuse(skimmer, "the message ends in the middle");
    unsigned char first = *skimmer->at++;
    *size = 0;
    if (first < 0x80 || first >= 0xE0) {
        *shape = SCALAR;
    } else if (first < 0xC0) {
        *shape = first < 0x90 ? MAP : first < 0xA0 ? ARRAY : STRING;
        *size = first & (*shape == STRING ? 0x1Fu : 0x0Fu);
    } else {
        struct header header = from_c0[first - 0xC0];
        if ((size_t)(skimmer->end - skimmer->at) < header.size_bytes)
            return refuse(skimmer, "the message ends in the middle");
        *shape = header.shape;
        for (unsigned i = 0; i < header.size_bytes; i++)
            *size = *size << 8 | *skimmer->at++;
        if (header.shape == SCALAR)
            *size = 0;
    }
    return true;
}

static bool enter(struct skimmer *skimmer, bool map, uint64_t count)
{
    uint64_t values = map ? 2 * count : count;
    if (values > (uint64_t)(skimmer->end - skimmer->at))
        return refuse(skimmer, "more elements declared than bytes are there");
    if (skimmer->depth == SKIM_DEPTH_LIMIT)
        return refuse(skimmer, "nested deeper than 32");
    skimmer->open[skimmer->depth].left = values;
    skimmer->open[skimmer->depth++].map = map;
    return true;
}

static bool skim_value(struct skimmer *skimmer, bool key)
{
    enum shape shape;
    uint64_t size;
    if (!read_header(skimmer, &shape, &size))
        return false;
    if (++skimmer->values > SKIM_VALUE_LIMIT)
        return refuse(skimmer, "more than 1048576 values");
    if (skimmer->depth == 0 && shape != MAP)
        return refuse(skimmer, "not a map");
    if (key && shape != STRING)
        return refuse(skimmer, "a map key that is not a string");
    switch (shape) {
    case SCALAR:
        return true;
    case STRING:
    case BINARY:
        if (size > (uint64_t)(skimmer->end - skimmer->at))
            return refuse(skimmer, "a string longer than the message");
        skimmer->at += size;
        return true;
    case ARRAY:
    case MAP:
        return enter(skimmer, shape == MAP, size);
    case EXTENSION:
        return refuse(skimmer, "an extension type");
    case UNUSED:
        break;
    }
    return refuse(skimmer, "the byte 0xc1");
}

static bool skim_all(struct skimmer *skimmer)
{
    if (!skim_value(skimmer, false))
        return false;
    while (skimmer->depth > 0) {
        size_t top = skimmer->depth - 1;
        if (skimmer->open[top].left == 0) {
            skimmer->depth--;
            continue;
        }
        bool key = skimmer->open[top].map && skimmer->open[top].left % 2 == 0;
        skimmer->open[top].left--;
        if (!skim_value(skimmer, key))
            return false;
    }
    return skimmer->at == skimmer->end || refuse(skimmer, "bytes after the message");
}

bool skim(const void *bytes, size_t length, const char **reason)
{
    if (length == 0) {
        *reason = "an empty frame";
        return false;
    }
    struct skimmer skimmer = {.at = bytes, .end = (const unsigned char *)bytes + length};
    bool good = skim_all(&skimmer);
    if (!good)
        *reason = skimmer.reason;
    return good;
}
