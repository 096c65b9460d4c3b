/* False sharing: the same instructions, but a second thread writes the line that we write.  A file
 * of its own, since each slot starts a thread and takes long. */
#include <pthread.h>
#include <stdatomic.h>

#include "work.h"

/* A neighbour that counts, in our line or in one far off, while the body runs. */
struct neighbour {
    pthread_t thread;
    atomic_bool ends;
    atomic_uint_fast64_t *counter;
};

static void *count_on(void *self_)
{
    struct neighbour *self = self_;
    while (!atomic_load_explicit(&self->ends, memory_order_relaxed))
        atomic_fetch_add_explicit(self->counter, 1, memory_order_relaxed);
    return NULL;
}

static void make_line(struct assay_bench *b)
{
    b->state = assay_alloc(b, 2 * PAGE_BYTES);
}

ASSAY_BENCH(sharing, .description = "a line that another thread writes", .setup = make_line)
{
    char *memory = b->state;
    struct neighbour neighbour = {.counter = (void *)(memory + (BAD > 0 ? 8 : PAGE_BYTES))};
    atomic_uint_fast64_t *mine = (void *)memory;
    atomic_store(neighbour.counter, 0);
    if (pthread_create(&neighbour.thread, NULL, count_on, &neighbour) != 0)
        abort();
    while (atomic_load(neighbour.counter) == 0)
        ;
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < 16; i++)
            atomic_fetch_add_explicit(mine, 1, memory_order_relaxed);
    }
    atomic_store(&neighbour.ends, true);
    pthread_join(neighbour.thread, NULL);
}
