/* What a thread is blocked in that waits in C code: whether the kernel says that it waits at all, and the call that it
 * is in as the source has it, "lock.acquire()", "with lock", "for … in sys.stdin". All of it is read, nothing of the
 * program's is run. GIL held. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct backend;

enum blocked_state {
    BLOCKED_UNKNOWN, /* the kernel does not tell */
    BLOCKED_NOT,     /* it runs, or would if it got the GIL */
    BLOCKED,         /* it waits, for something else than the GIL */
};

/* Of a thread of this process, by the kernel's id. */
enum blocked_state blocked_state(long native_id);

/* The text of the instruction that FRAME is at, into BUFFER: what waits there when its thread is blocked. "" when
 * it cannot be told. The thread that holds what is waited for, by our id, where that is known; else 0. */
long long blocked_call(struct backend *backend, PyObject *frame, char *buffer, size_t size);
