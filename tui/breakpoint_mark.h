/* How a breakpoint looks wherever it is drawn: its sign and the role that colours it. */
#pragma once

#include "theme.h"

#include <stdbool.h>

struct model_breakpoint;

/* ● set, ○ switched off, ◌ not bound yet or in error, ◆ logs. */
const char *breakpoint_mark(const struct model_breakpoint *breakpoint, enum role *role);

/* Whether it is switched on: its fields say so, or say nothing. */
bool breakpoint_is_enabled(const struct model_breakpoint *breakpoint);
