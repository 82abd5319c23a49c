/* A few words kept per thread between two reports of the same event. With the GIL only. Pointers are
 * compared, never followed: what they meant may be gone. */
#pragma once

#include <stddef.h>

struct thread_mark {
    unsigned long ident;
    const void *code, *frame;
    long at; /* a line or an instruction, as the user has it */
};

struct thread_marks {
    struct thread_mark *marks; /* owned: `count` of them, in no order, one a thread; threads may be held between two */
    size_t count, capacity;
};

/* The calling thread's mark, or NULL. Valid until the next call of another function here. */
struct thread_mark *thread_marks_find(struct thread_marks *marks);

/* Make or replace the calling thread's mark. Without memory there is none. */
void thread_marks_set(struct thread_marks *marks, const void *code, const void *frame, long at);

/* Drop the calling thread's mark, if it has one. */
void thread_marks_forget(struct thread_marks *marks);

void thread_marks_finish(struct thread_marks *marks);
