#include "protocol/frame.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* Give BYTES to READER, at most PIECE at a time. */
static void feed(struct frame_reader *reader, const void *bytes, size_t length, size_t piece)
{
    for (size_t at = 0; at < length;) {
        size_t room;
        unsigned char *place = frame_reader_reserve(reader, &room);
        assert_non_null(place);
        assert_true(room >= 16384);
        size_t now = length - at < piece ? length - at : piece;
        now = now < room ? now : room;
        memcpy(place, (const char *)bytes + at, now);
        frame_reader_commit(reader, now);
        at += now;
    }
}

static void expect(struct frame_reader *reader, const char *text)
{
    const unsigned char *content;
    size_t length;
    assert_int_equal(frame_reader_next(reader, &content, &length), FRAME_READY);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(content, text, length);
}

static void expect_nothing(struct frame_reader *reader)
{
    const unsigned char *content;
    size_t length;
    assert_int_equal(frame_reader_next(reader, &content, &length), FRAME_PARTIAL);
}

static void frames_come_out_however_the_bytes_arrive(void **state)
{
    (void)state;
    static const char stream[] = "\0\0\0\1a\0\0\0\5hello\0\0\0\2yz";
    for (size_t piece = 1; piece < sizeof(stream); piece++) {
        struct frame_reader reader = {0};
        feed(&reader, stream, sizeof(stream) - 1, piece);
        expect(&reader, "a");
        expect(&reader, "hello");
        expect(&reader, "yz");
        expect_nothing(&reader);
        assert_int_equal(frame_reader_pending(&reader), 0);
        frame_reader_finish(&reader);
    }
}

static void a_partial_frame_waits(void **state)
{
    (void)state;
    struct frame_reader reader = {0};
    expect_nothing(&reader);
    feed(&reader, "\0\0\0\1a\0\0\0\3x", 10, 10);
    expect(&reader, "a");
    expect_nothing(&reader);
    assert_int_equal(frame_reader_pending(&reader), 5);
    feed(&reader, "yz\0", 3, 3);
    expect(&reader, "xyz");
    assert_int_equal(frame_reader_pending(&reader), 1);
    frame_reader_finish(&reader);
}

static void lengths_out_of_range_are_bad(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t length;
    } bad[] = {
        {"\0\0\0\0", 0},
        {"\1\0\0\1", FRAME_LIMIT + 1u},
        {"\xFF\xFF\xFF\xFF", 0xFFFFFFFF},
        {"HTTP", 0x48545450},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct frame_reader reader = {0};
        const unsigned char *content;
        size_t length;
        feed(&reader, bad[i].header, 4, 4);
        assert_int_equal(frame_reader_next(&reader, &content, &length), FRAME_BAD);
        assert_int_equal(length, bad[i].length);
        frame_reader_finish(&reader);
    }
}

static void a_promise_of_16_mib_allocates_nothing(void **state)
{
    (void)state;
    struct frame_reader reader = {0};
    feed(&reader, "\1\0\0\0few bytes", 13, 13);
    expect_nothing(&reader);
    size_t room;
    frame_reader_reserve(&reader, &room);
    assert_true(reader.capacity <= 64 << 10);
    frame_reader_finish(&reader);
}

static void the_largest_frame_passes_and_its_memory_is_given_back(void **state)
{
    (void)state;
    struct frame_reader reader = {0};
    unsigned char *bytes = calloc(1, FRAME_HEADER + FRAME_LIMIT);
    frame_put_header(bytes, FRAME_LIMIT);
    feed(&reader, bytes, FRAME_HEADER + FRAME_LIMIT, 256 << 10);
    assert_true(reader.capacity <= 4 * (size_t)FRAME_LIMIT);
    const unsigned char *content;
    size_t length;
    assert_int_equal(frame_reader_next(&reader, &content, &length), FRAME_READY);
    assert_int_equal(length, FRAME_LIMIT);
    feed(&reader, "\0\0\0\1a", 5, 5);
    assert_true(reader.capacity <= 1 << 20);
    expect(&reader, "a");
    free(bytes);
    frame_reader_finish(&reader);
}

static void headers_are_big_endian(void **state)
{
    (void)state;
    unsigned char header[FRAME_HEADER];
    frame_put_header(header, 0x00A1B2C3);
    assert_memory_equal(header, "\x00\xA1\xB2\xC3", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_however_the_bytes_arrive),
        cmocka_unit_test(a_partial_frame_waits),
        cmocka_unit_test(lengths_out_of_range_are_bad),
        cmocka_unit_test(a_promise_of_16_mib_allocates_nothing),
        cmocka_unit_test(the_largest_frame_passes_and_its_memory_is_given_back),
        cmocka_unit_test(headers_are_big_endian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
