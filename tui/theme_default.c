#include "theme_default.h"

/* The terminal's own background and text; colours of middle brightness that read on black and on white,
 * until the terminal says which it is ([dark], [light]). */
const char theme_default_text[] = "dim = 244\n";
