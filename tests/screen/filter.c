#include "filter.h"

#include <stdlib.h>
#include <string.h>

enum { CAN = 0x18, SUB = 0x1a, ESC = 0x1b, BEL = 0x07, CURSOR = 25 };

static void mode_set(struct filter *filter, int mode, bool on)
{
    if (mode == CURSOR)
        filter->cursor_hidden = !on;
    for (size_t i = 0; i < filter->modes_len; i++) {
        if (filter->modes[i] != mode)
            continue;
        if (!on)
            filter->modes[i] = filter->modes[--filter->modes_len];
        return;
    }
    if (on && filter->modes_len < FILTER_MODES_MAX)
        filter->modes[filter->modes_len++] = mode;
}

/* CSI ? 1049;2004 h: every parameter is a mode of its own. */
static void modes_follow(struct filter *filter, bool on)
{
    if (filter->params_len >= FILTER_PARAMS_MAX || filter->params[0] != '?')
        return;
    filter->params[filter->params_len] = '\0';
    for (const char *p = filter->params; p != NULL; p = strchr(p + 1, ';'))
        mode_set(filter, atoi(p + 1), on);
}

static char csi_final(struct filter *filter, char c)
{
    filter->state = FILTER_GROUND;
    if (c == 'h' || c == 'l')
        modes_follow(filter, c == 'h');
    bool plain = filter->params_len == 0 || (filter->params[0] >= '0' && filter->params[0] <= ';');
    if (c == 'b' && plain && !filter->after_printable)
        return CAN;
    return c;
}

static void escape_step(struct filter *filter, unsigned char c)
{
    if (c == '[') {
        filter->state = FILTER_CSI;
        filter->params_len = 0;
    } else if (strchr("]P_^X", c) != NULL && c != '\0') {
        filter->state = FILTER_STRING;
    } else if (c >= 0x30 && c != 0x7f) {
        filter->state = FILTER_GROUND;
        filter->after_printable = false;
    }
}

static char csi_step(struct filter *filter, unsigned char c)
{
    if (c >= 0x40 && c <= 0x7e)
        return csi_final(filter, (char)c);
    if (c >= 0x20 && c <= 0x3f) {
        if (filter->params_len < FILTER_PARAMS_MAX)
            filter->params[filter->params_len] = (char)c;
        filter->params_len++;
    }
    return (char)c;
}

static char filter_step(struct filter *filter, unsigned char c)
{
    bool in_string = filter->state == FILTER_STRING || filter->state == FILTER_STRING_ESCAPE;
    if (c == CAN || c == SUB) {
        filter->state = FILTER_GROUND;
        filter->after_printable = false;
        return (char)c;
    }
    if (c == ESC) {
        filter->state = in_string ? FILTER_STRING_ESCAPE : FILTER_ESCAPE;
        return (char)c;
    }
    switch (filter->state) {
    case FILTER_GROUND:
        filter->after_printable = c >= 0x20 && c <= 0x7e;
        return (char)c;
    case FILTER_ESCAPE:
        escape_step(filter, c);
        return (char)c;
    case FILTER_CSI:
        return csi_step(filter, c);
    case FILTER_STRING:
        if (c == BEL)
            filter->state = FILTER_GROUND;
        return (char)c;
    case FILTER_STRING_ESCAPE:
        /* Any byte but the backslash of ST starts a sequence of its own. */
        filter->state = FILTER_ESCAPE;
        escape_step(filter, c);
        return (char)c;
    }
    return (char)c;
}

void filter_run(struct filter *filter, char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = filter_step(filter, (unsigned char)bytes[i]);
}

bool filter_is_ground(const struct filter *filter)
{
    return filter->state == FILTER_GROUND;
}
