/* Line events that are dealt with before they come: where a frame begins, and where it was moved to. GIL held. */
#pragma once

#include "thread_marks.h"

#include <Python.h>
#include <stdbool.h>

struct step_marks {
    struct thread_marks begun;  /* frames dealt with at their very beginning, before any line; `at` is f_lasti then */
    struct thread_marks jumped; /* frames that were moved, and no line since; `at` is f_lasti */
    PyObject *jump_code;        /* owned: of the last one, to be watched for that line; NULL */
};

/* The common case, in short: no thread has any. */
static inline bool step_marks_are_none(const struct step_marks *marks)
{
    return marks->begun.count == 0 && marks->jumped.count == 0;
}

/* The calling thread's frame is dealt with at its beginning, in place of a line event that may not come. */
void step_marks_set_begun(struct step_marks *marks);

/* Whether this line event is that of a beginning that was dealt with. It does come when lines are armed
 * by the report of the beginning itself. */
bool step_marks_take_begun(struct step_marks *marks);

/* FRAME, the running one, was moved. */
void step_marks_set_jumped(struct step_marks *marks, PyObject *frame);

/* Whether this line event is that of the line that the running frame was moved to. Not every version reports
 * it, nor every jump: whatever comes first in that frame settles it, and lets go of `jump_code`. */
bool step_marks_take_jumped(struct step_marks *marks);

void step_marks_finish(struct step_marks *marks);
