/* Memory that is freed all at once: what belongs to one run or one catalogue lives in one arena.
 * Invariant: a pointer from arena_alloc stays valid until arena_release. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *newest;
    size_t used; /* bytes used of the newest block */
};

/* Zeroed memory, aligned to 16; NULL when memory is out.  An all-zero `struct arena` is empty. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* Copy of `text`, or of its first `length` bytes, NUL-terminated; NULL when memory is out. */
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_n(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_release(struct arena *arena);

#endif
