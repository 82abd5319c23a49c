/* What to draw for a character that the user's terminal cannot show. */
#pragma once

#include <stdint.h>

enum term_glyphs {
    TERM_GLYPHS_UNICODE,
    TERM_GLYPHS_CONSOLE, /* the Linux console: Unicode, but a font of 256 or 512 glyphs */
    TERM_GLYPHS_ASCII,
};

/* The character to draw for CODEPOINT: itself, a likeness, or ? where there is none. */
uint32_t term_glyph(enum term_glyphs glyphs, uint32_t codepoint);
