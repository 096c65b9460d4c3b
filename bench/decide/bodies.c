/* Bodies whose amount of work is known: built with -DWORK_PPM=10000 a module does 1 % more steps
 * than with 0 and is the same code otherwise.  Each step of a body does the same work as any other,
 * and there are thousands of them, so the true ratio of two builds is that of their steps. */
#define ASSAY_SUITE "decide"
#include "bodies.h"

#include <assay.h>
#include <stdlib.h>

#define STEPS(count) assay_opaque((uint64_t)STEPS_OF(count))

enum { BYTES = 1 << 14, RING = 64, BLOCK_MAX = 1 << 11 };

ASSAY_BENCH(cpu, .description = "2000 dependent shifts")
{
    uint64_t steps = STEPS(CPU_STEPS), x = XORSHIFT_SEED;
    ASSAY_LOOP(b)
    {
        x = work_cpu(x, steps);
        assay_keep(x);
    }
}

static void chase(struct assay_bench *b)
{
    const uint32_t *chain = (const uint32_t *)b->state;
    uint64_t hops = STEPS(MEMORY_HOPS);
    uint32_t at = 0;
    ASSAY_LOOP(b)
    {
        at = work_memory(chain, at, hops);
        assay_keep(at);
    }
}

static void put_chain(struct assay_bench *b, size_t bytes)
{
    uint32_t *chain = (uint32_t *)assay_alloc(b, bytes);
    link_chain(chain, (uint32_t)(bytes / 64), assay_random(b) | 1);
    assay_fixture_put(b, chain, bytes);
}

static void build_half(struct assay_bench *b)
{
    put_chain(b, MEMORY_BYTES);
}

static void open_half(struct assay_bench *b)
{
    size_t bytes;
    b->state = (void *)(uintptr_t)assay_fixture(b, "half", build_half, &bytes);
    assay_expect(b, bytes == MEMORY_BYTES, "the chain has %zu bytes", bytes);
}

ASSAY_BENCH(memory, .description = "2000 dependent loads over half of the L2, read by both sides",
            .setup = open_half)
{
    chase(b);
}

static void build_whole(struct assay_bench *b)
{
    put_chain(b, 2 * (size_t)MEMORY_BYTES);
}

static void open_whole(struct assay_bench *b)
{
    size_t bytes;
    b->state = (void *)(uintptr_t)assay_fixture(b, "whole", build_whole, &bytes);
    assay_expect(b, bytes == 2 * (size_t)MEMORY_BYTES, "the chain has %zu bytes", bytes);
}

ASSAY_BENCH(whole_l2, .description = "2000 dependent loads over all of the L2, read by both sides",
            .setup = open_whole)
{
    chase(b);
}

static void link_private(struct assay_bench *b)
{
    uint32_t *chain = (uint32_t *)assay_alloc(b, PRIVATE_BYTES);
    link_chain(chain, PRIVATE_BYTES / 64, assay_random(b) | 1);
    b->state = chain;
}

ASSAY_BENCH(own_memory, .description = "2000 dependent loads over 4 MiB of one's own",
            .setup = link_private)
{
    chase(b);
}

ASSAY_BENCH(branchy, .description = "1000 insertion sorts of 64 words")
{
    uint64_t sorts = STEPS(SORTS);
    ASSAY_LOOP(b)
    {
        uint64_t sum = work_branchy(XORSHIFT_SEED, sorts);
        assay_keep(sum);
    }
}

static void draw_bytes(struct assay_bench *b)
{
    b->state = assay_random_bytes(b, BYTES);
}

/* The index wanders on from loop to loop, so that no predictor can learn the bytes by heart. */
ASSAY_BENCH(unpredictable, .description = "branches that cannot be predicted", .setup = draw_bytes)
{
    const unsigned char *bytes = (const unsigned char *)b->state;
    uint64_t steps = STEPS(5000), position = 1, odd = 0, even = 0;
    ASSAY_LOOP(b)
    {
        for (uint64_t i = 0; i < steps; i++) {
            position = position * 6364136223846793005u + 1442695040888963407u;
            if (bytes[position >> 50] & 1) {
                odd++;
                assay_keep(odd);
            } else {
                even++;
                assay_keep(even);
            }
        }
    }
}

/* Blocks of 1 to 2048 bytes, each of which lives for 64 allocations. */
ASSAY_BENCH(allocating, .description = "malloc and free of mixed sizes")
{
    void *ring[RING] = {NULL};
    uint64_t steps = STEPS(2000), random = XORSHIFT_SEED;
    ASSAY_LOOP(b)
    {
        for (uint64_t i = 0; i < steps; i++) {
            random = xorshift(random);
            size_t bytes = 1 + (size_t)(random >> 32) % BLOCK_MAX;
            char *block = (char *)malloc(bytes);
            free(ring[i % RING]);
            ring[i % RING] = block;
            if (block != NULL)
                *block = 1;
            assay_keep(block);
        }
    }
    for (int i = 0; i < RING; i++)
        free(ring[i]);
}

/* 0.01 % of its steps is one step: for counting instructions. */
ASSAY_BENCH(counted, .description = "10000 dependent shifts")
{
    uint64_t steps = STEPS(10000), x = XORSHIFT_SEED;
    ASSAY_LOOP(b)
    {
        x = work_cpu(x, steps);
        assay_keep(x);
    }
}
