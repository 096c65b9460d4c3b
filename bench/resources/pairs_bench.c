/* A malloc and its free, and nothing else: plain, or with assay-allocs.so preloaded by
 * bench/resources/run. */
#define ASSAY_SUITE "pairs"
#include <assay.h>

ASSAY_BENCH(malloc_free, .sweep = "bytes=16,256,4096")
{
    const size_t bytes = (size_t)assay_param(b, "bytes");
    ASSAY_LOOP(b)
    {
        void *memory = malloc(bytes);
        assay_keep(memory);
        free(memory);
    }
}

/* What the sampler must not disturb: arithmetic, and a walk through memory. */
ASSAY_BENCH(arithmetic)
{
    uint64_t value = assay_opaque(1);
    ASSAY_LOOP(b)
    {
        value = value * 6364136223846793005u + 1;
        assay_keep(value);
    }
}

static void fill(struct assay_bench *b)
{
    enum { WORDS = 8 << 20 };
    uint64_t *words = (uint64_t *)assay_alloc(b, WORDS * sizeof *words);
    for (size_t i = 0; i < WORDS; i++)
        words[i] = i;
    b->state = words;
    b->bytes = WORDS * sizeof *words;
}

ASSAY_BENCH(memory, .setup = fill)
{
    const uint64_t *words = (const uint64_t *)b->state;
    const size_t count = (size_t)(b->bytes / sizeof *words);
    ASSAY_LOOP(b)
    {
        uint64_t sum = 0;
        for (size_t i = 0; i < count; i += 8)
            sum += words[i];
        assay_keep(sum);
    }
}
