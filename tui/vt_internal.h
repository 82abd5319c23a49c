/* struct vt as vt.c, vt_fast.c and vt_keys.c share it. Nobody else includes this. */
#pragma once

#include "vt.h"
#include "vt_filter.h"
#include "vt_scrollback.h"

#include <vterm.h>

#define VT_MAX_ROWS 1000

struct vt {
    VTerm *vterm;        /* owned */
    VTermScreen *screen; /* borrowed from vterm */
    VTermState *state;   /* borrowed from vterm */
    struct vt_scrollback *scrollback;
    struct vt_callbacks callbacks;
    struct vt_filter filter;
    struct cell *line; /* owned; a line of cells on its way to or from the scrollback */
    int rows, columns;
    int skip_pushes; /* lines that vt_fast.c has put into the scrollback already */
    int mouse;       /* VTERM_PROP_MOUSE_… */
    bool cursor_visible, alternate, damaged;
    bool fast;    /* fast-forward; tests turn it off to compare */
    bool between; /* it could begin at the next line */

    /* What ESC 7 or mode 1049 saved, to save it anew within the screen after a resize. */
    struct {
        VTermPos position;
        struct style style;
        bool visible;
    } saved;
};

/* A cell of libvterm's as ours, without any check of the character. */
void vt_cell_from_vterm(const VTermScreenCell *from, struct cell *to);

/* Fast-forward the start of BYTES, if it is a flood of plain lines; gives how much of it, often 0. */
size_t vt_fast_forward(struct vt *vt, const char *bytes, size_t length);
