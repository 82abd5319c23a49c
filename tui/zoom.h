/* The terminal zoomed by itself: while the program runs and uses the alternate screen, as editors and other curses
 * programs do, it has the whole screen; at a stop the panes are back, with the focus where it was. */
#pragma once

struct app;
struct zoom;

struct zoom *zoom_create(void);
void zoom_destroy(struct zoom *zoom); /* NULL is fine */

/* Look whether to zoom or to come back; cheap, once a turn. */
void zoom_follow(struct app *app);
