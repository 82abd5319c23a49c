#include "style.h"

static bool colour_equal(struct colour a, struct colour b)
{
    if (a.kind != b.kind)
        return false;
    switch ((enum colour_kind)a.kind) {
    case COLOUR_DEFAULT:
        return true;
    case COLOUR_INDEX:
        return a.red == b.red;
    case COLOUR_RGB:
        break;
    }
    return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

bool style_equal(struct style a, struct style b)
{
    return a.attributes == b.attributes && colour_equal(a.foreground, b.foreground) &&
           colour_equal(a.background, b.background);
}

struct style style_over(struct style base, struct style over)
{
    if (over.foreground.kind != COLOUR_DEFAULT)
        base.foreground = over.foreground;
    if (over.background.kind != COLOUR_DEFAULT)
        base.background = over.background;
    base.attributes = (uint16_t)(base.attributes | over.attributes);
    return base;
}
