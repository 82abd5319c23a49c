#include "thread_marks.h"

#include <Python.h>

struct thread_mark *thread_marks_find(struct thread_marks *marks)
{
    unsigned long ident = marks->count ? PyThread_get_thread_ident() : 0;
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->marks[i].ident == ident) {
            return &marks->marks[i];
        }
    }
    return NULL;
}

void thread_marks_set(struct thread_marks *marks, const void *code, const void *frame, long at)
{
    struct thread_mark *mark = thread_marks_find(marks);
    if (!mark) {
        mark = marks->count < THREAD_MARKS ? &marks->marks[marks->count++] : &marks->marks[0];
    }
    *mark = (struct thread_mark){.ident = PyThread_get_thread_ident(), .code = code, .frame = frame, .at = at};
}

void thread_marks_forget(struct thread_marks *marks)
{
    struct thread_mark *mark = thread_marks_find(marks);
    if (mark) {
        *mark = marks->marks[--marks->count];
    }
}
