/* A typed growing array: VEC(struct sample) samples = {0}; free with vec_release(&samples). */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* Makes room for one more item and yields its address (not cleared), or NULL when memory is out. */
#define vec_add(vec)                                                                               \
    (vec_grow((void **)&(vec)->items, &(vec)->capacity, (vec)->count, sizeof *(vec)->items)        \
         ? &(vec)->items[(vec)->count++]                                                           \
         : NULL)

/* Makes room for `wanted` items in all and no more; whether there is memory for them. */
#define vec_reserve(vec, wanted)                                                                   \
    vec_resize((void **)&(vec)->items, &(vec)->capacity, (wanted), sizeof *(vec)->items)

#define vec_release(vec)                                                                           \
    do {                                                                                           \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->count = (vec)->capacity = 0;                                                        \
    } while (0)

static inline bool vec_grow(void **items, size_t *capacity, size_t count, size_t item_bytes)
{
    if (count < *capacity)
        return true;
    size_t more = *capacity ? *capacity * 2 : 8;
    void *grown = realloc(*items, more * item_bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = more;
    return true;
}

static inline bool vec_resize(void **items, size_t *capacity, size_t wanted, size_t item_bytes)
{
    if (wanted <= *capacity)
        return true;
    void *grown = realloc(*items, wanted * item_bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

#endif
