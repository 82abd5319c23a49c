/* Threads of our own beside the interpreter's: the program's signals never come to them. */
#pragma once

#include <stddef.h>

#define NATIVE_STACK_SMALL  ((size_t)512 << 10) /* for one that runs no Python */
#define NATIVE_STACK_PYTHON ((size_t)8 << 20)   /* for one that takes the GIL: what it evaluates may go deep */

/* Start a detached thread that blocks all signals and calls RUN with DATA, which it may own from then on. STACK is
 * its size in bytes. Returns 0, or the errno of what failed; then RUN is not called. */
int native_thread_start(void *(*run)(void *), void *data, size_t stack);

struct native_threads {
    int own;    /* that were started here */
    int others; /* the program's, its main thread among them */
};

/* The threads that the kernel has in this process: also those that have just begun, or are in their last lines. */
struct native_threads native_thread_count(void);
