/* Drawing of source lines: marks, numbers, highlighting, inline values. Only visible lines cost. */
#pragma once

#include "canvas.h"

#include <stdbool.h>

struct app;
struct model_frame;
struct source;

struct source_view {
    struct source *source;           /* borrowed */
    const char *path;                /* as the model names it, for breakpoints; borrowed */
    int top;                         /* first visible line, from 1 */
    int left;                        /* columns scrolled to the right */
    int cursor;                      /* the cursor's line */
    int current;                     /* line of the selected frame in this file; 0: none */
    bool outer;                      /* that frame is not the innermost */
    bool inline_values;              /* up to the current line, in the function around it */
    int inline_function;             /* the line of its def; 0: the module */
    const struct model_frame *frame; /* that frame, to mark what of the line it is at; NULL: do not */
    const char *needle;              /* what is searched, all hits of which are marked; NULL: nothing */
};

void source_view_draw(struct app *app, const struct source_view *view, struct canvas canvas, bool focused);

/* Columns that marks and, if shown, line numbers take for a source of LINES lines. */
int source_view_gutter(const struct app *app, int lines);
