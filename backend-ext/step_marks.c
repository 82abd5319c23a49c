#include "step_marks.h"

#include "compat.h"
#include "step_frames.h"

void step_marks_set_begun(struct step_marks *marks)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    PyObject *code = frame ? step_frames_code(frame) : NULL;
    thread_marks_set(&marks->begun, code, frame, frame ? step_frames_instruction(frame) : 0);
    Py_XDECREF(code);
}

bool step_marks_take_begun(struct step_marks *marks)
{
    const struct thread_mark *begun = thread_marks_find(&marks->begun);
    PyObject *frame = begun ? (PyObject *)PyEval_GetFrame() : NULL;
    if (!frame || frame != begun->frame) {
        return false;
    }
    PyObject *code = step_frames_code(frame);
    bool same = code == begun->code && step_frames_instruction(frame) <= begun->at + 4;
    Py_DECREF(code);
    thread_marks_forget(&marks->begun);
    return same;
}

void step_marks_set_jumped(struct step_marks *marks, PyObject *frame)
{
    PyObject *code = step_frames_code(frame);
    thread_marks_set(&marks->jumped, code, frame, step_frames_instruction(frame));
    Py_XDECREF(marks->jump_code);
    marks->jump_code = code;
}

bool step_marks_take_jumped(struct step_marks *marks)
{
    const struct thread_mark *mark = thread_marks_find(&marks->jumped);
    PyObject *frame = mark ? (PyObject *)PyEval_GetFrame() : NULL;
    if (!frame || frame != mark->frame) {
        return false;
    }
    bool same = step_frames_instruction(frame) == mark->at;
    thread_marks_forget(&marks->jumped);
    Py_CLEAR(marks->jump_code);
    return same;
}

void step_marks_finish(struct step_marks *marks)
{
    Py_CLEAR(marks->jump_code);
    thread_marks_finish(&marks->begun);
    thread_marks_finish(&marks->jumped);
}
