#include "reserve.h"

#include <stddef.h>
#include <sys/mman.h>

#define RESERVE_SIZE ((size_t)4 << 20) /* for a few arenas of Python's allocator, 1 MiB each, and large texts */

void reserve_take(void **reserve)
{
    if (!*reserve) {
        void *memory =
            mmap(NULL, RESERVE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        *reserve = memory == MAP_FAILED ? NULL : memory;
    }
}

void reserve_release(void **reserve)
{
    if (*reserve) {
        munmap(*reserve, RESERVE_SIZE);
        *reserve = NULL;
    }
}
