/* More C stack for deep recursion of Python code.
 *
 * With a frame evaluation hook every Python call uses C stack, while bare 3.11 runs Python-to-Python calls
 * in one C frame: a program that raised its recursion limit and recurses 10^5 deep would crash under the
 * debugger only. So half of a thread's stack is left to C code, and Python goes on on a mapping of its own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Initial-exec costs one instruction; glibc keeps room for it in libraries that are loaded late, musl does not. */
#ifdef __GLIBC__
#define C_STACK_TLS __attribute__((tls_model("initial-exec")))
#else
#define C_STACK_TLS
#endif

/* Below this address the calling thread's stack counts as used up. All ones: not known yet. */
extern _Thread_local uintptr_t c_stack_floor C_STACK_TLS;

static inline bool c_stack_is_low(void)
{
    return __builtin_expect((uintptr_t)__builtin_frame_address(0) < c_stack_floor, 0);
}

/* Find out where the calling thread's stack ends, if that is not known yet; whether it is low. */
bool c_stack_measure(void);

/* Call FUNCTION with DATA on another stack, on this one if there is no memory; in it c_stack_is_low() is
 * false at first. GIL held, by FUNCTION too when it returns. */
void c_stack_extend(void (*function)(void *data), void *data);

/* Never extend this thread's stack. */
void c_stack_give_up(void);
