/* Bytes from a hostile program: through the filter alone, whole and in pieces, which must give the same;
 * and into two embedded terminals, with and without the fast-forward, which must show the same. Some bytes
 * are taken for changes of the size and for keys. */
#include "fuzz.h"

#include "tui/vt_internal.h"
#include "tui/xalloc.h"

#include <string.h>

struct output {
    char *bytes; /* owned */
    size_t length, capacity;
};

static void emit(void *data, const char *bytes, size_t length)
{
    struct output *output = data;
    FUZZ_CHECK(length > 0 && length <= VT_FILTER_CHUNK);
    xgrow(&output->bytes, &output->capacity, output->length + length, 1);
    memcpy(output->bytes + output->length, bytes, length);
    output->length += length;
}

static struct output filtered(const char *bytes, size_t length, size_t piece)
{
    struct output output = {.bytes = NULL};
    struct vt_filter filter;
    vt_filter_init(&filter, &(struct vt_filter_sink){.emit = emit, .data = &output});
    vt_filter_set_cells(&filter, 1920);
    for (size_t at = 0; at < length;) {
        size_t now = length - at < piece ? length - at : piece;
        size_t done = vt_filter_feed(&filter, bytes + at, now, 4096);
        FUZZ_CHECK(done >= 1 && done <= now);
        at += done;
    }
    return output;
}

static void check_filter(const char *bytes, size_t length)
{
    struct output whole = filtered(bytes, length, length), pieces = filtered(bytes, length, 3);
    FUZZ_CHECK(whole.length == pieces.length);
    FUZZ_CHECK(whole.length == 0 || memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
    for (size_t i = 0; i < whole.length; i++) {
        unsigned char byte = (unsigned char)whole.bytes[i];
        FUZZ_CHECK(byte >= 0x20 ? byte != 0x7f : byte == 0x1b || (byte >= 7 && byte <= 15));
    }
    free(whole.bytes);
    free(pieces.bytes);
}

static void ignore_write(void *data, const char *bytes, size_t length)
{
    (void)data;
    (void)bytes;
    (void)length;
}

static void compare(const struct vt *a, const struct vt *b)
{
    FUZZ_CHECK(vt_scrollback(a) == vt_scrollback(b));
    for (int row = -vt_scrollback(a); row < vt_rows(a); row++)
        for (int column = 0; column < vt_columns(a); column++) {
            struct cell one, other;
            vt_cell(a, row, column, &one);
            vt_cell(b, row, column, &other);
            FUZZ_CHECK(memcmp(one.codepoints, other.codepoints, sizeof one.codepoints) == 0);
            FUZZ_CHECK(one.width == other.width && style_equal(one.style, other.style));
        }
    int at[4];
    FUZZ_CHECK(vt_cursor(a, &at[0], &at[1]) == vt_cursor(b, &at[2], &at[3]));
    FUZZ_CHECK(at[0] == at[2] && at[1] == at[3]);
}

/* \377 and two bytes is a size, \376 and one a key; the rest is fed, a line at a time. */
static void check_terminals(const char *bytes, size_t length)
{
    static const struct vt_callbacks callbacks = {.write = ignore_write};
    struct vt *vts[2] = {vt_create(5, 20, 60, &callbacks), vt_create(5, 20, 60, &callbacks)};
    vts[1]->fast = false;
    for (size_t at = 0; at < length;) {
        size_t end = at;
        while (end < length && (unsigned char)bytes[end] < 0xfe)
            end++;
        for (int i = 0; i < 2; i++) {
            vt_feed(vts[i], bytes + at, end - at);
            if (end + 2 < length && bytes[end] == '\377')
                vt_resize(vts[i], bytes[end + 1] & 31, bytes[end + 2] & 127);
            else if (end + 1 < length)
                vt_key(vts[i], &(struct key){.kind = KEY_KIND_NAMED, .name = bytes[end + 1] & 31});
        }
        at = end + (end < length && bytes[end] == '\377' ? 3 : 2);
    }
    compare(vts[0], vts[1]);
    vt_destroy(vts[0]);
    vt_destroy(vts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_filter((const char *)data, size);
    check_terminals((const char *)data, size);
    return 0;
}
