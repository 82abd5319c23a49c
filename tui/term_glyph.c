#include "term_glyph.h"

#include <stddef.h>

struct likeness {
    uint32_t codepoint;
    uint32_t console; /* in the fonts that consoles come with; 0: the character itself */
    uint32_t ascii;
};

/* Sorted by code point. */
static const struct likeness likenesses[] = {
    {0x00a0, 0, ' '},       /* no-break space */
    {0x00ab, 0, '<'},       /* « */
    {0x00b7, 0, '.'},       /* · */
    {0x00bb, 0, '>'},       /* » */
    {0x00d7, 0, 'x'},       /* × */
    {0x2013, '-', '-'},     /* – */
    {0x2014, '-', '-'},     /* — */
    {0x2018, '\'', '\''},   /* ‘ */
    {0x2019, '\'', '\''},   /* ’ */
    {0x201c, '"', '"'},     /* “ */
    {0x201d, '"', '"'},     /* ” */
    {0x2022, 0, '*'},       /* • */
    {0x2026, 0, '~'},       /* … */
    {0x203a, '>', '>'},     /* › */
    {0x2190, 0, '<'},       /* ← */
    {0x2191, 0, '^'},       /* ↑ */
    {0x2192, 0, '>'},       /* → */
    {0x2193, 0, 'v'},       /* ↓ */
    {0x21b3, 0x2514, '\\'}, /* ↳ */
    {0x2500, 0, '-'},       /* ─ */
    {0x2501, 0x2500, '-'},  /* ━ */
    {0x2502, 0, '|'},       /* │ */
    {0x2503, 0x2502, '|'},  /* ┃ */
    {0x2504, 0x2500, '-'},  /* ┄ */
    {0x2506, 0x2502, '|'},  /* ┆ */
    {0x250c, 0, '+'},       /* ┌ */
    {0x2510, 0, '+'},       /* ┐ */
    {0x2514, 0, '+'},       /* └ */
    {0x2518, 0, '+'},       /* ┘ */
    {0x251c, 0, '+'},       /* ├ */
    {0x2524, 0, '+'},       /* ┤ */
    {0x252c, 0, '+'},       /* ┬ */
    {0x2534, 0, '+'},       /* ┴ */
    {0x253c, 0, '+'},       /* ┼ */
    {0x2550, 0, '='},       /* ═ */
    {0x2551, 0, '|'},       /* ║ */
    {0x256d, 0x250c, '+'},  /* ╭ */
    {0x256e, 0x2510, '+'},  /* ╮ */
    {0x256f, 0x2518, '+'},  /* ╯ */
    {0x2570, 0x2514, '+'},  /* ╰ */
    {0x2574, 0x2500, '-'},  /* ╴ */
    {0x2576, 0x2500, '-'},  /* ╶ */
    {0x2580, 0, '"'},       /* ▀ */
    {0x2584, 0, '_'},       /* ▄ */
    {0x2588, 0, '#'},       /* █ */
    {0x258c, 0, '|'},       /* ▌ */
    {0x258f, 0x2502, '|'},  /* ▏ */
    {0x2590, 0, '|'},       /* ▐ */
    {0x2591, 0, ':'},       /* ░ */
    {0x2592, 0, '%'},       /* ▒ */
    {0x2593, 0, '#'},       /* ▓ */
    {0x25a0, 0, '#'},       /* ■ */
    {0x25b2, 0, '^'},       /* ▲ */
    {0x25b6, 0x25ba, '>'},  /* ▶ */
    {0x25b8, 0x25ba, '>'},  /* ▸ */
    {0x25ba, 0, '>'},       /* ► */
    {0x25bc, 0, 'v'},       /* ▼ */
    {0x25be, 0x25bc, 'v'},  /* ▾ */
    {0x25c0, 0x25c4, '<'},  /* ◀ */
    {0x25c6, 0, '*'},       /* ◆ */
    {0x25cb, 0, 'o'},       /* ○ */
    {0x25cc, '?', '?'},     /* ◌ */
    {0x25cf, 0x2022, '*'},  /* ● */
    {0x25d0, 0x25cb, 'o'},  /* ◐ */
    {0x2713, 0x221a, 'v'},  /* ✓ */
    {0x2717, 'x', 'x'},     /* ✗ */
    {0x276f, '>', '>'},     /* ❯ */
};

uint32_t term_glyph(enum term_glyphs glyphs, uint32_t codepoint)
{
    if (codepoint < 0x80 || glyphs == TERM_GLYPHS_UNICODE)
        return codepoint;
    size_t low = 0, high = sizeof likenesses / sizeof likenesses[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct likeness *likeness = &likenesses[middle];
        if (likeness->codepoint == codepoint) {
            if (glyphs == TERM_GLYPHS_ASCII)
                return likeness->ascii;
            return likeness->console != 0 ? likeness->console : codepoint;
        }
        if (likeness->codepoint < codepoint)
            low = middle + 1;
        else
            high = middle;
    }
    return glyphs == TERM_GLYPHS_ASCII ? '?' : codepoint;
}
