/* One step looks at the front of the buffer and either takes a key off, drops bytes that mean nothing to
 * us, or waits for more. Sequences of terminfo come first, as terminals without relatives (linux, rxvt)
 * give common forms another meaning; then the grammar of ECMA-48, so that whatever a terminal may send,
 * we know where it ends. */
#include "term_keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"
#include "xalloc.h"

#define ESC             '\x1b'
#define SEQUENCE_LIMIT  128  /* longer control sequences are garbage */
#define STRING_LIMIT    4096 /* the same for OSC and DCS */
#define PASTE_LIMIT     KEY_PASTE_PART
#define PASTE_END       "\x1b[201~"
#define PASTE_PAUSE     150 /* ms: parts of a paste follow each other faster, but for slow lines, whose parts are long */
#define TYPED_MAX       8   /* bytes of the longest key by itself */
#define PARAMETER_LIMIT 6

struct known_sequence {
    char *bytes; /* owned */
    size_t length;
    struct key key;
};

struct key_decoder {
    char *bytes; /* owned; fed and not consumed from START to END */
    size_t start, end, capacity;
    struct known_sequence *known; /* owned */
    size_t known_count, known_capacity;
    char *paste; /* owned; what was pasted so far */
    size_t paste_length, paste_capacity;
    bool pasting;
    bool paste_given; /* paste was handed out and is dropped by the next call */
    bool paste_cut;   /* its end mark got lost: it ends at PASTE_STOP */
    size_t paste_stop;
    bool erase_is_backspace;
    bool partial;
    bool background_known;
    unsigned background[3];
};

/* What the front of the buffer turned out to be. */
struct step {
    enum { STEP_KEY, STEP_DROP, STEP_WAIT } what;
    size_t used; /* bytes, for KEY and DROP */
};

static const struct step wait_for_more = {.what = STEP_WAIT};

static struct step key_of(size_t used)
{
    return (struct step){.what = STEP_KEY, .used = used};
}

static struct step drop(size_t used)
{
    return (struct step){.what = STEP_DROP, .used = used};
}

struct key_decoder *key_decoder_create(void)
{
    return xcalloc(1, sizeof(struct key_decoder));
}

void key_decoder_destroy(struct key_decoder *decoder)
{
    if (decoder == NULL)
        return;
    for (size_t i = 0; i < decoder->known_count; i++)
        free(decoder->known[i].bytes);
    free(decoder->known);
    free(decoder->bytes);
    free(decoder->paste);
    free(decoder);
}

void key_decoder_add(struct key_decoder *decoder, const char *sequence, struct key key)
{
    if (sequence == NULL || sequence[0] != ESC || sequence[1] == '\0')
        return;
    size_t length = strlen(sequence);
    xgrow(&decoder->known, &decoder->known_capacity, decoder->known_count + 1, sizeof(struct known_sequence));
    decoder->known[decoder->known_count++] =
        (struct known_sequence){.bytes = xmemdup(sequence, length), .length = length, .key = key};
}

void key_decoder_set_erase(struct key_decoder *decoder, bool backspace)
{
    decoder->erase_is_backspace = backspace;
}

/* A character or a sequence, and nothing of an end mark. */
static bool is_one_key(const char *bytes, size_t length)
{
    unsigned char first = (unsigned char)bytes[0];
    if (length > TYPED_MAX)
        return false;
    if (first == ESC)
        return memcmp(bytes, PASTE_END, length < strlen(PASTE_END) ? length : strlen(PASTE_END)) != 0;
    size_t character = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return length == character;
}

/* Whether the paste that is open must have ended before these bytes. */
static bool was_typed(const struct key_decoder *decoder, const char *bytes, size_t length, int64_t silence)
{
    if (!decoder->pasting || decoder->paste_cut || length == 0 || decoder->end > decoder->start)
        return false; /* what waits is the begin of an end mark: this may be its rest */
    return (length == 1 && bytes[0] == 0x03) || (silence >= PASTE_PAUSE && is_one_key(bytes, length));
}

void key_decoder_feed(struct key_decoder *decoder, const char *bytes, size_t length)
{
    key_decoder_feed_after(decoder, bytes, length, 0);
}

void key_decoder_feed_after(struct key_decoder *decoder, const char *bytes, size_t length, int64_t silence)
{
    bool typed = was_typed(decoder, bytes, length, silence);
    if (decoder->start > 0) {
        memmove(decoder->bytes, decoder->bytes + decoder->start, decoder->end - decoder->start);
        decoder->end -= decoder->start;
        decoder->start = 0;
    }
    if (typed) {
        decoder->paste_cut = true;
        decoder->paste_stop = decoder->end;
    }
    xgrow(&decoder->bytes, &decoder->capacity, decoder->end + length, 1);
    if (length > 0)
        memcpy(decoder->bytes + decoder->end, bytes, length);
    decoder->end += length;
}

static struct key character(uint32_t codepoint, unsigned modifiers)
{
    return (struct key){.kind = KEY_KIND_CHAR, .codepoint = codepoint, .modifiers = modifiers};
}

static struct key named(enum key_name name, unsigned modifiers)
{
    return (struct key){.kind = KEY_KIND_NAMED, .name = name, .modifiers = modifiers};
}

/* A control character, or DEL. */
static struct key control(const struct key_decoder *decoder, unsigned char byte, unsigned modifiers)
{
    switch (byte) {
    case 0x00:
        return character(' ', modifiers | KEY_CTRL);
    case 0x08:
        if (decoder->erase_is_backspace)
            return named(KEY_NAME_BACKSPACE, modifiers);
        break;
    case '\t':
        return named(KEY_NAME_TAB, modifiers);
    case '\r':
        return named(KEY_NAME_ENTER, modifiers);
    case 0x1b:
        return named(KEY_NAME_ESC, modifiers);
    case 0x7f:
        return named(KEY_NAME_BACKSPACE, modifiers);
    default:
        break;
    }
    return character(byte <= 26 ? (uint32_t)byte + 'a' - 1 : (uint32_t)byte + '@', modifiers | KEY_CTRL);
}

/* A key that a terminal reports by its code point and modifiers (CSI u, modifyOtherKeys), in the form
 * in which the plain encoding gives it. */
static bool from_codepoint(unsigned codepoint, unsigned modifiers, struct key *out)
{
    static const struct {
        unsigned codepoint;
        enum key_name name;
    } special[] = {
        {9, KEY_NAME_TAB},       {13, KEY_NAME_ENTER},    {27, KEY_NAME_ESC},        {127, KEY_NAME_BACKSPACE},
        {8, KEY_NAME_BACKSPACE}, {57414, KEY_NAME_ENTER}, {57417, KEY_NAME_LEFT},    {57418, KEY_NAME_RIGHT},
        {57419, KEY_NAME_UP},    {57420, KEY_NAME_DOWN},  {57421, KEY_NAME_PAGE_UP}, {57422, KEY_NAME_PAGE_DOWN},
        {57423, KEY_NAME_HOME},  {57424, KEY_NAME_END},   {57425, KEY_NAME_INSERT},  {57426, KEY_NAME_DELETE},
    };
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (special[i].codepoint == codepoint) {
            *out = named(special[i].name, modifiers);
            return true;
        }
    }
    static const char keypad[] = "0123456789./*-+"; /* kitty's keypad, from 57399 */
    if (codepoint >= 57399 && codepoint < 57399 + sizeof keypad - 1)
        codepoint = (unsigned char)keypad[codepoint - 57399];
    if (codepoint < 0x20 || codepoint > 0x10ffff || (codepoint >= 0xe000 && codepoint <= 0xf8ff))
        return false; /* CapsLock and the like live in the private area */
    if ((modifiers & KEY_CTRL) && codepoint >= 'A' && codepoint <= 'Z')
        codepoint += 'a' - 'A';
    if ((modifiers & KEY_SHIFT) && !(modifiers & KEY_CTRL)) {
        if (codepoint >= 'a' && codepoint <= 'z')
            codepoint -= 'a' - 'A';
        modifiers &= ~(unsigned)KEY_SHIFT;
    }
    *out = character(codepoint, modifiers);
    return true;
}

/* The parameter 1 + bits of a modified key. Bits that we do not know (super, locks) are ignored. */
static unsigned modifiers_of(unsigned parameter)
{
    unsigned bits = parameter > 0 ? parameter - 1 : 0;
    unsigned meta = bits & 8 ? KEY_ALT : 0;
    return (bits & 1 ? KEY_SHIFT : 0) | (bits & 2 ? KEY_ALT : 0) | (bits & 4 ? KEY_CTRL : 0) | meta;
}

/* A control sequence taken apart. */
struct sequence {
    char prefix; /* one of <=>? or 0 */
    unsigned parameters[PARAMETER_LIMIT];
    unsigned event; /* kitty's second part of the modifiers: 1 press, 2 repeat, 3 release */
    size_t count;
    char final;    /* 0: it was broken off, by the byte after LENGTH */
    size_t length; /* bytes from ESC to the final one */
};

static void take_parameter(struct sequence *sequence, size_t index, size_t part, unsigned value)
{
    if (index >= PARAMETER_LIMIT)
        return;
    sequence->count = index + 1;
    if (part == 0)
        sequence->parameters[index] = value;
    else if (index == 1 && part == 1)
        sequence->event = value;
}

/* Take BYTES, which begin with ESC [, apart. False when the end is not there yet. */
static bool parse_sequence(const char *bytes, size_t length, struct sequence *out)
{
    *out = (struct sequence){0};
    size_t at = 2, index = 0, part = 0;
    unsigned value = 0;
    if (at < length && bytes[at] >= '<' && bytes[at] <= '?')
        out->prefix = bytes[at++];
    bool any = false;
    for (; at < length && at < SEQUENCE_LIMIT; at++) {
        char byte = bytes[at];
        if (byte >= '0' && byte <= '9') {
            value = value < 100000000 ? value * 10 + (unsigned)(byte - '0') : value;
            any = true;
        } else if (byte == ';' || byte == ':') {
            take_parameter(out, index, part, value);
            index += byte == ';';
            part = byte == ':' ? part + 1 : 0;
            value = 0;
            any = true;
        } else if ((byte >= '@' && byte <= '~') || (byte == '$' && any && out->prefix == 0)) {
            /* rxvt ends shifted keys with $, an intermediate byte elsewhere */
            if (any)
                take_parameter(out, index, part, value);
            out->final = byte;
            out->length = at + 1;
            return true;
        } else if (byte < ' ' || byte > '/') {
            break; /* control or 8-bit */
        }
    }
    out->length = at;
    return at < length || at >= SEQUENCE_LIMIT;
}

static const struct {
    char final;
    enum key_name name;
} letter_keys[] = {
    {'A', KEY_NAME_UP},   {'B', KEY_NAME_DOWN}, {'C', KEY_NAME_RIGHT}, {'D', KEY_NAME_LEFT}, {'F', KEY_NAME_END},
    {'H', KEY_NAME_HOME}, {'P', KEY_NAME_F1},   {'Q', KEY_NAME_F2},    {'R', KEY_NAME_F3},   {'S', KEY_NAME_F4},
};

static enum key_name letter_key(char final)
{
    for (size_t i = 0; i < sizeof letter_keys / sizeof letter_keys[0]; i++) {
        if (letter_keys[i].final == final)
            return letter_keys[i].name;
    }
    return 0;
}

/* `CSI number ~`: the VT220's keys, with rxvt's other endings. */
static bool tilde_key(unsigned number, struct key *out)
{
    static const uint8_t names[] = {
        [1] = KEY_NAME_HOME,    [2] = KEY_NAME_INSERT,    [3] = KEY_NAME_DELETE, [4] = KEY_NAME_END,
        [5] = KEY_NAME_PAGE_UP, [6] = KEY_NAME_PAGE_DOWN, [7] = KEY_NAME_HOME,   [8] = KEY_NAME_END,
        [11] = KEY_NAME_F1,     [12] = KEY_NAME_F2,       [13] = KEY_NAME_F3,    [14] = KEY_NAME_F4,
        [15] = KEY_NAME_F5,     [17] = KEY_NAME_F6,       [18] = KEY_NAME_F7,    [19] = KEY_NAME_F8,
        [20] = KEY_NAME_F9,     [21] = KEY_NAME_F10,      [23] = KEY_NAME_F11,   [24] = KEY_NAME_F12,
    };
    /* F13 to F20 are what a PC keyboard has as Shift-F1 to Shift-F8 */
    static const uint8_t shifted[] = {
        [25] = KEY_NAME_F1, [26] = KEY_NAME_F2, [28] = KEY_NAME_F3, [29] = KEY_NAME_F4,
        [31] = KEY_NAME_F5, [32] = KEY_NAME_F6, [33] = KEY_NAME_F7, [34] = KEY_NAME_F8,
    };
    if (number < sizeof names && names[number] != 0) {
        *out = named((enum key_name)names[number], 0);
        return true;
    }
    if (number < sizeof shifted && shifted[number] != 0) {
        *out = named((enum key_name)shifted[number], KEY_SHIFT);
        return true;
    }
    return false;
}

static bool mouse_report(unsigned code, unsigned column, unsigned row, bool release, struct key *out)
{
    if (column == 0 || row == 0 || column > 10000 || row > 10000)
        return false;
    *out = (struct key){
        .kind = KEY_KIND_MOUSE,
        .modifiers = (code & 4 ? KEY_SHIFT : 0) | (code & 8 ? KEY_ALT : 0) | (code & 16 ? KEY_CTRL : 0),
        .row = (int)row - 1,
        .column = (int)column - 1,
        .button = (int)(code & 3) + 1,
    };
    if (code & 64) {
        if ((code & 3) > 1 || release)
            return false; /* sideways */
        out->mouse = code & 1 ? KEY_MOUSE_WHEEL_DOWN : KEY_MOUSE_WHEEL_UP;
        out->button = 0;
        return true;
    }
    if (code & 128 || ((code & 3) == 3 && code & 32))
        return false; /* more buttons than three; motion without one */
    out->mouse = release ? KEY_MOUSE_RELEASE : code & 32 ? KEY_MOUSE_DRAG : KEY_MOUSE_PRESS;
    if ((code & 3) == 3) {
        out->mouse = KEY_MOUSE_RELEASE; /* X10 does not say of which */
        out->button = 1;
    }
    return true;
}

/* What a plain control sequence means; false if nothing to us. */
static bool sequence_key(const struct sequence *sequence, struct key *out)
{
    unsigned first = sequence->count > 0 ? sequence->parameters[0] : 0;
    unsigned held = sequence->count > 1 ? modifiers_of(sequence->parameters[1]) : 0;
    if (sequence->event == 3)
        return false;
    enum key_name name;
    switch (sequence->final) {
    case '~':
        if (first == 27 && sequence->count >= 3)
            return from_codepoint(sequence->parameters[2], held, out);
        if (!tilde_key(first, out))
            return false;
        out->modifiers |= held;
        return true;
    case '$':
    case '^':
    case '@':
        if (!tilde_key(first, out))
            return false;
        out->modifiers |= sequence->final == '$' ? KEY_SHIFT : sequence->final == '^' ? KEY_CTRL : KEY_SHIFT | KEY_CTRL;
        return true;
    case 'u':
        return sequence->count > 0 && from_codepoint(first, held, out);
    case 'Z':
        *out = named(KEY_NAME_TAB, held | KEY_SHIFT);
        return true;
    case 'a':
    case 'b':
    case 'c':
    case 'd':
        *out = named(letter_key((char)(sequence->final - 'a' + 'A')), KEY_SHIFT);
        return sequence->count == 0;
    default:
        name = letter_key(sequence->final);
        /* With two numbers and another first one it is an answer (CSI row ; column R). */
        if (name == 0 || (sequence->count > 0 && first > 1))
            return false;
        *out = named(name, held);
        return true;
    }
}

static size_t paste_room(struct key_decoder *decoder, size_t length)
{
    size_t room = PASTE_LIMIT - decoder->paste_length;
    return length < room ? length : room;
}

static void start_paste(struct key_decoder *decoder)
{
    decoder->pasting = true;
    decoder->paste_length = 0;
}

static struct step csi_step(struct key_decoder *decoder, const char *bytes, size_t length, bool timed_out,
                            struct key *out)
{
    if (length >= 3 && bytes[2] == '[') { /* the Linux console's F1 to F5 */
        if (length < 4)
            return timed_out ? drop(3) : wait_for_more;
        *out = named((enum key_name)(KEY_NAME_F1 + (bytes[3] - 'A')), 0);
        return bytes[3] >= 'A' && bytes[3] <= 'E' ? key_of(4) : drop(3);
    }
    if (length >= 3 && bytes[2] == 'M') { /* X10 mouse: three bytes, each from 32 */
        if (length < 6)
            return timed_out ? drop(length) : wait_for_more;
        unsigned code = (unsigned char)bytes[3], column = (unsigned char)bytes[4], row = (unsigned char)bytes[5];
        bool sane = code >= 32 && column > 32 && row > 32;
        return sane && mouse_report(code - 32, column - 32, row - 32, false, out) ? key_of(6) : drop(6);
    }
    struct sequence sequence;
    if (!parse_sequence(bytes, length, &sequence)) {
        if (!timed_out)
            return wait_for_more;
        if (length > 2)
            return drop(length);
        *out = character('[', KEY_ALT);
        return key_of(2);
    }
    if (sequence.final == 0)
        return drop(sequence.length);
    if (sequence.prefix == '<' && (sequence.final == 'M' || sequence.final == 'm') && sequence.count == 3) {
        const unsigned *value = sequence.parameters;
        bool known = mouse_report(value[0], value[1], value[2], sequence.final == 'm', out);
        return known ? key_of(sequence.length) : drop(sequence.length);
    }
    if (sequence.prefix != 0)
        return drop(sequence.length);
    if (sequence.final == '~' && sequence.count == 1 && sequence.parameters[0] == 200) {
        start_paste(decoder);
        return drop(sequence.length);
    }
    return sequence_key(&sequence, out) ? key_of(sequence.length) : drop(sequence.length);
}

/* ESC O and a letter: application cursor keys, PF1 to PF4, the keypad; rxvt puts a modifier between. */
static struct step ss3_step(const char *bytes, size_t length, bool timed_out, struct key *out)
{
    size_t at = 2;
    unsigned held = 0;
    while (at < length && at < 4 && bytes[at] >= '1' && bytes[at] <= '8')
        held = modifiers_of((unsigned)(bytes[at++] - '0'));
    if (at >= length) {
        if (!timed_out)
            return wait_for_more;
        *out = character('O', KEY_ALT);
        return key_of(2);
    }
    char letter = bytes[at];
    static const char keypad[] = "jklmnopqrstuvwxy";
    static const char printed[] = "*+,-./0123456789";
    const char *place = letter != '\0' ? strchr(keypad, letter) : NULL;
    enum key_name name = letter_key(letter);
    if (name != 0)
        *out = named(name, held);
    else if (letter == 'M')
        *out = named(KEY_NAME_ENTER, held);
    else if (letter == 'I')
        *out = named(KEY_NAME_TAB, held);
    else if (letter >= 'a' && letter <= 'd')
        *out = named(letter_key((char)(letter - 'a' + 'A')), KEY_CTRL);
    else if (place != NULL)
        *out = character((unsigned char)printed[place - keypad], held);
    else
        return letter >= ' ' && letter <= '~' ? drop(at + 1) : drop(at);
    return key_of(at + 1);
}

/* `OSC 11 ; rgb:RRRR/GGGG/BBBB`, with one to four digits each. */
static void take_background(struct key_decoder *decoder, const char *bytes, size_t length)
{
    char text[64];
    unsigned value[3];
    int digits[4];
    if (length < 4 || length >= sizeof text || strncmp(bytes, "11;", 3) != 0)
        return;
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (sscanf(text, "11;rgb:%n%4x%n/%4x%n/%4x%n", &digits[0], &value[0], &digits[1], &value[1], &digits[2], &value[2],
               &digits[3]) != 3)
        return;
    for (int i = 0; i < 3; i++) {
        int count = digits[i + 1] - digits[i] - (i > 0);
        if (count < 1 || count > 4) /* scanf() skips blanks */
            return;
        unsigned full = (1u << (4 * count)) - 1;
        decoder->background[i] = value[i] * 255 / full;
    }
    decoder->background_known = true;
}

/* An answer in the form of a string: ESC ] or P or _ or ^, ended by BEL or ESC \. */
static struct step string_step(struct key_decoder *decoder, const char *bytes, size_t length, bool timed_out,
                               struct key *out)
{
    if (length == 2) {
        *out = character((unsigned char)bytes[1], KEY_ALT);
        return timed_out ? key_of(2) : wait_for_more;
    }
    for (size_t at = 2; at < length; at++) {
        size_t end = bytes[at] == '\a'                                              ? at + 1
                     : bytes[at] == ESC && at + 1 < length && bytes[at + 1] == '\\' ? at + 2
                                                                                    : 0;
        if (end > 0) {
            if (bytes[1] == ']')
                take_background(decoder, bytes + 2, at - 2);
            return drop(end);
        }
        /* A key in the midst of it: this is no answer but Alt-] and what was typed after it. */
        if ((bytes[at] == ESC && at + 1 < length) || (bytes[at] >= 0 && bytes[at] < ' ' && bytes[at] != ESC)) {
            *out = character((unsigned char)bytes[1], KEY_ALT);
            return key_of(2);
        }
    }
    if (length > STRING_LIMIT)
        return drop(length);
    if (!timed_out)
        return wait_for_more;
    *out = character((unsigned char)bytes[1], KEY_ALT);
    return key_of(2);
}

/* A character or control byte. */
static struct step plain_step(const struct key_decoder *decoder, const char *bytes, size_t length, bool timed_out,
                              unsigned modifiers, struct key *out)
{
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x20 || first == 0x7f) {
        *out = control(decoder, first, modifiers);
        return key_of(1);
    }
    uint32_t codepoint;
    size_t used = width_decode(bytes, length, &codepoint);
    if (used > 0) {
        *out = character(codepoint, modifiers);
        return codepoint >= 0x80 && codepoint < 0xa0 ? drop(used) : key_of(used);
    }
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    bool may_grow = first >= 0xc2 && first <= 0xf4 && length < wanted;
    for (size_t i = 1; i < length && may_grow; i++)
        may_grow = ((unsigned char)bytes[i] & 0xc0) == 0x80;
    return may_grow && !timed_out ? wait_for_more : drop(1);
}

static struct step escape_step(struct key_decoder *decoder, const char *bytes, size_t length, bool timed_out,
                               struct key *out)
{
    if (length == 1) {
        *out = named(KEY_NAME_ESC, 0);
        return timed_out ? key_of(1) : wait_for_more;
    }
    switch (bytes[1]) {
    case '[':
        return csi_step(decoder, bytes, length, timed_out, out);
    case 'O':
        return ss3_step(bytes, length, timed_out, out);
    case ']':
    case 'P':
    case '_':
    case '^':
        return string_step(decoder, bytes, length, timed_out, out);
    case ESC:
        /* Alt with a key that is a sequence, or Esc twice. */
        if (length == 2 && !timed_out)
            return wait_for_more;
        if (length > 2 && (bytes[2] == '[' || bytes[2] == 'O')) {
            struct step step = escape_step(decoder, bytes + 1, length - 1, timed_out, out);
            if (step.what == STEP_KEY)
                out->modifiers |= KEY_ALT;
            step.used += step.what != STEP_WAIT;
            return step;
        }
        *out = named(KEY_NAME_ESC, 0);
        return key_of(1);
    default: {
        struct step step = plain_step(decoder, bytes + 1, length - 1, timed_out, KEY_ALT, out);
        step.used += step.what != STEP_WAIT;
        return step;
    }
    }
}

/* The longest of terminfo's sequences at the front. *PARTIAL: a longer one may be on its way. */
static const struct known_sequence *find_known(const struct key_decoder *decoder, const char *bytes, size_t length,
                                               bool *partial)
{
    const struct known_sequence *best = NULL;
    *partial = false;
    for (size_t i = 0; i < decoder->known_count; i++) {
        const struct known_sequence *known = &decoder->known[i];
        size_t common = known->length < length ? known->length : length;
        if (memcmp(known->bytes, bytes, common) != 0)
            continue;
        if (common < known->length)
            *partial = true;
        else if (best == NULL || known->length > best->length)
            best = known;
    }
    return best;
}

static struct step front_step(struct key_decoder *decoder, bool timed_out, struct key *out)
{
    const char *bytes = decoder->bytes + decoder->start;
    size_t length = decoder->end - decoder->start;
    if (bytes[0] != ESC)
        return plain_step(decoder, bytes, length, timed_out, 0, out);
    bool partial;
    const struct known_sequence *known = find_known(decoder, bytes, length, &partial);
    if (partial && !timed_out)
        return wait_for_more;
    if (known != NULL) {
        *out = known->key;
        return key_of(known->length);
    }
    return escape_step(decoder, bytes, length, timed_out, out);
}

static bool give_paste(struct key_decoder *decoder, struct key *out)
{
    decoder->paste_given = true;
    *out = (struct key){.kind = KEY_KIND_PASTE, .text = decoder->paste, .length = decoder->paste_length};
    return true;
}

static void take_paste(struct key_decoder *decoder, size_t length)
{
    xgrow(&decoder->paste, &decoder->paste_capacity, decoder->paste_length + length + 1, 1);
    memcpy(decoder->paste + decoder->paste_length, decoder->bytes + decoder->start, length);
    decoder->paste_length += length;
    decoder->paste[decoder->paste_length] = '\0';
    decoder->start += length;
}

/* Nothing came behind an ESC in a paste. */
static bool waits_for_escape(const struct key_decoder *decoder)
{
    return decoder->pasting && !decoder->paste_cut && decoder->end == decoder->start + 1 &&
           decoder->bytes[decoder->start] == ESC;
}

/* Everything up to the end mark belongs to the paste; its last bytes may be the start of the mark. */
static bool paste_next(struct key_decoder *decoder, bool timed_out, struct key *out)
{
    const size_t mark_length = strlen(PASTE_END);
    const char *bytes = decoder->bytes + decoder->start;
    size_t length = (decoder->paste_cut ? decoder->paste_stop : decoder->end) - decoder->start;
    const char *mark = memmem(bytes, length, PASTE_END, mark_length);
    size_t text = mark != NULL ? (size_t)(mark - bytes) : length;
    if (timed_out && waits_for_escape(decoder))
        text = 0; /* it was typed */
    timed_out = timed_out || decoder->paste_cut;
    for (size_t tail = 1; mark == NULL && !timed_out && tail < mark_length && tail <= length; tail++) {
        if (memcmp(bytes + length - tail, PASTE_END, tail) == 0)
            text = length - tail;
    }
    size_t taken = paste_room(decoder, text);
    take_paste(decoder, taken);
    if (taken < text)
        return give_paste(decoder, out); /* the rest comes as a further paste */
    if (mark == NULL && !timed_out)
        return false;
    decoder->start += mark != NULL ? mark_length : 0;
    decoder->pasting = decoder->paste_cut = false;
    return decoder->paste_length > 0 ? give_paste(decoder, out) : key_decoder_next(decoder, timed_out, out);
}

bool key_decoder_next(struct key_decoder *decoder, bool timed_out, struct key *out)
{
    if (decoder->paste_given) {
        decoder->paste_given = false;
        decoder->paste_length = 0;
    }
    decoder->partial = false;
    while (decoder->pasting || decoder->start < decoder->end) {
        if (decoder->pasting)
            return paste_next(decoder, timed_out, out);
        struct step step = front_step(decoder, timed_out, out);
        if (step.what == STEP_WAIT) {
            decoder->partial = true;
            return false;
        }
        decoder->start += step.used;
        if (step.what == STEP_KEY)
            return true;
    }
    return false;
}

enum key_decoder_state key_decoder_state(const struct key_decoder *decoder)
{
    return waits_for_escape(decoder) ? KEY_DECODER_PASTING_ESC
           : decoder->pasting        ? KEY_DECODER_PASTING
           : decoder->partial        ? KEY_DECODER_PARTIAL
                                     : KEY_DECODER_IDLE;
}

bool key_decoder_background(const struct key_decoder *decoder, unsigned *red, unsigned *green, unsigned *blue)
{
    *red = decoder->background[0];
    *green = decoder->background[1];
    *blue = decoder->background[2];
    return decoder->background_known;
}
