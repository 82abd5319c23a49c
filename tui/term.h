/* The user's terminal: the only module that includes curses (with its term_*.c).
 *
 * Draw into term_canvas(), then term_present(): only cells that changed are sent, in one update.
 * Keys are read by our own decoder, so a lone Esc waits 25 ms (100 ms over ssh) and not a second. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>

struct term;

struct term_options {
    const char *tty;  /* device to open; NULL: /dev/tty */
    const char *term; /* terminal type; NULL: $TERM */
    bool mouse;
    bool colour; /* false: as if the terminal had none */
};

/* Open the terminal and switch to the alternate screen. NULL with a message for the user in ERROR
 * (no controlling terminal, unknown TERM, dumb terminal) and the terminal untouched. One at a time. */
struct term *term_create(const struct term_options *options, char *error, size_t size);
/* Restore the terminal. NULL is fine. */
void term_destroy(struct term *term);

/* Leave the alternate screen and give the terminal back (Ctrl-Z, $EDITOR), and take it again. */
void term_suspend(struct term *term);
void term_resume(struct term *term);
/* While it is given: the modes that it has now are those to be restored, from here on. */
void term_note_modes(struct term *term);

int term_fd(const struct term *term);
int term_rows(const struct term *term);
int term_columns(const struct term *term);
int term_colours(const struct term *term); /* 0, 8, 16, 256 or 1<<24 */

/* Whether the terminal's background is LIGHT; false if it has not told (yet). It is asked when it is
 * opened; when it answers, term_read_key() gives a KEY_KIND_RESIZE: see what changed and draw. */
bool term_background(const struct term *term, bool *light);

/* The terminal's size may have changed (SIGWINCH): take it over. True if it did. */
bool term_resize(struct term *term);

/* The whole screen, to draw into. It keeps its content between frames. */
struct canvas term_canvas(struct term *term);
/* Where the cursor is to stand after the next present; hidden when VISIBLE is false. */
void term_set_cursor(struct term *term, int row, int column, bool visible);
/* Send what changed. */
void term_present(struct term *term);
/* Forget what the terminal shows: the next present repaints all (Ctrl-L). */
void term_redraw(struct term *term);

/* Decode the next key from what was typed; reads the descriptor without blocking. False when there
 * is no complete key yet: poll term_fd() for at most term_timeout() ms (-1: for ever) and try again. */
bool term_read_key(struct term *term, struct key *out);
int term_timeout(const struct term *term);

/* Ask the terminal for mouse events, where it has them, or no longer. */
void term_set_mouse(struct term *term, bool on);
void term_bell(struct term *term);
/* Put LENGTH bytes into the user's clipboard (OSC 52). */
void term_copy(struct term *term, const char *text, size_t length);

/* Have the terminal tell TEXT outside of its window (OSC 9); nothing where it cannot. */
void term_notify(struct term *term, const char *text);

/* Write the prepared escape sequences and set the saved modes, when nothing else can be done. It is
 * async-signal-safe; term_create() has the fatal signals (SEGV, ABRT, QUIT, …) call it. */
void term_emergency_restore(void);
