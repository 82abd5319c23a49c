/* From colours of styles to the terminal's colour numbers. Pure. */
#pragma once

#include "style.h"

#include <stdbool.h>
#include <stdint.h>

struct term_colour_depth {
    int colours; /* 8, 16, 256 or 1<<24 */
    int indexed; /* with direct colour: numbers below this are still palette entries (8, 16 or 256) */
};

/* The terminal's number, -1 for its default. *BOLD or *DIM is set where the terminal has eight colours
 * only and the attribute has to stand for a bright one. */
int term_colour_foreground(struct term_colour_depth depth, struct colour colour, bool *bold, bool *dim);
int term_colour_background(struct term_colour_depth depth, struct colour colour);

/* 0xrrggbb of entry INDEX of xterm's palette. */
uint32_t term_colour_palette(uint8_t index);
