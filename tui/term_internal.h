/* Shared by term.c and term_paint.c only; the one header that includes curses. */
#pragma once

#define NCURSES_WIDECHAR 1
#include <curses.h>
/* curses' own term.h has our header's name and defines macros such as lines: what is needed of it. */
extern int setupterm(const char *term, int fd, int *error);
extern char *tigetstr(const char *name);
extern int tigetflag(const char *name);
struct terminal; /* curses' TERMINAL */
extern struct terminal *set_curterm(struct terminal *terminal);
extern int del_curterm(struct terminal *terminal);

#include "term.h"
#include "term_colour.h"
#include "term_glyph.h"
#include "term_keys.h"

#include <stdint.h>
#include <stdio.h>
#include <termios.h>

struct pair_slot {
    uint64_t key; /* foreground and background; 0: free */
    int pair;
};

/* Colour pairs in use. Ours and not alloc_pair(), which recycles a pair while cells on the screen still
 * have it: they would change colour. When the table is full, all start anew with a repaint. */
struct pair_table {
    struct pair_slot *slots; /* owned, a power of two of them */
    size_t slot_count;
    int used;         /* pairs 1..used are taken */
    int limit;        /* the terminal's */
    bool overflowed;  /* since they were last forgotten */
    int64_t next_try; /* loop_now() from which forgetting may help */
};

struct term {
    int input_fd;  /* not blocking; owned by input */
    int output_fd; /* owned by output */
    FILE *input, *output;
    SCREEN *screen;
    struct termios saved_modes;
    struct grid *grid;  /* owned; what is drawn */
    struct cell *shown; /* owned; what the terminal shows */
    int rows, columns;
    int cursor_row, cursor_column;
    bool cursor_visible, cursor_shown, can_hide_cursor;
    bool repaint; /* what the terminal shows is not known */
    bool rewrite; /* curses' cells hold colour pairs that are no more */
    bool suspended;
    bool like_xterm; /* knows mouse reports, bracketed paste and OSC */
    bool mouse;
    enum term_glyphs glyphs;
    struct term_colour_depth depth; /* colours 0 if there are none */
    bool default_colours;
    struct pair_table pairs;
    struct key_decoder *decoder; /* owned */
    unsigned escape_delay;       /* ms */
    int64_t last_input;          /* loop_now() */
    int64_t asked_background;    /* when; 0 if not, or answered */
    bool background_known, background_light;
};

/* Write straight to the terminal, behind what curses has sent. */
void term_write(struct term *term, const char *bytes, size_t length);

void term_paint_init(struct term *term);
void term_paint_finish(struct term *term);
/* The grid has a new size. */
void term_paint_resized(struct term *term);
