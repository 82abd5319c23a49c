#include "c_stack.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

#define SEGMENT_SIZE  ((size_t)64 << 20) /* address space; memory is used as far as the recursion goes */
#define SEGMENT_GUARD ((size_t)64 << 10)
#define SEGMENT_SPARE ((size_t)4 << 20) /* of a segment, for C code */
#define SEGMENT_END   256               /* zeros above the first frame: unwinding (pthread_exit) ends there */

_Thread_local uintptr_t c_stack_floor C_STACK_TLS = UINTPTR_MAX;

/* One unused segment, kept: a loop that calls functions just at the edge would map and unmap for each. Guarded
 * by the GIL. */
static void *kept_segment;

/* Half of the thread's stack is for C code that Python calls, 0 when it cannot be told. */
static uintptr_t find_floor(void)
{
    pthread_attr_t attributes;
    void *address = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        return 0;
    }
    int error = pthread_attr_getstack(&attributes, &address, &size);
    pthread_attr_destroy(&attributes);
    return error ? 0 : (uintptr_t)address + size / 2;
}

static void *take_segment(void)
{
    if (kept_segment) {
        void *segment = kept_segment;
        kept_segment = NULL;
        return segment;
    }
    void *segment = mmap(NULL, SEGMENT_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (segment == MAP_FAILED) {
        return NULL;
    }
    mprotect(segment, SEGMENT_GUARD, PROT_NONE);
    return segment;
}

static void give_segment_back(void *segment)
{
    if (kept_segment) {
        munmap(segment, SEGMENT_SIZE);
    } else {
        kept_segment = segment;
    }
}

/* The old stack pointer waits in a register that FUNCTION preserves. */
static void call_on(void *top, void (*function)(void *data), void *data)
{
#if defined(__x86_64__)
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "movq %[top], %%rsp\n\t"
                     "callq *%[function]\n\t"
                     "movq %%rbx, %%rsp"
                     : "+D"(data)
                     : [top] "r"(top), [function] "r"(function)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc", "memory", "xmm0", "xmm1",
                       "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                       "xmm13", "xmm14", "xmm15");
#elif defined(__aarch64__)
    register void *argument __asm__("x0") = data;
    __asm__ volatile("mov x19, sp\n\t"
                     "mov sp, %[top]\n\t"
                     "blr %[function]\n\t"
                     "mov sp, x19"
                     : "+r"(argument)
                     : [top] "r"(top), [function] "r"(function)
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "x18", "x19", "x30", "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6",
                       "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20",
                       "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
#else
#error "how to call a function on another stack on this processor"
#endif
}

bool c_stack_measure(void)
{
    if (c_stack_floor == UINTPTR_MAX) {
        c_stack_floor = find_floor();
    }
    return c_stack_is_low();
}

void c_stack_give_up(void)
{
    c_stack_floor = 0;
}

void c_stack_extend(void (*function)(void *data), void *data)
{
    uintptr_t old_floor = c_stack_floor;
    char *segment = take_segment();
    if (segment) {
        c_stack_floor = (uintptr_t)segment + SEGMENT_GUARD + SEGMENT_SPARE;
        call_on(segment + SEGMENT_SIZE - SEGMENT_END, function, data);
        give_segment_back(segment);
    } else {
        c_stack_floor = 0;
        function(data);
    }
    c_stack_floor = old_floor;
}
