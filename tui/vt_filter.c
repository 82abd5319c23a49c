#include "vt_filter.h"

#include <stdio.h>
#include <string.h>

/* Data flow: vt_filter_feed() copies runs of plain bytes to `out` and steps through everything else a
 * byte at a time; a finished sequence is looked up in the tables below, rewritten and appended to
 * `out`, which is flushed when full, before an event and at the end of the call. */

enum state { GROUND, ESCAPE, ESCAPE_INTERMEDIATE, CSI, STRING };

#define MAX_PARAMETERS   64
#define MAX_EMITTED      12        /* parameters in one sequence; libvterm's array holds 16 */
#define MAX_VALUE        9999      /* of a parameter: sums with it cannot overflow */
#define MAX_STRING       (4 << 20) /* an OSC without an end is given up after this */
#define MAX_COMBINING    4096
#define MISSING          (-1)
#define COST_LINE        64
#define REPLACEMENT      "\xef\xbf\xbd"
#define ALTERNATE_RESETS "\x1b[?1047l\x1b[?1000l\x1b[?5l"

static bool is_printable(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

static bool is_control_passed(unsigned char byte)
{
    return byte >= 0x07 && byte <= 0x0f;
}

static void flush(struct vt_filter *filter)
{
    if (filter->out_length == 0)
        return;
    size_t length = filter->out_length;
    filter->out_length = 0;
    filter->sink.emit(filter->sink.data, filter->out, length);
}

static void append(struct vt_filter *filter, const char *bytes, size_t length)
{
    if (filter->out_length + length > sizeof filter->out)
        flush(filter);
    memcpy(filter->out + filter->out_length, bytes, length);
    filter->out_length += length;
}

static void append_text(struct vt_filter *filter, const char *text)
{
    append(filter, text, strlen(text));
}

static void set_mode(struct vt_filter *filter, unsigned mode, bool on)
{
    filter->modes = on ? filter->modes | mode : filter->modes & ~mode;
}

static void saved(struct vt_filter *filter)
{
    flush(filter);
    if (filter->sink.saved != NULL)
        filter->sink.saved(filter->sink.data);
}

/* A CSI sequence taken apart. */
struct sequence {
    char leader, intermediate, final; /* 0: none */
    bool malformed;
    int count;
    int values[MAX_PARAMETERS];
    bool sub[MAX_PARAMETERS]; /* separated from the one before by a colon */
};

static bool parse_parameter_byte(struct sequence *out, char byte)
{
    int *value = &out->values[out->count - 1];
    if (byte >= '0' && byte <= '9') {
        *value = (*value == MISSING ? 0 : *value) * 10 + (byte - '0');
        if (*value > MAX_VALUE)
            *value = MAX_VALUE;
        return true;
    }
    if ((byte != ';' && byte != ':') || out->count == MAX_PARAMETERS)
        return false;
    out->sub[out->count] = byte == ':';
    out->values[out->count++] = MISSING;
    return true;
}

static void parse_sequence(const char *text, size_t length, struct sequence *out)
{
    *out = (struct sequence){.count = 1, .values = {MISSING}};
    out->final = text[length - 1];
    size_t i = 0;
    if (length > 1 && text[0] >= '<' && text[0] <= '?')
        out->leader = text[i++];
    for (; i + 1 < length && text[i] >= '0' && text[i] <= ';'; i++)
        if (!parse_parameter_byte(out, text[i]))
            out->malformed = true;
    if (i + 1 < length && text[i] >= ' ' && text[i] <= '/')
        out->intermediate = text[i++];
    if (i + 1 != length)
        out->malformed = true;
}

static int parameter(const struct sequence *sequence, int index, int missing)
{
    return index < sequence->count && sequence->values[index] != MISSING ? sequence->values[index] : missing;
}

/* Write the sequence anew, with at most MAX_EMITTED parameters and no subparameters. */
static void emit_sequence(struct vt_filter *filter, const struct sequence *sequence)
{
    char text[MAX_EMITTED * 5 + 8] = "\x1b[";
    size_t length = 2;
    if (sequence->leader != 0)
        text[length++] = sequence->leader;
    for (int i = 0; i < sequence->count && i < MAX_EMITTED; i++) {
        if (i > 0)
            text[length++] = ';';
        if (sequence->values[i] != MISSING)
            length += (size_t)snprintf(text + length, sizeof text - length, "%d", sequence->values[i]);
    }
    if (sequence->intermediate != 0)
        text[length++] = sequence->intermediate;
    text[length++] = sequence->final;
    append(filter, text, length);
}

/* SGR: complete attributes only, a few in each sequence, colours always as 38;2;r;g;b. */
struct sgr {
    int values[MAX_EMITTED];
    int count;
};

static void sgr_flush(struct vt_filter *filter, struct sgr *sgr)
{
    if (sgr->count == 0)
        return;
    char text[MAX_EMITTED * 6 + 8] = "\x1b[";
    size_t length = 2;
    for (int i = 0; i < sgr->count; i++) {
        /* A negative value is a subparameter: the shape of an underline. */
        bool sub = sgr->values[i] < 0;
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d",
                                   i == 0 ? ""
                                   : sub  ? ":"
                                          : ";",
                                   sub ? -sgr->values[i] - 1 : sgr->values[i]);
    }
    text[length++] = 'm';
    append(filter, text, length);
    sgr->count = 0;
}

static void sgr_add(struct vt_filter *filter, struct sgr *sgr, const int *values, int count)
{
    if (sgr->count + count > MAX_EMITTED)
        sgr_flush(filter, sgr);
    memcpy(sgr->values + sgr->count, values, (size_t)count * sizeof values[0]);
    sgr->count += count;
}

static int colour_part(int value)
{
    return value == MISSING ? 0 : value > 255 ? 255 : value;
}

/* The colour after 38, 48 or 58 at INDEX, in either notation; gives the index behind it. */
static int sgr_colour(struct vt_filter *filter, const struct sequence *sequence, int index, struct sgr *sgr)
{
    int what = sequence->values[index];
    bool colons = index + 1 < sequence->count && sequence->sub[index + 1];
    int end = index + 1;
    while (colons && end < sequence->count && sequence->sub[end])
        end++;
    int kind = parameter(sequence, index + 1, 0);
    int needed = kind == 2 ? 3 : kind == 5 ? 1 : 0;
    int first = index + 2;
    if (!colons)
        end = first + needed;
    else if (kind == 2 && end - first > 3)
        first++; /* 38:2:colour space:r:g:b */
    if (needed != 0 && first + needed <= sequence->count && first + needed <= end && what != 58) {
        const int *part = sequence->values + first;
        int values[5] = {what, kind, colour_part(part[0])};
        for (int i = 1; i < needed; i++)
            values[2 + i] = colour_part(part[i]);
        sgr_add(filter, sgr, values, 2 + needed);
    }
    return end;
}

static void handle_sgr(struct vt_filter *filter, const struct sequence *sequence)
{
    struct sgr sgr = {.count = 0};
    for (int i = 0; i < sequence->count;) {
        int value = parameter(sequence, i, 0);
        if (value == 38 || value == 48 || value == 58) {
            i = sgr_colour(filter, sequence, i, &sgr);
            continue;
        }
        int next = i + 1;
        while (next < sequence->count && sequence->sub[next])
            next++;
        bool shaped = value == 4 && next > i + 1 && parameter(sequence, i + 1, 1) <= 5;
        int values[2] = {value, shaped ? -parameter(sequence, i + 1, 1) - 1 : 0};
        sgr_add(filter, &sgr, values, shaped ? 2 : 1);
        i = next;
    }
    sgr_flush(filter, &sgr);
}

static const struct {
    char leader;
    int number;
    unsigned mode;
    bool inverted;
} modes[] = {
    {0, 4, VT_MODE_INSERT, false},   {0, 20, VT_MODE_NEWLINE, false},      {'?', 5, VT_MODE_REVERSE, false},
    {'?', 6, VT_MODE_ORIGIN, false}, {'?', 69, VT_MODE_LEFT_RIGHT, false}, {'?', 7, VT_MODE_NO_WRAP, true},
};

/* h and l: one sequence for each parameter, because libvterm 0.1.4 looks at the first alone. */
static void handle_mode(struct vt_filter *filter, const struct sequence *sequence)
{
    bool on = sequence->final == 'h';
    for (int i = 0; i < sequence->count; i++) {
        int number = parameter(sequence, i, 0);
        if (sequence->leader == '?' && number == 47)
            number = 1047;
        for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
            if (modes[m].leader == sequence->leader && modes[m].number == number)
                set_mode(filter, modes[m].mode, on != modes[m].inverted);
        struct sequence one = {sequence->leader, 0, sequence->final, .count = 1, .values = {number}};
        emit_sequence(filter, &one);
        bool alternate = sequence->leader == '?' && (number == 1047 || number == 1049);
        filter->cost += alternate ? filter->cells / 2 : 8;
        if (on && sequence->leader == '?' && (number == 1048 || number == 1049))
            saved(filter);
    }
}

static void handle_erase(struct vt_filter *filter, const struct sequence *sequence)
{
    if (parameter(sequence, 0, 0) != 3) {
        emit_sequence(filter, sequence);
        return;
    }
    flush(filter);
    if (filter->sink.erase_scrollback != NULL)
        filter->sink.erase_scrollback(filter->sink.data);
}

static void handle_repeat(struct vt_filter *filter, const struct sequence *sequence)
{
    if (filter->repeatable)
        emit_sequence(filter, sequence);
}

static void handle_margins(struct vt_filter *filter, const struct sequence *sequence)
{
    set_mode(filter, VT_MODE_MARGINS, sequence->count > 1 || sequence->values[0] != MISSING);
    emit_sequence(filter, sequence);
}

/* CSI s saves the cursor unless left and right margins are on. */
static void handle_save(struct vt_filter *filter, const struct sequence *sequence)
{
    if ((filter->modes & VT_MODE_LEFT_RIGHT) != 0) {
        emit_sequence(filter, sequence);
        return;
    }
    append_text(filter, "\x1b\x37");
    saved(filter);
}

static void handle_restore(struct vt_filter *filter, const struct sequence *sequence)
{
    (void)sequence;
    append_text(filter, "\x1b\x38");
}

static void handle_tabs(struct vt_filter *filter, const struct sequence *sequence)
{
    set_mode(filter, VT_MODE_TABS, true);
    emit_sequence(filter, sequence);
}

static void handle_protect(struct vt_filter *filter, const struct sequence *sequence)
{
    set_mode(filter, VT_MODE_PROTECTED, parameter(sequence, 0, 0) == 1);
    emit_sequence(filter, sequence);
}

/* Soft reset: 0.1.4 does not know it. */
static void handle_soft_reset(struct vt_filter *filter, const struct sequence *sequence)
{
    append_text(filter, "\x1b[4l\x1b[?7h\x1b[?25h\x1b[?1l\x1b[m\x1b>");
    set_mode(filter, VT_MODE_INSERT | VT_MODE_NO_WRAP, false);
    emit_sequence(filter, sequence);
}

/* What is let through. PER is the cost as cells of the screen divided by it (0: cheap). */
static const struct {
    char leader, intermediate;
    const char *finals;
    unsigned per;
    void (*handle)(struct vt_filter *filter, const struct sequence *sequence);
} sequences[] = {
    {0, 0, "ABCDEFGHIZ`adefjkcn", 0, emit_sequence},
    {0, 0, "@PXK", 64, emit_sequence},
    {0, 0, "LM", 4, emit_sequence},
    {0, 0, "T", 4, emit_sequence},
    {0, 0, "S", 1, emit_sequence},
    {0, 0, "J", 4, handle_erase},
    {0, 0, "b", 64, handle_repeat},
    {0, 0, "m", 0, handle_sgr},
    {0, 0, "hl", 0, handle_mode},
    {0, 0, "r", 0, handle_margins},
    {0, 0, "s", 0, handle_save},
    {0, 0, "u", 0, handle_restore},
    {0, 0, "g", 0, handle_tabs},
    {'?', 0, "hl", 0, handle_mode},
    {'?', 0, "J", 4, handle_erase},
    {'?', 0, "K", 64, emit_sequence},
    {'?', 0, "n", 0, emit_sequence},
    {'?', '$', "p", 0, emit_sequence},
    {'>', 0, "c", 0, emit_sequence},
    {0, ' ', "q", 0, emit_sequence},
    {0, '"', "q", 0, handle_protect},
    {0, '!', "p", 0, handle_soft_reset},
    {0, '\'', "}~", 2, emit_sequence},
};

static void finish_csi(struct vt_filter *filter)
{
    filter->state = GROUND;
    struct sequence sequence;
    if (filter->overflow)
        return;
    parse_sequence(filter->sequence, filter->sequence_length, &sequence);
    if (sequence.malformed)
        return;
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        if (sequences[i].leader == sequence.leader && sequences[i].intermediate == sequence.intermediate &&
            strchr(sequences[i].finals, sequence.final) != NULL) {
            filter->cost += 8 + (sequences[i].per != 0 ? filter->cells / sequences[i].per : 0);
            sequences[i].handle(filter, &sequence);
            break;
        }
    filter->repeatable = false;
}

/* ESC, intermediates (collected in sequence), FINAL. */
static void finish_escape(struct vt_filter *filter, char final)
{
    char kind = filter->sequence_length == 0 ? 0 : filter->sequence_length == 1 ? filter->sequence[0] : '?';
    filter->state = GROUND;
    filter->cost += 8;
    if (kind == 0 && strchr("78=>DEHM", final) != NULL) {
        if (final == 'H')
            set_mode(filter, VT_MODE_TABS, true);
        if (final == 'D' || final == 'E' || final == 'M')
            filter->cost += filter->cells / 32;
        append(filter, (char[]){0x1b, final}, 2);
        if (final == '7')
            saved(filter);
    } else if (kind == 0 && final == 'c') {
        append_text(filter, ALTERNATE_RESETS "\x1b"
                                             "c");
        filter->modes = 0;
        filter->cost += filter->cells;
    } else if ((kind == '(' || kind == ')') && strchr("0AB", final) != NULL) {
        if (kind == '(')
            set_mode(filter, VT_MODE_CHARSET, final != 'B');
        append(filter, (char[]){0x1b, kind, final}, 3);
    } else if (kind == '#' && final == '8') {
        append_text(filter, "\x1b#8");
        filter->cost += filter->cells;
    }
}

static void start_string(struct vt_filter *filter, char kind)
{
    filter->state = STRING;
    filter->string_kind = (unsigned char)kind;
    filter->string_end = false;
    filter->string_length = 0;
    filter->sequence_length = 0;
}

static void finish_osc(struct vt_filter *filter)
{
    char *text = filter->sequence;
    size_t length = filter->sequence_length;
    if (length < 2 || (text[0] != '0' && text[0] != '2') || text[1] != ';' || filter->sink.title == NULL)
        return;
    flush(filter);
    if (length == sizeof filter->sequence)
        length--;
    text[length] = '\0';
    filter->sink.title(filter->sink.data, text + 2);
}

/* DECRQSS is the only DCS that libvterm answers. */
static void finish_dcs(struct vt_filter *filter)
{
    static const char *const known[] = {"$qm", "$qr", "$qs", "$q q", "$q\"q"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (filter->sequence_length == strlen(known[i]) &&
            memcmp(filter->sequence, known[i], filter->sequence_length) == 0) {
            append_text(filter, "\x1bP");
            append_text(filter, known[i]);
            append_text(filter, "\x1b\\");
            flush(filter);
        }
}

static void finish_string(struct vt_filter *filter)
{
    filter->state = GROUND;
    filter->repeatable = false;
    if (filter->string_kind == ']')
        finish_osc(filter);
    else if (filter->string_kind == 'P')
        finish_dcs(filter);
}

static void escape_byte(struct vt_filter *filter, unsigned char byte);

static void string_byte(struct vt_filter *filter, unsigned char byte)
{
    if (filter->string_end) {
        filter->string_end = false;
        if (byte == '\\') {
            finish_string(filter);
        } else {
            filter->state = ESCAPE;
            filter->sequence_length = 0;
            escape_byte(filter, byte);
        }
        return;
    }
    if (byte == 0x1b)
        filter->string_end = true;
    else if (byte == 0x07)
        finish_string(filter);
    else if (byte == 0x18 || byte == 0x1a || ++filter->string_length > MAX_STRING)
        filter->state = GROUND;
    else if (byte >= 0x20 && byte != 0x7f && filter->sequence_length < sizeof filter->sequence)
        filter->sequence[filter->sequence_length++] = (char)byte;
}

static void control_byte(struct vt_filter *filter, unsigned char byte)
{
    if (!is_control_passed(byte))
        return;
    if (byte == 0x0e || byte == 0x0f)
        set_mode(filter, VT_MODE_SHIFT_OUT, byte == 0x0e);
    if (byte >= 0x0a && byte <= 0x0c)
        filter->cost += COST_LINE + filter->cells / 32;
    append(filter, (const char *)&byte, 1);
    filter->repeatable = false;
}

static void escape_byte(struct vt_filter *filter, unsigned char byte)
{
    filter->repeatable = filter->repeatable && byte == '['; /* REP looks back over its own introducer */
    if (byte >= 0x20 && byte <= 0x2f) {
        if (filter->sequence_length < 2)
            filter->sequence[filter->sequence_length++] = (char)byte;
        filter->state = ESCAPE_INTERMEDIATE;
    } else if (byte >= 0x7f) {
        filter->state = GROUND;
    } else if (filter->state == ESCAPE && byte == '[') {
        filter->state = CSI;
        filter->overflow = false;
        filter->sequence_length = 0;
    } else if (filter->state == ESCAPE && strchr("]PX^_", byte) != NULL) {
        start_string(filter, (char)byte);
    } else {
        finish_escape(filter, (char)byte);
    }
}

static void csi_byte(struct vt_filter *filter, unsigned char byte)
{
    if (byte >= 0x7f) {
        if (byte != 0x7f)
            filter->state = GROUND;
        return;
    }
    if (filter->sequence_length < VT_FILTER_SEQUENCE)
        filter->sequence[filter->sequence_length++] = (char)byte;
    else
        filter->overflow = true;
    if (byte >= 0x40)
        finish_csi(filter);
}

static void sequence_byte(struct vt_filter *filter, unsigned char byte)
{
    if (filter->state == STRING) {
        string_byte(filter, byte);
    } else if (byte == 0x1b) {
        filter->state = ESCAPE;
        filter->sequence_length = 0;
        filter->repeatable = false;
    } else if (byte == 0x18 || byte == 0x1a) {
        filter->state = GROUND;
        filter->repeatable = false;
    } else if (byte < 0x20) {
        control_byte(filter, byte); /* takes effect inside a sequence */
    } else if (filter->state == CSI) {
        csi_byte(filter, byte);
    } else {
        escape_byte(filter, byte);
    }
}

/* Characters that move the cursor in every version: a chain of combining ones ends there. */
static bool is_surely_base(uint32_t codepoint)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0xa0, 0x2ff},    {0x370, 0x482},     {0x48a, 0x590},     {0x2070, 0x209c}, {0x2100, 0x2bff},
        {0x2e80, 0x3029}, {0x3041, 0x3096},   {0x30a0, 0xa4cf},   {0xac00, 0xd7a3}, {0xe000, 0xfaff},
        {0xff01, 0xffef}, {0x1f000, 0x1faff}, {0x20000, 0x3fffd},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (codepoint >= ranges[i].first && codepoint <= ranges[i].last)
            return true;
    return false;
}

/* Controls in disguise: C1, and what would reorder text of the user's terminal. */
static bool is_dropped(uint32_t codepoint)
{
    return codepoint < 0xa0 || codepoint == 0x61c || codepoint == 0x200e || codepoint == 0x200f ||
           (codepoint >= 0x2028 && codepoint <= 0x202e) || (codepoint >= 0x2066 && codepoint <= 0x2069) ||
           codepoint == 0xfeff;
}

static void put_codepoint(struct vt_filter *filter, uint32_t codepoint, const char *bytes, size_t length)
{
    if (is_dropped(codepoint))
        return;
    if (is_surely_base(codepoint))
        filter->combining = 0;
    else if (++filter->combining > MAX_COMBINING)
        return;
    filter->cost += 2 * VT_FILTER_COST_TEXT;
    append(filter, bytes, length);
}

static void put_replacement(struct vt_filter *filter)
{
    filter->utf8_length = filter->utf8_need = 0;
    put_codepoint(filter, 0xfffd, REPLACEMENT, 3);
}

static unsigned utf8_size(unsigned char lead)
{
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static void finish_utf8(struct vt_filter *filter)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned length = filter->utf8_need;
    uint32_t codepoint = filter->utf8[0] & (0x7fU >> length);
    for (unsigned i = 1; i < length; i++)
        codepoint = codepoint << 6 | (filter->utf8[i] & 0x3fU);
    bool noncharacter = (codepoint & 0xfffe) == 0xfffe || (codepoint >= 0xd800 && codepoint <= 0xdfff);
    if (codepoint < least[length] || codepoint > 0x10ffff || noncharacter) {
        put_replacement(filter);
        return;
    }
    filter->utf8_length = filter->utf8_need = 0;
    put_codepoint(filter, codepoint, (const char *)filter->utf8, length);
}

static void ground_byte(struct vt_filter *filter, unsigned char byte)
{
    if (byte >= 0x80) {
        bool continuation = byte < 0xc0;
        filter->repeatable = false;
        if (filter->utf8_need != 0 && !continuation)
            put_replacement(filter);
        if (filter->utf8_need == 0) {
            filter->utf8_need = utf8_size(byte);
            filter->utf8_length = 0;
            if (filter->utf8_need == 0) {
                put_replacement(filter);
                return;
            }
        }
        filter->utf8[filter->utf8_length++] = byte;
        if (filter->utf8_length == filter->utf8_need)
            finish_utf8(filter);
        return;
    }
    if (filter->utf8_need != 0)
        put_replacement(filter);
    if (byte == 0x1b) {
        filter->state = ESCAPE;
        filter->sequence_length = 0;
    } else if (byte < 0x20) {
        control_byte(filter, byte);
    }
}

/* Printable ASCII, which is most of what programs print, at one go. */
static size_t put_ascii(struct vt_filter *filter, const char *bytes, size_t length)
{
    size_t count = 0;
    if (length > VT_FILTER_CHUNK)
        length = VT_FILTER_CHUNK;
    while (count < length && is_printable((unsigned char)bytes[count]))
        count++;
    if (count == 0)
        return 0;
    if (filter->utf8_need != 0)
        put_replacement(filter);
    append(filter, bytes, count);
    filter->repeatable = true;
    filter->combining = 0;
    filter->cost += count * VT_FILTER_COST_TEXT;
    return count;
}

size_t vt_filter_feed(struct vt_filter *filter, const char *bytes, size_t length, size_t budget)
{
    size_t done = 0;
    filter->cost = 0;
    while (done < length && filter->cost <= budget) {
        if (filter->state == GROUND) {
            size_t count = put_ascii(filter, bytes + done, length - done);
            done += count;
            if (count == 0)
                ground_byte(filter, (unsigned char)bytes[done++]);
        } else {
            sequence_byte(filter, (unsigned char)bytes[done++]);
        }
    }
    flush(filter);
    return done;
}

void vt_filter_init(struct vt_filter *filter, const struct vt_filter_sink *sink)
{
    *filter = (struct vt_filter){.sink = *sink, .state = GROUND};
}

void vt_filter_set_cells(struct vt_filter *filter, size_t cells)
{
    filter->cells = cells;
}

bool vt_filter_ground(const struct vt_filter *filter)
{
    return filter->state == GROUND && filter->utf8_need == 0;
}

bool vt_filter_plain(const struct vt_filter *filter)
{
    return vt_filter_ground(filter) && filter->modes == 0;
}

void vt_filter_injected(struct vt_filter *filter, unsigned cleared)
{
    filter->repeatable = false;
    filter->modes &= ~cleared;
}
