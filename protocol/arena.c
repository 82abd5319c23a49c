#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK   ((size_t)16 << 10)
#define LARGEST_BLOCK ((size_t)1 << 20)
#define ALIGNMENT     _Alignof(max_align_t)

struct block {
    struct block *next; /* owned */
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

/* blocks is the one that is being filled; full ones and those made for one large piece hang behind
 * it. first is among them and the only one that a reset keeps. */
struct arena {
    struct block *blocks; /* owned */
    struct block *first;  /* borrowed */
    size_t reserved;
    size_t next_size;
    bool failed;
};

static struct block *block_create(size_t size)
{
    struct block *block = malloc(sizeof(struct block) + size);
    if (block) {
        block->next = NULL;
        block->size = size;
        block->used = 0;
    }
    return block;
}

struct arena *arena_create(void)
{
    struct arena *arena = calloc(1, sizeof(*arena));
    if (!arena)
        return NULL;
    arena->blocks = arena->first = block_create(FIRST_BLOCK);
    if (!arena->blocks) {
        free(arena);
        return NULL;
    }
    arena->reserved = FIRST_BLOCK;
    arena->next_size = 2 * FIRST_BLOCK;
    return arena;
}

static void free_blocks(struct arena *arena, const struct block *kept)
{
    for (struct block *block = arena->blocks; block;) {
        struct block *next = block->next;
        if (block != kept)
            free(block);
        block = next;
    }
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena, NULL);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    free_blocks(arena, arena->first);
    arena->first->next = NULL;
    arena->first->used = 0;
    arena->blocks = arena->first;
    arena->reserved = arena->first->size;
    arena->next_size = 2 * FIRST_BLOCK;
    arena->failed = false;
}

/* A block with room for SIZE bytes; NULL when out of memory. A large piece gets a block of its own
 * behind the current one, whose rest stays in use. */
static struct block *add_block(struct arena *arena, size_t size)
{
    bool own = size > arena->next_size / 4;
    struct block *block = block_create(own ? size : arena->next_size);
    if (!block)
        return NULL;
    arena->reserved += block->size;
    if (own) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
        return block;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    if (arena->next_size < LARGEST_BLOCK)
        arena->next_size *= 2;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (!arena || arena->failed)
        return NULL;
    if (size > PTRDIFF_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = arena->blocks;
    if (block->size - block->used < size)
        block = add_block(arena, size);
    if (!block) {
        arena->failed = true;
        return NULL;
    }
    void *piece = block->bytes + block->used;
    block->used += size;
    return memset(piece, 0, size);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length < SIZE_MAX ? length + 1 : length);
    if (copy && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof(small), format, arguments);
    char *text = NULL;
    if (length >= 0 && (size_t)length < sizeof(small)) {
        text = arena_copy(arena, small, (size_t)length);
    } else if (length >= 0) {
        text = arena_alloc(arena, (size_t)length + 1);
        if (text)
            vsnprintf(text, (size_t)length + 1, format, again);
    } else if (arena) {
        arena->failed = true;
    }
    va_end(again);
    va_end(arguments);
    return text;
}

bool arena_failed(const struct arena *arena)
{
    return !arena || arena->failed;
}

size_t arena_size(const struct arena *arena)
{
    return arena ? arena->reserved : 0;
}
