/* What `assay doctor` compares with itself: four bodies that noise reaches in different ways,
 * through the clock, the caches, the layout of code and the allocator.  Nothing of it is kept: no
 * fixtures. */
#define ASSAY_SUITE "doctor"
#include <assay.h>
#include <stdlib.h>
#include <string.h>

enum { CHASE_LINES = 1 << 15, LINE_BYTES = 64, BYTES = 1 << 14, RING = 64, BLOCK_MAX = 1 << 11 };

/* xorshift64*, Vigna 2016. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

ASSAY_BENCH(cpu, .description = "dependent shifts and multiplications")
{
    int steps = assay_opaque(10000);
    uint64_t state = 88172645463325252u, sum = 0;
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < steps; i++)
            sum += next_random(&state);
        assay_keep(sum);
    }
}

/* One cycle through 2 MiB in random order: Sattolo, Information Processing Letters 22(6), 1986. */
static void link_lines(struct assay_bench *b)
{
    char *memory = (char *)assay_alloc(b, (size_t)CHASE_LINES * LINE_BYTES);
    uint32_t *order = (uint32_t *)assay_alloc(b, CHASE_LINES * sizeof *order);
    for (uint32_t i = 0; i < CHASE_LINES; i++)
        order[i] = i;
    for (uint32_t i = CHASE_LINES - 1; i > 0; i--) {
        uint32_t k = (uint32_t)assay_random_below(b, i), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    for (size_t i = 0; i < CHASE_LINES; i++) {
        char *next = memory + (size_t)order[i] * LINE_BYTES;
        memcpy(memory + i * LINE_BYTES, &next, sizeof next);
    }
    b->state = memory;
}

ASSAY_BENCH(memory, .description = "a pointer chase through 2 MiB", .setup = link_lines)
{
    int steps = assay_opaque(4000);
    char *at = (char *)b->state;
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < steps; i++)
            memcpy(&at, at, sizeof(char *));
        assay_keep(at);
    }
}

static void draw_bytes(struct assay_bench *b)
{
    b->state = assay_random_bytes(b, BYTES);
}

/* The index wanders on from loop to loop, so that no predictor can learn the bytes by heart. */
/* NOLINTNEXTLINE(readability-function-size): assay_keep is a block of its own */
ASSAY_BENCH(branchy, .description = "branches that cannot be predicted", .setup = draw_bytes)
{
    const unsigned char *bytes = (const unsigned char *)b->state;
    int steps = assay_opaque(5000);
    uint64_t position = 1, odd = 0, even = 0;
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < steps; i++) {
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
    uint64_t state = 88172645463325252u;
    int steps = assay_opaque(2000);
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < steps; i++) {
            size_t bytes = 1 + (size_t)(next_random(&state) >> 32) % BLOCK_MAX;
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
