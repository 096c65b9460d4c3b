/* Changes with equal instructions, of which only one is placement.
 *
 * `sort` is the case of placement: built with -falign-functions=1 and some bytes of padding
 * (-DPAD=N) it is the same instructions at other addresses.  All others are planted regressions:
 * -DBAD=N makes N of 64 steps cost more by the data that they meet, while each step stays the same
 * instructions. */
#include "work.h"

static uint64_t xorshift(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

__attribute__((noinline)) static uint64_t sort_some(uint64_t x)
{
    uint32_t a[64];
    for (int i = 0; i < 64; i++)
        a[i] = (uint32_t)(x = xorshift(x));
    for (int i = 1; i < 64; i++) {
        uint32_t key = a[i];
        int j = i - 1;
        for (; j >= 0 && a[j] > key; j--)
            a[j + 1] = a[j];
        a[j + 1] = key;
    }
    return x ^ a[17];
}

ASSAY_BENCH(sort, .description = "insertion sort of 64 random numbers: speed by address")
{
    uint64_t value = 88172645463325252u;
    ASSAY_LOOP(b)
    {
        uint64_t x = 88172645463325252u;
        for (int i = 0; i < 10; i++)
            x = sort_some(x);
        value ^= x;
    }
    assay_keep(value);
}

static void place_conflicts(struct assay_bench *b)
{
    struct work *work = new_work(b, (size_t)64 * PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = is_bad(i) ? i % 64 * PAGE_BYTES : i % 64 * LINE_BYTES;
}

ASSAY_BENCH(conflict, .description = "a stride that meets one set of the cache",
            .setup = place_conflicts)
{
    ASSAY_LOOP(b) assay_keep(walk(b->state));
}

static void place_far(struct assay_bench *b)
{
    struct work *work = new_work(b, FAR_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = is_bad(i) ? assay_random_below(b, FAR_BYTES / LINE_BYTES) * LINE_BYTES
                                    : i % 64 * LINE_BYTES;
}

ASSAY_BENCH(far, .description = "lines spread over 8 MiB", .setup = place_far)
{
    ASSAY_LOOP(b) assay_keep(walk(b->state));
}

static void place_splits(struct assay_bench *b)
{
    struct work *work = new_work(b, 2 * PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = i % 32 * LINE_BYTES + (is_bad(i) ? LINE_BYTES - 4 : 8);
}

ASSAY_BENCH(split, .description = "misaligned words that cross lines", .setup = place_splits)
{
    ASSAY_LOOP(b) assay_keep(walk(b->state));
}

static void place_page_splits(struct assay_bench *b)
{
    struct work *work = new_work(b, (size_t)10 * PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = (i % 8 + 1) * PAGE_BYTES + (is_bad(i) ? -4 : (int)(i % 8) * LINE_BYTES);
}

ASSAY_BENCH(page_split, .description = "misaligned words that cross pages",
            .setup = place_page_splits)
{
    ASSAY_LOOP(b) assay_keep(walk(b->state));
}

static void place_partial(struct assay_bench *b)
{
    struct work *work = new_work(b, PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = is_bad(i) ? 4 : 0;
}

ASSAY_BENCH(forward, .description = "loads that only part of a store can feed",
            .setup = place_partial)
{
    const struct work *work = b->state;
    uint64_t sum = 1;
    ASSAY_LOOP(b)
    {
        for (size_t i = 0; i < STEPS; i++) {
            store(work->memory + 64, sum);
            sum += load(work->memory + 64 + work->places[i]);
        }
        assay_keep(sum);
    }
}

static void draw_operands(struct assay_bench *b)
{
    struct work *work = new_work(b, PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = is_bad(i) ? assay_random(b) | (uint64_t)1 << 63 : 5 + i % 8;
}

ASSAY_BENCH(divide, .description = "dividends that take the divider longer", .setup = draw_operands)
{
    const struct work *work = b->state;
    const uint64_t divisor = assay_opaque((uint64_t)7);
    const uint64_t none = assay_opaque((uint64_t)0);
    uint64_t sum = 0;
    ASSAY_LOOP(b)
    {
        for (size_t i = 0; i < STEPS; i++)
            sum += (work->places[i] + (sum & none)) / divisor;
        assay_keep(sum);
    }
}

static void draw_small(struct assay_bench *b)
{
    struct work *work = new_work(b, PAGE_BYTES);
    for (size_t i = 0; i < STEPS; i++) {
        double value = is_bad(i) ? 0x1p-1040 : 1.5;
        memcpy(&work->places[i], &value, sizeof value);
    }
}

ASSAY_BENCH(denormal, .description = "products below the normal numbers", .setup = draw_small)
{
    const struct work *work = b->state;
    const double factor = assay_opaque(0.75);
    double sum = 0;
    ASSAY_LOOP(b)
    {
        for (size_t i = 0; i < STEPS; i++) {
            double value;
            memcpy(&value, &work->places[i], sizeof value);
            sum = assay_opaque((sum + value) * factor);
            sum = assay_opaque(sum * 0x1p-30 + value * factor);
        }
        assay_keep(sum);
    }
}

/* Each window of STEPS bits has as many ones as zeros, in halves or, if it is bad, shuffled. */
static void draw_bits(struct assay_bench *b)
{
    struct work *work = new_work(b, BITS);
    for (size_t i = 0; i < BITS; i++)
        work->memory[i] = i % STEPS < STEPS / 2;
    for (size_t i = BITS - 1; i > 0; i--) {
        size_t step = i % STEPS, k = i - step + assay_random_below(b, step + 1);
        char swap = work->memory[i];
        if (!is_bad(i / STEPS))
            continue;
        work->memory[i] = work->memory[k];
        work->memory[k] = swap;
    }
}

ASSAY_BENCH(branch, .description = "branches in an order that cannot be learned",
            .setup = draw_bits)
{
    const struct work *work = b->state;
    uint64_t odd = 0, even = 0, window = 1;
    ASSAY_LOOP(b)
    {
        window = window * 6364136223846793005u + 1442695040888963407u;
        const char *bits = work->memory + (window >> 32) % (BITS / STEPS) * STEPS;
        for (size_t i = 0; i < STEPS; i++) {
            if (bits[i] != 0) {
                odd++;
                assay_keep(odd);
            } else {
                even++;
                assay_keep(even);
            }
        }
    }
}
