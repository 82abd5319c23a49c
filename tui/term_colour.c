#include "term_colour.h"

#include <limits.h>

static const uint32_t base_palette[16] = {
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

static const uint8_t cube_levels[6] = {0, 95, 135, 175, 215, 255};

uint32_t term_colour_palette(uint8_t index)
{
    if (index < 16)
        return base_palette[index];
    if (index >= 232) {
        uint32_t grey = 8 + 10 * (uint32_t)(index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    unsigned cube = index - 16u;
    return (uint32_t)cube_levels[cube / 36] << 16 | (uint32_t)cube_levels[cube / 6 % 6] << 8 | cube_levels[cube % 6];
}

/* Squared, with the weights of what the eye sees of each. */
static int distance(uint32_t a, uint32_t b)
{
    int red = (int)(a >> 16) - (int)(b >> 16);
    int green = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
    int blue = (int)(a & 255) - (int)(b & 255);
    return 3 * red * red + 6 * green * green + blue * blue;
}

static unsigned nearest_level(unsigned value)
{
    return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

static int nearest_256(uint32_t rgb)
{
    unsigned red = rgb >> 16, green = rgb >> 8 & 255, blue = rgb & 255;
    unsigned cube = 16 + 36 * nearest_level(red) + 6 * nearest_level(green) + nearest_level(blue);
    unsigned average = (red + green + blue) / 3;
    unsigned grey = 232 + (average < 8 ? 0 : average > 238 ? 23 : (average - 3) / 10);
    bool grey_is_nearer =
        distance(rgb, term_colour_palette((uint8_t)grey)) < distance(rgb, term_colour_palette((uint8_t)cube));
    return (int)(grey_is_nearer ? grey : cube);
}

static int nearest_of(uint32_t rgb, int count)
{
    int best = 0, best_distance = INT_MAX;
    for (int i = 0; i < count; i++) {
        int far = distance(rgb, base_palette[i]);
        if (far < best_distance) {
            best_distance = far;
            best = i;
        }
    }
    return best;
}

static uint32_t rgb_of(struct colour colour)
{
    if (colour.kind == COLOUR_INDEX)
        return term_colour_palette(colour.red);
    return (uint32_t)colour.red << 16 | (uint32_t)colour.green << 8 | colour.blue;
}

static int number_of(struct term_colour_depth depth, struct colour colour)
{
    if (colour.kind == COLOUR_DEFAULT)
        return -1;
    bool direct = depth.colours > 256;
    if (colour.kind == COLOUR_INDEX && colour.red < (direct ? depth.indexed : depth.colours))
        return colour.red;
    uint32_t rgb = rgb_of(colour);
    if (direct) /* the darkest blues would be taken for palette entries */
        return rgb < (uint32_t)depth.indexed ? 0 : (int)rgb;
    if (depth.colours >= 256)
        return nearest_256(rgb);
    if (colour.kind == COLOUR_INDEX && colour.red < 16)
        return colour.red;
    return nearest_of(rgb, 16); /* for 8 colours made darker by the caller */
}

int term_colour_foreground(struct term_colour_depth depth, struct colour colour, bool *bold, bool *dim)
{
    int number = number_of(depth, colour);
    *bold = *dim = false;
    if (depth.colours >= 16 || number < 8)
        return number;
    if (number == 8) { /* bold black is black on many terminals */
        *dim = true;
        return -1;
    }
    *bold = true;
    return number - 8;
}

int term_colour_background(struct term_colour_depth depth, struct colour colour)
{
    int number = number_of(depth, colour);
    return depth.colours >= 16 || number < 8 ? number : number == 8 ? 0 : number - 8;
}
