/* What layout.c (placing), layout_draw.c and layout_mouse.c share. Not for others. */
#pragma once

#include "config.h"
#include "layout.h"

#include <stdint.h>

/* A size chosen with keys or the mouse. It holds for a screen as large as it was chosen on; on any other one the
 * setting does, which is the same in percent. */
struct layout_size {
    int now, whole;             /* as placed last, and what it is a part of; whole 0: there is none */
    int wanted, whole_wanted;   /* chosen; whole_wanted 0: never */
    struct layout_place border; /* to drag it by; rows 0: none */
    int edge;                   /* row or column that the size is counted from */
    bool before;                /* what is sized comes before the border */
    bool unsaved;
};

struct layout {
    struct layout_place places[PANE_COUNT];
    struct layout_place titles[PANE_COUNT]; /* title rows; rows 0: none */
    enum pane_kind slot;                    /* the tab shown under Source */
    struct layout_size sizes[LAYOUT_SPLITS];
    struct layout_place divider;              /* │; rows 0: none */
    bool ruled[PANE_COUNT];                   /* its title is a border to what stands above */
    int dragged;                              /* enum layout_split, or -1 */
    enum pane_kind focus_before, slot_before; /* the press that may begin a drag */
    uint64_t saving;                          /* timer in the loop; 0: none */
    int rows, columns;                        /* of the screen that was placed last */
    bool too_small;
};

bool layout_in_sidebar(enum pane_kind kind);
bool layout_in_slot(enum pane_kind kind);
int layout_clamp(int value, int low, int high);

/* As large as it was last, after a size changed. */
void layout_place_again(struct app *app);
/* layout_size.c */
void layout_set_size(struct app *app, enum layout_split split, int size);
/* The setting of each size. */
extern const enum config_setting layout_settings[LAYOUT_SPLITS];
