#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term_keys.h"

/* All keys that come out, as names separated by spaces; pastes in quotes, mouse with its place. */
static void describe(struct key_decoder *decoder, bool timed_out, char *out, size_t size)
{
    struct key key;
    size_t length = 0;
    out[0] = '\0';
    while (key_decoder_next(decoder, timed_out, &key) && length + 80 < size) {
        char name[64];
        key_format(&key, name, sizeof name);
        if (length > 0)
            out[length++] = ' ';
        if (key.kind == KEY_KIND_PASTE)
            length += (size_t)snprintf(out + length, size - length, "'%.*s'", (int)key.length, key.text);
        else if (key.kind == KEY_KIND_MOUSE)
            length +=
                (size_t)snprintf(out + length, size - length, "%s%d@%d,%d", name, key.button, key.row, key.column);
        else
            length += (size_t)snprintf(out + length, size - length, "%s", name);
    }
}

struct sequence {
    const char *bytes;
    const char *keys;
};

static const struct sequence complete[] = {
    {"abc", "a b c"},
    {" ", "Space"},
    {"é世👍", "é 世 👍"},
    {"\r\t\x7f", "Enter Tab Backspace"},
    {"\x01\x18\x1a", "Ctrl-a Ctrl-x Ctrl-z"},
    {"\x0a\x08", "Ctrl-j Ctrl-h"},
    {"\x1c\x1d\x1e\x1f", "Ctrl-\\ Ctrl-] Ctrl-^ Ctrl-_"},
    /* both cursor modes */
    {"\x1b[A\x1b[B\x1b[C\x1b[D", "Up Down Right Left"},
    {"\x1bOA\x1bOB\x1bOC\x1bOD", "Up Down Right Left"},
    {"\x1b[H\x1b[F\x1bOH\x1bOF", "Home End Home End"},
    {"\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~", "Home Insert Delete End PgUp PgDn"},
    {"\x1bOP\x1bOQ\x1bOR\x1bOS", "F1 F2 F3 F4"},
    {"\x1b[15~\x1b[17~\x1b[18~\x1b[19~\x1b[20~\x1b[21~\x1b[23~\x1b[24~", "F5 F6 F7 F8 F9 F10 F11 F12"},
    {"\x1b[[A\x1b[[E", "F1 F5"},
    {"\x1b[25~", "Shift-F1"},
    /* modifiers */
    {"\x1b[1;5A\x1b[1;2D\x1b[1;3C", "Ctrl-Up Shift-Left Alt-Right"},
    {"\x1b[1;2P\x1b[1;2R\x1b[23;2~", "Shift-F1 Shift-F3 Shift-F11"},
    {"\x1b[3;5~\x1b[5;7~", "Ctrl-Delete Ctrl-Alt-PgUp"},
    {"\x1b[Z", "Shift-Tab"},
    {"\x1bx\x1bX\x1b\x18\x1b\r", "Alt-x Alt-X Ctrl-Alt-x Alt-Enter"},
    {"\x1b"
     "é",
     "Alt-é"},
    {"\x1b\x1b[A", "Alt-Up"},
    {"\x1b[a\x1b[2$\x1b[3^\x1bOa", "Shift-Up Shift-Insert Ctrl-Delete Ctrl-Up"}, /* rxvt */
    {"\x1bOM\x1bOp\x1bOk", "Enter 0 +"},                                         /* keypad */
    /* CSI u and modifyOtherKeys */
    {"\x1b[97u\x1b[97;5u\x1b[97;2u", "a Ctrl-a A"},
    {"\x1b[13;2u\x1b[9;5u\x1b[27u", "Shift-Enter Ctrl-Tab Esc"},
    {"\x1b[27;5;120~\x1b[27;2;13~", "Ctrl-x Shift-Enter"},
    {"\x1b[97;5:1u\x1b[97;5:3u\x1b[98;1:2u", "Ctrl-a b"}, /* a release is no key */
    {"\x1b[97:65;2u", "A"},
    {"\x1b[57358ux", "x"}, /* CapsLock */
    {"\x1b[57414u\x1b[57399u", "Enter 0"},
    /* mouse */
    {"\x1b[<0;1;1M\x1b[<0;1;1m", "MousePress1@0,0 MouseRelease1@0,0"},
    {"\x1b[<2;80;24M", "MousePress3@23,79"},
    {"\x1b[<64;5;6M\x1b[<65;5;6M", "WheelUp0@5,4 WheelDown0@5,4"},
    {"\x1b[<32;5;6M", "MouseDrag1@5,4"},
    {"\x1b[<16;300;200M", "Ctrl-MousePress1@199,299"},
    {"\x1b[<35;5;6M\x1b[<66;5;6M\x1b[<0;0;0Mx", "x"}, /* motion, sideways wheel, nonsense */
    {"\x1b[M !!\x1b[M#!!", "MousePress1@0,0 MouseRelease1@0,0"},
    /* paste */
    {"\x1b[200~hello\nworld\x1b[201~x", "'hello\nworld' x"},
    {"\x1b[200~\x1b[A\x1b[201~", "'\x1b[A'"},
    {"\x1b[200~\x1b[201~y", "y"},
    {"\x1b[201~y", "y"},
    /* answers and events are swallowed */
    {"\x1b]11;rgb:0000/0000/0000\ax", "x"},
    {"\x1b]11;rgb:ffff/ffff/ffff\x1b\\x", "x"},
    {"\x1bP1$r0m\x1b\\x", "x"},
    {"\x1b[?62;22cx", "x"},
    {"\x1b[24;80Rx", "x"},
    {"\x1b[I\x1b[Ox", "x"},
    {"\x1b[?2026;2$yx", "x"},
    /* garbage */
    {"\xff\xfe\x80x", "x"},
    {"\xc3(x", "( x"},
    {"\x1b[999999999999999999999~x", "x"},
    {"\x1b[;;;;;;;;;;;;;;;;Ax", "Up x"},
    {"\x1b[1;5\x18x", "Ctrl-x x"},
    {"\x1b[\x1b[A", "Up"},
    {"\x1b[12\xff"
     "A",
     "A"},
    {"\xc2\x9bx", "x"},
};

static void complete_sequences_give_their_keys_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(complete); i++) {
        char keys[512];
        struct key_decoder *decoder = key_decoder_create();
        key_decoder_feed(decoder, complete[i].bytes, strlen(complete[i].bytes));
        describe(decoder, false, keys, sizeof keys);
        if (strcmp(keys, complete[i].keys) != 0)
            fail_msg("%zu: '%s', expected '%s'", i, keys, complete[i].keys);
        assert_int_equal(key_decoder_state(decoder), KEY_DECODER_IDLE);
        key_decoder_destroy(decoder);
    }
}

/* A slow line may cut sequences anywhere. But for ESC ], where the pause is the message. */
static void sequences_may_come_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(complete); i++) {
        char keys[512] = "", part[160];
        struct key_decoder *decoder = key_decoder_create();
        for (const char *byte = complete[i].bytes; *byte != '\0'; byte++) {
            key_decoder_feed(decoder, byte, 1);
            describe(decoder, false, part, sizeof part);
            if (part[0] != '\0')
                snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", keys[0] != '\0' ? " " : "", part);
        }
        if (strcmp(keys, complete[i].keys) != 0)
            fail_msg("%zu: '%s', expected '%s'", i, keys, complete[i].keys);
        key_decoder_destroy(decoder);
    }
}

static const struct sequence partial[] = {
    {"\x1b", "Esc"},
    {"\x1b\x1b", "Esc Esc"},
    {"\x1b[", "Alt-["},
    {"\x1bO", "Alt-O"},
    {"\x1b]", "Alt-]"},
    {"\x1bP", "Alt-P"},
    {"a\x1b", "a Esc"},
    {"\x1b[1;", ""},
    {"\x1b[M !", ""},
    {"\xe4\xb8", ""},
    {"\x1b]11;rgb:0", "Alt-] 1 1 ; r g b : 0"},
    {"\x1b[200~half", "'half'"},
    {"\x1b[200~half\x1b[20", "'half\x1b[20'"},
};

static void partial_sequences_wait_until_the_time_is_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(partial); i++) {
        char keys[512], rest[512];
        struct key_decoder *decoder = key_decoder_create();
        key_decoder_feed(decoder, partial[i].bytes, strlen(partial[i].bytes));
        describe(decoder, false, keys, sizeof keys);
        assert_int_not_equal(key_decoder_state(decoder), KEY_DECODER_IDLE);
        describe(decoder, true, rest, sizeof rest);
        if (keys[0] != '\0' && rest[0] != '\0')
            strcat(keys, " ");
        strcat(keys, rest);
        if (strcmp(keys, partial[i].keys) != 0)
            fail_msg("%zu: '%s', expected '%s'", i, keys, partial[i].keys);
        assert_int_equal(key_decoder_state(decoder), KEY_DECODER_IDLE);
        key_decoder_destroy(decoder);
    }
}

static void terminfo_has_the_first_word(void **state)
{
    (void)state;
    struct key_decoder *decoder = key_decoder_create();
    struct key key;
    char keys[128];
    assert_true(key_parse("F5", &key));
    key_decoder_add(decoder, "\x1b[A", key);
    assert_true(key_parse("Shift-F1", &key));
    key_decoder_add(decoder, "\x1b[Ab", key);
    key_decoder_add(decoder, NULL, key);
    key_decoder_add(decoder, "x", key);
    key_decoder_feed(decoder, "\x1b[Ab\x1b[Ax", 8);
    describe(decoder, false, keys, sizeof keys);
    assert_string_equal(keys, "Shift-F1 F5 x");
    /* The shorter one is not decided while the longer may come. */
    key_decoder_feed(decoder, "\x1b[A", 3);
    describe(decoder, false, keys, sizeof keys);
    assert_string_equal(keys, "");
    describe(decoder, true, keys, sizeof keys);
    assert_string_equal(keys, "F5");
    key_decoder_destroy(decoder);
}

static void the_erase_character_is_backspace(void **state)
{
    (void)state;
    struct key_decoder *decoder = key_decoder_create();
    char keys[128];
    key_decoder_set_erase(decoder, true);
    key_decoder_feed(decoder, "\x08\x7f", 2);
    describe(decoder, false, keys, sizeof keys);
    assert_string_equal(keys, "Backspace Backspace");
    key_decoder_destroy(decoder);
}

static void long_pastes_come_in_parts(void **state)
{
    (void)state;
    struct key_decoder *decoder = key_decoder_create();
    struct key key;
    size_t total = 0, length = 1000000;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'p', length);
    key_decoder_feed(decoder, "\x1b[200~", 6);
    for (size_t at = 0; at < length; at += 5000) {
        key_decoder_feed(decoder, text + at, 5000);
        while (key_decoder_next(decoder, false, &key)) {
            assert_int_equal(key.kind, KEY_KIND_PASTE);
            total += key.length;
        }
    }
    key_decoder_feed(decoder, "\x1b[201~q", 7);
    assert_true(key_decoder_next(decoder, false, &key));
    assert_int_equal(total + key.length, length);
    assert_true(key_decoder_next(decoder, false, &key));
    assert_int_equal(key.codepoint, 'q');
    free(text);
    key_decoder_destroy(decoder);
}

struct arrival {
    const char *bytes;
    int64_t silence; /* ms before it */
};

struct lost_end {
    struct arrival arrivals[5];
    const char *keys;
    bool timed_out; /* and nothing more came for long */
};

static const struct lost_end lost_ends[] = {
    {{{"\x1b[200~text", 0}, {"q", 300}, {"\r", 200}}, "'text' q Enter", false},
    {{{"\x1b[200~text", 0}, {"q", 300}, {"r", 1}, {"s", 1}}, "'text' q r s", false},
    {{{"\x1b[200~text", 0}, {"\x1b[A", 300}}, "'text' Up", false},
    {{{"\x1b[200~text", 0}, {"\x1b[24;5~", 300}}, "'text' Ctrl-F12", false},
    {{{"\x1b[200~text", 0}, {"é", 300}}, "'text' é", false},
    {{{"\x1b[200~", 0}, {"q", 300}}, "q", false},
    {{{"\x1b[200~text", 0}, {"\x03", 0}, {"q", 0}}, "'text' Ctrl-c q", false},
    {{{"\x1b[200~text", 0}, {"\x1b", 300}}, "'text' Esc", true},
    {{{"\x1b[200~text", 0}, {"\x1b", 0}}, "'text' Esc", true},
    {{{"\x1b[200~text", 0}, {"\x1b", 300}, {"q", 300}, {"x", 300}}, "'text\x1bq' x", false},
    /* slow lines */
    {{{"\x1b[200~te", 0}, {"xt and more", 900}, {"x\x1b[201~", 900}}, "'text and morex'", false},
    {{{"\x1b[200~te", 0}, {"xt", 900}, {"\x1b[201~q", 900}}, "'text' q", false},
    {{{"\x1b[200~text", 0}, {"\x1b", 300}, {"[201~", 300}}, "'text'", false},
    {{{"\x1b[200~text\x1b[20", 0}, {"1", 300}, {"~q", 300}}, "'text' q", false},
    {{{"\x1b[200~text", 0}, {"\x1b[201~", 300}}, "'text'", false},
    {{{"\x1b[200~t", 0}, {"e", 90}, {"x", 90}, {"t", 90}, {"\x1b[201~", 90}}, "'text'", false},
    /* once it is over */
    {{{"\x1b[200~a", 0}, {"q", 300}, {"\x1b[200~b\x1b[201~", 300}, {"c", 0}}, "'a' q 'b' c", false},
};

static void a_paste_without_its_end_is_over_with_the_next_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lost_ends); i++) {
        char keys[512] = "", part[160];
        struct key_decoder *decoder = key_decoder_create();
        for (const struct arrival *at = lost_ends[i].arrivals; at < lost_ends[i].arrivals + 5 && at->bytes; at++) {
            key_decoder_feed_after(decoder, at->bytes, strlen(at->bytes), at->silence);
            describe(decoder, false, part, sizeof part);
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", *keys && *part ? " " : "", part);
        }
        if (lost_ends[i].timed_out) {
            assert_int_equal(key_decoder_state(decoder), KEY_DECODER_PASTING_ESC);
            describe(decoder, true, part, sizeof part);
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", *keys && *part ? " " : "", part);
        }
        if (strcmp(keys, lost_ends[i].keys) != 0)
            fail_msg("%zu: %s, expected %s", i, keys, lost_ends[i].keys);
        assert_int_equal(key_decoder_state(decoder), KEY_DECODER_IDLE);
        key_decoder_destroy(decoder);
    }
}

static void the_background_colour_is_remembered(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        unsigned rgb[3];
    } cases[] = {
        {"\x1b]11;rgb:ffff/8080/0000\x1b\\", {255, 128, 0}},
        {"\x1b]11;rgb:1e/20/30\a", {0x1e, 0x20, 0x30}},
        {"\x1b]11;rgb:f/0/8\a", {255, 0, 136}},
    };
    unsigned red, green, blue;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct key_decoder *decoder = key_decoder_create();
        struct key key;
        assert_false(key_decoder_background(decoder, &red, &green, &blue));
        key_decoder_feed(decoder, "\x1b]11;?\a", 7);
        key_decoder_feed(decoder, "\x1b]11;rgb:zz/0/0\a", 16);
        key_decoder_feed(decoder, "\x1b]11;rgb:         f/0/0\a", 24);
        assert_false(key_decoder_next(decoder, false, &key));
        assert_false(key_decoder_background(decoder, &red, &green, &blue));
        key_decoder_feed(decoder, cases[i].answer, strlen(cases[i].answer));
        assert_false(key_decoder_next(decoder, false, &key));
        assert_true(key_decoder_background(decoder, &red, &green, &blue));
        assert_int_equal(red, cases[i].rgb[0]);
        assert_int_equal(green, cases[i].rgb[1]);
        assert_int_equal(blue, cases[i].rgb[2]);
        key_decoder_destroy(decoder);
    }
}

/* No input may crash it or make it stand still. */
static void random_bytes_do_no_harm(void **state)
{
    (void)state;
    static const char alphabet[] = "\x1b\x1b\x1b[[[O]<;:0123456789~uMmAPR$^\a\\ \xc3\xa9\xff\x7fx";
    uint32_t seed = 12345;
    struct key_decoder *decoder = key_decoder_create();
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        key_decoder_feed(decoder, bytes, sizeof bytes);
        struct key key;
        bool timed_out = round % 7 == 0;
        while (key_decoder_next(decoder, timed_out, &key))
            assert_int_not_equal(key.kind, KEY_KIND_NONE);
    }
    key_decoder_destroy(decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_sequences_give_their_keys_at_once),
        cmocka_unit_test(sequences_may_come_byte_by_byte),
        cmocka_unit_test(partial_sequences_wait_until_the_time_is_up),
        cmocka_unit_test(terminfo_has_the_first_word),
        cmocka_unit_test(the_erase_character_is_backspace),
        cmocka_unit_test(long_pastes_come_in_parts),
        cmocka_unit_test(a_paste_without_its_end_is_over_with_the_next_key),
        cmocka_unit_test(the_background_colour_is_remembered),
        cmocka_unit_test(random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
