/* A few words kept per thread between two reports of the same event. With the GIL only. Pointers are
 * compared, never followed: what they meant may be gone. */
#pragma once

#include <stddef.h>

#define THREAD_MARKS 64 /* threads that are between such reports at the same time; more forget the oldest */

struct thread_mark {
    unsigned long ident;
    const void *code, *frame;
    long at; /* a line or an instruction, as the user has it */
};

struct thread_marks {
    struct thread_mark marks[THREAD_MARKS]; /* `count` of them, in no order, one a thread */
    size_t count;
};

/* The calling thread's mark, or NULL. Valid until the next call of another function here. */
struct thread_mark *thread_marks_find(struct thread_marks *marks);

/* Make or replace the calling thread's mark. */
void thread_marks_set(struct thread_marks *marks, const void *code, const void *frame, long at);

/* Drop the calling thread's mark, if it has one. */
void thread_marks_forget(struct thread_marks *marks);
