#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/vt_filter.h"
#include "vt_random.h"

/* What leaves the filter, with events written as <…>. */
struct record {
    char text[1 << 16];
    size_t length;
    size_t largest;
};

static void record_text(struct record *record, const char *bytes, size_t length)
{
    assert_true(record->length + length < sizeof record->text);
    memcpy(record->text + record->length, bytes, length);
    record->length += length;
    record->text[record->length] = '\0';
}

static void emit(void *data, const char *bytes, size_t length)
{
    struct record *record = data;
    record_text(record, bytes, length);
    if (length > record->largest)
        record->largest = length;
}

static void title(void *data, const char *text)
{
    char event[VT_FILTER_STRING + 16];
    record_text(data, event, (size_t)snprintf(event, sizeof event, "<title %s>", text));
}

static void erase_scrollback(void *data)
{
    record_text(data, "<erase>", 7);
}

static void saved(void *data)
{
    record_text(data, "<saved>", 7);
}

static void start(struct vt_filter *filter, struct record *record)
{
    record->length = record->largest = 0;
    record->text[0] = '\0';
    vt_filter_init(filter, &(struct vt_filter_sink){emit, title, erase_scrollback, saved, record});
    vt_filter_set_cells(filter, 4800);
}

static void feed(struct vt_filter *filter, const char *bytes, size_t length, size_t piece)
{
    for (size_t at = 0; at < length;) {
        size_t now = length - at < piece ? length - at : piece;
        size_t done = vt_filter_feed(filter, bytes + at, now, 16384);
        assert_true(done >= 1 && done <= now);
        at += done;
    }
}

#define ESC "\x1b"

static const struct {
    const char *in, *out;
} cases[] = {
    {"hello\r\n\tworld\b", "hello\r\n\tworld\b"},
    {"a\001\002\005\177b", "ab"},
    {"é世👍", "é世👍"},
    {"\xff"
     "a",
     "\xef\xbf\xbd"
     "a"},
    {"\xe4\xb8"
     "a",
     "\xef\xbf\xbd"
     "a"},
    {"\xe4\xe4\xb8\x96", "\xef\xbf\xbd世"},
    {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80", "\xef\xbf\xbd"},
    {"\xf4\x90\x80\x80", "\xef\xbf\xbd"},
    {"\xc2\x9b"
     "31m",
     "31m"}, /* CSI as C1 in UTF-8 */
    {"a\xe2\x80\xae"
     "b",
     "ab"}, /* right-to-left override */
    /* REP */
    {"x" ESC "[3b", "x" ESC "[3b"},
    {ESC "[3b", ""},
    {"x\r" ESC "[3b", "x\r"},
    {"é" ESC "[3b", "é"},
    {"x" ESC "[m" ESC "[3b", "x" ESC "[0m"},
    {"x" ESC "]0;t\a" ESC "[3b", "x<title t>"},
    {"x" ESC "[3b" ESC "[3b", "x" ESC "[3b"},
    {"x" ESC "[3\r"
     "b",
     "x\r"},
    /* modes, one at a time */
    {ESC "[?1000;1006h", ESC "[?1000h" ESC "[?1006h"},
    {ESC "[?1;25;1006l", ESC "[?1l" ESC "[?25l" ESC "[?1006l"},
    {ESC "[4;20h", ESC "[4h" ESC "[20h"},
    {ESC "[?47h", ESC "[?1047h"},
    {ESC "[?1049h", ESC "[?1049h<saved>"},
    {ESC "[?1049l", ESC "[?1049l"},
    /* colours */
    {ESC "[31;1m", ESC "[31;1m"},
    {ESC "[m", ESC "[0m"},
    {ESC "[38:2::1:2:3m", ESC "[38;2;1;2;3m"},
    {ESC "[38:2:1:2:3m", ESC "[38;2;1;2;3m"},
    {ESC "[38;2;1;2;3;4m", ESC "[38;2;1;2;3;4m"},
    {ESC "[48:5:200;1m", ESC "[48;5;200;1m"},
    {ESC "[48;5;999m", ESC "[48;5;255m"},
    {ESC "[4:3;58:2::1:2:3;31m", ESC "[4:3;31m"},
    {ESC "[58;5;1;31m", ESC "[31m"},
    {ESC "[38m", ""},
    {ESC "[38;2;1;2m", ""},
    {ESC "[1;2;3;4;5;6;7;8;9;1;2;3;4;5;6m", ESC "[1;2;3;4;5;6;7;8;9;1;2;3m" ESC "[4;5;6m"},
    /* cursor and screen */
    {ESC "[5;10H", ESC "[5;10H"},
    {ESC "[;5H", ESC "[;5H"},
    {ESC "[99999999999999999999B", ESC "[9999B"},
    {ESC "[2J" ESC "[3J", ESC "[2J<erase>"},
    {ESC "[s" ESC "[u", ESC "7<saved>" ESC "8"},
    {ESC "[?69h" ESC "[3;9s", ESC "[?69h" ESC "[3;9s"},
    {ESC "7" ESC "8", ESC "7<saved>" ESC "8"},
    {ESC "c", ESC "[?1047l" ESC "[?1000l" ESC "[?5l" ESC "c"},
    /* what nobody needs to see */
    {ESC "[>1u" ESC "[?u" ESC "[<u" ESC "[=1;1u", ""},
    {ESC "[>4;2m", ""},
    {ESC "[?2026$p", ESC "[?2026$p"},
    {ESC "[18t" ESC "[22;0;0t", ""},
    {ESC "#3" ESC "#6" ESC "#8", ESC "#8"},
    {ESC " G" ESC "N" ESC "O" ESC "n" ESC "~", ""},
    {ESC "(0q" ESC "(B", ESC "(0q" ESC "(B"},
    {ESC "%G", ""},
    {ESC "[1 q", ESC "[1 q"},
    /* strings */
    {ESC "]2;a title\a.", "<title a title>."},
    {ESC "]0;a title" ESC "\\.", "<title a title>."},
    {ESC "]1;icon\a.", "."},
    {ESC "]52;c;aGVsbG8=\a.", "."},
    {ESC "]8;;http://x\alink" ESC "]8;;\a", "link"},
    {ESC "_Gf=100;AAAA" ESC "\\.", "."},
    {ESC "^pm" ESC "\\" ESC "Xsos" ESC "\\.", "."},
    {ESC "P$qm" ESC "\\", ESC "P$qm" ESC "\\"},
    {ESC "P+q544e" ESC "\\.", "."},
    {ESC "]0;cut" ESC "[1m.", ESC "[1m."},
    {ESC "]0;cut\030.", "."},
    /* cancelled, restarted and interrupted sequences */
    {ESC "[1\030m", "m"},
    {ESC "[1" ESC "[2m", ESC "[2m"},
    {ESC "[1\nm", "\n" ESC "[1m"},
    {ESC "[1\xe4\xb8\x96", "\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_cases(void **state)
{
    (void)state;
    static struct record record;
    struct vt_filter filter;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 1; piece <= 64; piece += 63) { /* split anywhere, or not at all */
            start(&filter, &record);
            feed(&filter, cases[i].in, strlen(cases[i].in), piece);
            assert_string_equal(record.text, cases[i].out);
        }
}

static void test_ground(void **state)
{
    static const struct {
        const char *in;
        bool ground, plain;
    } states[] = {
        {"text\r\n", true, true},   {ESC, false, false},
        {ESC "[", false, false},    {ESC "[1;2", false, false},
        {ESC "]0;x", false, false}, {ESC "]0;x" ESC, false, false},
        {"\xe4\xb8", false, false}, {ESC "[31m", true, true},
        {ESC "[2;5r", true, false}, {ESC "[2;5r" ESC "[r", true, true},
        {ESC "[4h", true, false},   {ESC "[4h" ESC "[4l", true, true},
        {ESC "[?7l", true, false},  {ESC "[?7l" ESC "[?7h", true, true},
        {ESC "(0", true, false},    {"\016", true, false},
        {"\016\017", true, true},   {ESC "[?6h" ESC "c", true, true},
        {ESC "[3g", true, false},   {ESC "[1\"q", true, false},
        {ESC "[?5h", true, false},
    };
    (void)state;
    static struct record record;
    struct vt_filter filter;
    for (size_t i = 0; i < COUNT(states); i++) {
        start(&filter, &record);
        feed(&filter, states[i].in, strlen(states[i].in), 100);
        assert_int_equal(vt_filter_ground(&filter), states[i].ground);
        assert_int_equal(vt_filter_plain(&filter), states[i].plain);
    }
}

/* Sequences longer than any limit are swallowed, and what follows is seen. */
static void test_limits(void **state)
{
    (void)state;
    static struct record record;
    static char big[200000];
    struct vt_filter filter;
    start(&filter, &record);
    memset(big, ';', sizeof big);
    feed(&filter, ESC "[", 2, 10);
    feed(&filter, big, sizeof big, 5000);
    feed(&filter, "mok", 3, 10);
    assert_string_equal(record.text, "ok");
    start(&filter, &record);
    memset(big, 'x', sizeof big);
    feed(&filter, ESC "]52;", 5, 10);
    feed(&filter, big, sizeof big, 5000);
    feed(&filter, "\aok", 3, 10);
    assert_string_equal(record.text, "ok");
    start(&filter, &record);
    feed(&filter, ESC "]2;", 4, 10);
    feed(&filter, big, sizeof big, 5000);
    feed(&filter, "\aok", 3, 10);
    assert_int_equal(record.length, strlen("<title >ok") + VT_FILTER_STRING - 3);
}

/* An endless chain of combining characters is cut: libvterm's time for it is quadratic. */
static void test_combining(void **state)
{
    (void)state;
    static struct record record;
    struct vt_filter filter;
    start(&filter, &record);
    for (int i = 0; i < 20000; i++)
        feed(&filter, "\u0301\a", 3, 10);
    assert_true(record.length < 40000);
    record.length = 0;
    feed(&filter, "e\u0301", 3, 10);
    assert_string_equal(record.text, "e\u0301");
}

/* A screenful of work in three bytes: the budget ends the call early. */
static void test_budget(void **state)
{
    (void)state;
    static struct record record;
    static char heavy[3000];
    struct vt_filter filter;
    start(&filter, &record);
    for (size_t i = 0; i < sizeof heavy; i++)
        heavy[i] = (ESC "#8")[i % 3];
    size_t done = vt_filter_feed(&filter, heavy, sizeof heavy, 16384);
    assert_true(done >= 3 && done < 60);
}

/* Whatever comes in, only what libvterm survives comes out, in pieces of whole sequences. */
static void check_safe(const struct record *record)
{
    int parameters = 0;
    for (size_t i = 0; i < record->length; i++) {
        unsigned char byte = (unsigned char)record->text[i];
        if (byte == '[' && i > 0 && record->text[i - 1] == 0x1b)
            parameters = 1;
        else if (byte == ';' && parameters > 0)
            assert_true(++parameters <= 15);
        else if (byte >= 0x40)
            parameters = 0;
        assert_true(byte >= 0x20 ? byte != 0x7f : byte == 0x1b || (byte >= 7 && byte <= 15));
    }
}

static void test_random(void **state)
{
    (void)state;
    static struct record whole, pieces;
    for (int seed = 0; seed < 300; seed++) {
        struct random random = random_seed(seed);
        char input[8192];
        size_t length = 0;
        while (length < sizeof input - 200)
            length += random_output(&random, input + length);
        struct vt_filter filter;
        start(&filter, &whole);
        feed(&filter, input, length, length);
        check_safe(&whole);
        assert_true(whole.largest <= VT_FILTER_CHUNK);
        start(&filter, &pieces);
        feed(&filter, input, length, 1 + (size_t)random_below(&random, 50));
        assert_int_equal(whole.length, pieces.length);
        assert_memory_equal(whole.text, pieces.text, whole.length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),     cmocka_unit_test(test_ground), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_combining), cmocka_unit_test(test_budget), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
