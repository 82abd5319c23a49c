/* The status line on top: where the program stands on the left, the keys that fit on the right. */
#pragma once

#include "canvas.h"

struct app;

void statusline_draw(struct app *app, struct canvas row);
