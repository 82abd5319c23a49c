/* Colours and attributes of a cell, independent of terminal and theme. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum colour_kind { COLOUR_DEFAULT, COLOUR_INDEX, COLOUR_RGB };

struct colour {
    uint8_t kind; /* enum colour_kind */
    uint8_t red;  /* or the index, for COLOUR_INDEX (0..255) */
    uint8_t green, blue;
};

enum {
    STYLE_BOLD = 1 << 0,
    STYLE_DIM = 1 << 1,
    STYLE_ITALIC = 1 << 2,
    STYLE_UNDERLINE = 1 << 3,
    STYLE_REVERSE = 1 << 4,
    STYLE_BLINK = 1 << 5,
    STYLE_STRIKE = 1 << 6,
};

struct style {
    struct colour foreground, background;
    uint16_t attributes;
};

#define STYLE_CELL_CODEPOINTS 6

/* One cell of the screen. A wide character occupies its cell (width 2) and the next (width 0). */
struct cell {
    uint32_t codepoints[STYLE_CELL_CODEPOINTS]; /* base and combining; 0 ends; all 0: a blank */
    uint8_t width;                              /* 1 or 2; 0: right half of the cell before */
    struct style style;
};

bool style_equal(struct style a, struct style b);
/* OVER laid on BASE: default colours of OVER let BASE's through, attributes add up. */
struct style style_over(struct style base, struct style over);
