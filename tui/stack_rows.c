#include "stack_rows.h"

#include "model.h"
#include "xalloc.h"

#include <stdlib.h>

#define FOLD_LEAST 2 /* frames; one alone takes no more room than a fold */

static void add(struct stack_rows *self, enum stack_row_kind kind, size_t index, size_t count)
{
    xgrow(&self->rows, &self->capacity, self->count + 1, sizeof *self->rows);
    self->rows[self->count++] = (struct stack_row){kind, index, count};
}

static bool is_opened(const struct stack_rows *self, size_t first)
{
    for (size_t i = 0; i < self->opened_count; i++)
        if (self->opened[i] == first)
            return true;
    return false;
}

void stack_rows_open(struct stack_rows *self, size_t first)
{
    if (is_opened(self, first))
        return;
    xgrow(&self->opened, &self->opened_capacity, self->opened_count + 1, sizeof *self->opened);
    self->opened[self->opened_count++] = first;
}

void stack_rows_reset(struct stack_rows *self)
{
    self->opened_count = 0;
    self->collapsed = false;
}

static size_t run_of_library(const struct model *model, size_t first)
{
    size_t end = first;
    while (end < model->frame_count && model->frames[end].subtle)
        end++;
    return end - first;
}

/* A run that the selected frame comes into is opened, and stays so. */
static void add_frames(struct stack_rows *self, const struct model *model)
{
    for (size_t i = 0; i < model->frame_count;) {
        size_t run = self->fold ? run_of_library(model, i) : 0;
        if (run >= FOLD_LEAST && model->selected_frame >= i && model->selected_frame < i + run)
            stack_rows_open(self, i);
        if (run >= FOLD_LEAST && !is_opened(self, i)) {
            add(self, STACK_ROW_FOLD, i, run);
            i += run;
            continue;
        }
        size_t end = i + (run ? run : 1);
        for (; i < end; i++)
            add(self, STACK_ROW_FRAME, i, 1);
    }
    if (model->more_frames)
        add(self, STACK_ROW_MORE, model->frame_count, 0);
}

/* Threads are rows when there are several and the one shown is among them. */
static bool shows_threads(const struct model *model)
{
    for (size_t i = 0; model->thread_count > 1 && i < model->thread_count; i++)
        if (model->threads[i].id == model->thread_id)
            return true;
    return false;
}

void stack_rows_make(struct stack_rows *self, const struct model *model)
{
    self->count = 0;
    self->threads = shows_threads(model);
    if (!self->threads) {
        add_frames(self, model);
        return;
    }
    for (size_t i = 0; i < model->thread_count; i++) {
        add(self, STACK_ROW_THREAD, i, 1);
        if (model->threads[i].id == model->thread_id && !self->collapsed)
            add_frames(self, model);
    }
}

void stack_rows_finish(struct stack_rows *self)
{
    free(self->rows);
    free(self->opened);
}

size_t stack_rows_of_frame(const struct stack_rows *self, size_t index)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct stack_row *row = &self->rows[i];
        if (row->kind != STACK_ROW_THREAD && row->kind != STACK_ROW_MORE && index >= row->index &&
            index < row->index + row->count)
            return i;
    }
    return 0;
}
