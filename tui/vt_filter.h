/* What the program prints, made safe for libvterm: a parser of its own before libvterm's.
 *
 * Only what libvterm is known to survive leaves it, and always whole: printable ASCII, valid UTF-8,
 * nine control characters, and complete, rewritten escape sequences out of a list. So between two
 * emissions libvterm is in its ground state and the wrapper may inject sequences of its own.
 *
 * The bugs that this keeps away (libvterm 0.1.4, some also in 0.3.3): more than 16 CSI parameters
 * write past an array; REP after anything but a glyph loops for ever; C1 characters in UTF-8 have
 * width −1 and move the cursor off the screen; endless combining characters are quadratic; of
 * `CSI ? a;b h` only a counts; `38:2::r:g:b` gives a wrong colour; OSC split over two writes is lost;
 * double-width lines are not drawn by us; CSI s is taken for margins; RIS stays on the alternate screen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VT_FILTER_CHUNK     1024 /* most bytes given to emit() at once */
#define VT_FILTER_SEQUENCE  192  /* longer CSI sequences are swallowed */
#define VT_FILTER_STRING    256  /* of an OSC or DCS kept; the rest is swallowed */
#define VT_FILTER_COST_TEXT 1    /* what one character costs, about 20 ns; see vt_filter_feed() */

struct vt_filter_sink {
    /* Bytes for libvterm: whole sequences and characters, at most VT_FILTER_CHUNK. */
    void (*emit)(void *data, const char *bytes, size_t length);
    void (*title)(void *data, const char *title);
    void (*erase_scrollback)(void *data); /* CSI 3 J */
    void (*saved)(void *data);            /* the cursor was saved just now */
    void *data;
};

/* Modes that change what plain text does; vt_fast.h works only while none is set. */
enum {
    VT_MODE_MARGINS = 1 << 0,
    VT_MODE_LEFT_RIGHT = 1 << 1,
    VT_MODE_INSERT = 1 << 2,
    VT_MODE_NEWLINE = 1 << 3,
    VT_MODE_ORIGIN = 1 << 4,
    VT_MODE_NO_WRAP = 1 << 5,
    VT_MODE_REVERSE = 1 << 6,
    VT_MODE_CHARSET = 1 << 7,
    VT_MODE_SHIFT_OUT = 1 << 8,
    VT_MODE_TABS = 1 << 9,
    VT_MODE_PROTECTED = 1 << 10,
};

/* Private to vt_filter.c; here so that it can live inside struct vt. */
struct vt_filter {
    struct vt_filter_sink sink;
    unsigned char state;      /* enum of vt_filter.c */
    unsigned char string_end; /* in a string, ESC was seen */
    unsigned char string_kind;
    bool repeatable;    /* the last thing emitted was a printable ASCII character: REP is safe */
    bool overflow;      /* the sequence being collected is too long */
    unsigned modes;     /* VT_MODE_… */
    unsigned combining; /* characters since one that surely moved the cursor */
    size_t cells;       /* of the screen, for costs */
    size_t cost;        /* spent in this call */
    size_t string_length;
    size_t sequence_length;
    char sequence[VT_FILTER_STRING];
    unsigned char utf8[4];
    unsigned utf8_length, utf8_need;
    size_t out_length;
    char out[VT_FILTER_CHUNK];
};

void vt_filter_init(struct vt_filter *filter, const struct vt_filter_sink *sink);

/* Filter bytes; gives how many were taken: all of them, or fewer once sequences that are expensive on
 * a screen of vt_filter_set_cells() have used up BUDGET. Never 0 when LENGTH > 0. */
size_t vt_filter_feed(struct vt_filter *filter, const char *bytes, size_t length, size_t budget);
void vt_filter_set_cells(struct vt_filter *filter, size_t cells);

/* Whether no sequence or character is half read. */
bool vt_filter_ground(const struct vt_filter *filter);
/* Ground, and plain text does what it does in a fresh terminal (but for colours). */
bool vt_filter_plain(const struct vt_filter *filter);
/* The wrapper wrote to libvterm itself: no REP after that. CLEARED modes were reset by it. */
void vt_filter_injected(struct vt_filter *filter, unsigned cleared);
