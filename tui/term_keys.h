/* From the bytes that a terminal sends to keys. Pure: no tty, no clock, no curses.
 *
 * Known are the sequences of the terminal's terminfo entry (key_decoder_add()), those that xterm and its
 * many relatives use in both cursor modes, the modifier and `CSI u` forms, bracketed paste, SGR and X10
 * mouse reports, and answers to queries, which are swallowed. Garbage yields no key and no harm. */
#pragma once

#include "key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_decoder;

struct key_decoder *key_decoder_create(void);
void key_decoder_destroy(struct key_decoder *decoder);

/* SEQUENCE (as terminfo has it) is KEY. Single characters and unset ones (NULL) are ignored. */
void key_decoder_add(struct key_decoder *decoder, const char *sequence, struct key key);
/* The byte 0x08 is Backspace (the tty's erase character) and not Ctrl-h. */
void key_decoder_set_erase(struct key_decoder *decoder, bool backspace);

void key_decoder_feed(struct key_decoder *decoder, const char *bytes, size_t length);
/* The same after SILENCE milliseconds without input. A paste may have lost its end mark: one key by itself after a
 * pause, or Ctrl-C at any time, was typed, and the paste is over before it. */
void key_decoder_feed_after(struct key_decoder *decoder, const char *bytes, size_t length, int64_t silence);

/* The next key. False when nothing or only the start of one is there. With TIMED_OUT nothing more will
 * come: a lone ESC is Esc, ESC [ is Alt-[ and an open paste ends. A PASTE's text is valid until the next call. */
bool key_decoder_next(struct key_decoder *decoder, bool timed_out, struct key *out);

/* What waits for its rest; in a paste an ESC by itself is the begin of its end mark or was typed. */
enum key_decoder_state {
    KEY_DECODER_IDLE,
    KEY_DECODER_PARTIAL,
    KEY_DECODER_PASTING,
    KEY_DECODER_PASTING_ESC,
};
enum key_decoder_state key_decoder_state(const struct key_decoder *decoder);

/* The background colour, if the terminal has answered `OSC 11 ; ?`: 0..255 each. */
bool key_decoder_background(const struct key_decoder *decoder, unsigned *red, unsigned *green, unsigned *blue);
