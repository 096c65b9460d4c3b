/* Arena: a chain of blocks, each at least BLOCK_BYTES, the newest one filled from the front.
 * Why not malloc per string: a run owns thousands of small strings with one common end of life, and
 * freeing them one by one is where leaks and double frees come from. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t capacity;
    _Alignas(ALIGNMENT) unsigned char data[];
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > PTRDIFF_MAX / 2)
        return NULL; /* rounding up and the block's header must not wrap around */
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->newest == NULL || arena->newest->capacity - arena->used < bytes) {
        size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        struct arena_block *block = calloc(1, sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        block->older = arena->newest;
        block->capacity = capacity;
        arena->newest = block;
        arena->used = 0;
    }
    void *memory = arena->newest->data + arena->used;
    arena->used += bytes;
    return memory;
}

char *arena_copy_n(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return arena_copy_n(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void arena_release(struct arena *arena)
{
    while (arena->newest != NULL) {
        struct arena_block *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
    arena->used = 0;
}
