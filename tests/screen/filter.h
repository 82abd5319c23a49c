/*
 * What stands between a pty and libvterm in the screen tests.
 *
 * libvterm hangs on a REP sequence (CSI n b) that follows nothing printable, in every released version, so such a REP
 * is cancelled with CAN. Since the filter follows escape sequences anyway, it also keeps the private modes that are
 * switched on (CSI ? n h), which libvterm does not tell: a test reads from them whether the terminal was left as it was
 * found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FILTER_PARAMS_MAX = 64, FILTER_MODES_MAX = 32 };

enum filter_state {
    FILTER_GROUND,
    FILTER_ESCAPE,
    FILTER_CSI,
    FILTER_STRING,        /* OSC, DCS, APC, PM, SOS: up to BEL or ST */
    FILTER_STRING_ESCAPE, /* an ESC inside one: ST if a backslash follows */
};

struct filter {
    enum filter_state state;
    bool after_printable; /* the last byte in the ground state was printable ASCII */
    char params[FILTER_PARAMS_MAX];
    size_t params_len;  /* may exceed FILTER_PARAMS_MAX: then the sequence is passed on unread */
    bool cursor_hidden; /* libvterm takes ESC 8 to restore it */
    int modes[FILTER_MODES_MAX];
    size_t modes_len;
};

/* Replaces in place what libvterm must not see, and follows the modes. Any split of the stream gives the same result.
 */
void filter_run(struct filter *filter, char *bytes, size_t len);

/* True between sequences: only then may other bytes be put into the stream. */
bool filter_is_ground(const struct filter *filter);
