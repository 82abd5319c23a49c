/* The rows of the Stack pane: threads when there are several, the frames of the one shown, runs of library frames as
 * one row. Pure: made from the model, as often as it is drawn. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct model;

enum stack_row_kind {
    STACK_ROW_THREAD, /* index: of model->threads */
    STACK_ROW_FRAME,  /* index: of model->frames */
    STACK_ROW_FOLD,   /* index: of the first of COUNT library frames */
    STACK_ROW_MORE,   /* frames that are not fetched yet */
};

struct stack_row {
    enum stack_row_kind kind;
    size_t index, count;
};

struct stack_rows {
    struct stack_row *rows; /* owned */
    size_t count, capacity;
    size_t *opened; /* owned: first frames of folds that were opened at this stop */
    size_t opened_count, opened_capacity;
    bool fold;      /* library frames */
    bool collapsed; /* the frames of the shown thread are not rows */
    bool threads;   /* set: threads are rows */
};

void stack_rows_make(struct stack_rows *self, const struct model *model);
void stack_rows_finish(struct stack_rows *self);

/* Show the frames of the run that begins with frame FIRST. */
void stack_rows_open(struct stack_rows *self, size_t first);
/* Another stop, or another thread: everything as at first. */
void stack_rows_reset(struct stack_rows *self);
/* The row of frame INDEX, or of the fold that holds it; 0 when it is not shown. */
size_t stack_rows_of_frame(const struct stack_rows *self, size_t index);
