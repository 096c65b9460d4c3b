/* A typed growing array: VEC(struct sample) samples = {0}; its items are freed by free(). */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
    }

/* Makes room for one more item and yields its address (not cleared), or NULL out of memory. */
#define vec_add(vec)                                                                               \
    (vec_grow((void **)&(vec)->items, (vec)->count, sizeof *(vec)->items)                          \
         ? &(vec)->items[(vec)->count++]                                                           \
         : NULL)

/* The room doubles whenever the count is a power of two. */
static inline void *vec_grow(void **items, size_t count, size_t item_bytes)
{
    void *grown = count & (count - 1) ? *items : realloc(*items, (2 * count + 1) * item_bytes);
    return grown ? *items = grown : NULL;
}

#endif
