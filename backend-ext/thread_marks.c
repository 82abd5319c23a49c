#include "thread_marks.h"

#include <Python.h>
#include <stdlib.h>

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

static struct thread_mark *add_mark(struct thread_marks *marks)
{
    if (marks->count == marks->capacity) {
        size_t capacity = marks->capacity ? marks->capacity * 2 : 8;
        struct thread_mark *larger = realloc(marks->marks, capacity * sizeof(*larger));
        if (!larger) {
            return NULL;
        }
        marks->marks = larger;
        marks->capacity = capacity;
    }
    return &marks->marks[marks->count++];
}

void thread_marks_set(struct thread_marks *marks, const void *code, const void *frame, long at)
{
    struct thread_mark *mark = thread_marks_find(marks);
    if (!mark) {
        mark = add_mark(marks);
    }
    if (mark) {
        *mark = (struct thread_mark){.ident = PyThread_get_thread_ident(), .code = code, .frame = frame, .at = at};
    }
}

void thread_marks_forget(struct thread_marks *marks)
{
    struct thread_mark *mark = thread_marks_find(marks);
    if (mark) {
        *mark = marks->marks[--marks->count];
    }
}

void thread_marks_finish(struct thread_marks *marks)
{
    free(marks->marks);
    *marks = (struct thread_marks){0};
}
