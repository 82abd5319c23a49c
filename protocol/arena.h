/* A bump allocator: everything that belongs to one message is freed at once.
 *
 * Failure is sticky. When memory runs out arena_alloc() returns NULL, every later call too, and
 * arena_failed() says so; value builders accept the NULL and the encoders refuse a failed arena.
 * So building a message needs one check at its end, not one a field. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A new, empty arena; NULL when out of memory. The caller owns it. */
struct arena *arena_create(void);

/* Free the arena and all that was allocated from it. NULL is fine. */
void arena_destroy(struct arena *arena);

/* Forget all allocations but keep the first block, and clear the failed flag. */
void arena_reset(struct arena *arena);

/* SIZE zeroed bytes, aligned for any type, owned by the arena; NULL when out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy of LENGTH bytes; the bytes may hold NULs themselves. NULL when out of memory. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);

/* Formatted text, owned by the arena; NULL when out of memory. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether any allocation failed since creation or the last reset. */
bool arena_failed(const struct arena *arena);

/* Bytes reserved from the system, for limits and statistics. */
size_t arena_size(const struct arena *arena);
