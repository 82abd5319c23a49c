/* The embedded terminal: what the program prints, as a screen of cells with scrollback. The only
 * module that includes vterm.h (with its vt_*.c). It draws nothing and owns no descriptor.
 *
 * A hostile or broken program must not crash or freeze it: input goes through a filter first
 * (vt_filter.h), and resizes through a recipe that keeps libvterm's bugs away. */
#pragma once

#include "key.h"
#include "style.h"

#include <stdbool.h>
#include <stddef.h>

struct vt;

struct vt_callbacks {
    /* Bytes for the program: answers to its queries, and keys given to vt_key(). */
    void (*write)(void *data, const char *bytes, size_t length);
    void (*title)(void *data, const char *title); /* may be NULL */
    void (*bell)(void *data);                     /* may be NULL */
    void *data;
};

struct vt *vt_create(int rows, int columns, int scrollback_lines, const struct vt_callbacks *callbacks);
void vt_destroy(struct vt *vt);

/* Feed what the program printed, all of it, however long it takes. */
void vt_feed(struct vt *vt, const char *bytes, size_t length);
/* Feed the start of it, for at most about half a millisecond; gives how many bytes were taken, at
 * least 1 when LENGTH > 0. Offer much (16 KiB): a flood of plain lines is taken at one go. Callbacks may
 * be called from here; they must not feed or resize. vt_pump.h does this between keys. */
size_t vt_feed_some(struct vt *vt, const char *bytes, size_t length);
/* Any size is accepted and clamped to at least 1×2. */
void vt_resize(struct vt *vt, int rows, int columns);
int vt_rows(const struct vt *vt);
int vt_columns(const struct vt *vt);

/* Whether anything visible changed since the last call of vt_take_damage(). */
bool vt_take_damage(struct vt *vt);

/* The cell at ROW, COLUMN of the screen. Negative rows are scrollback: -1 is the newest line. */
void vt_cell(const struct vt *vt, int row, int column, struct cell *out);
int vt_scrollback(const struct vt *vt);                     /* lines kept */
bool vt_cursor(const struct vt *vt, int *row, int *column); /* false: hidden */
bool vt_alternate(const struct vt *vt);                     /* the program uses the alternate screen */
bool vt_wants_mouse(const struct vt *vt);

/* Keys, mouse and pasted text for the program, encoded as its modes ask; through callbacks.write. */
void vt_key(struct vt *vt, const struct key *key);
void vt_paste(struct vt *vt, const char *text, size_t length);
void vt_mouse(struct vt *vt, const struct key *key, int row, int column);

/* A line's text in UTF-8 without trailing blanks, for search and copying. The caller frees it. */
char *vt_line_text(const struct vt *vt, int row);
