/* What the modules of bench/decide/placement share: steps, of which -DBAD=N makes N of 64 cost more
 * by the data that they meet, and padding before the code (-DPAD=N). */
#ifndef DECIDE_PLACEMENT_WORK_H
#define DECIDE_PLACEMENT_WORK_H

#define ASSAY_SUITE "placement"
#include <assay.h>
#include <string.h>

#ifndef PAD
#define PAD 0
#endif
#ifndef BAD
#define BAD 0
#endif
#define TEXT_(number) #number
#define TEXT(number) TEXT_(number)
#if PAD > 0
__asm__(".text\n.skip " TEXT(PAD) ", 0x90\n");
#endif

enum { STEPS = 1024, LINE_BYTES = 64, PAGE_BYTES = 4096, FAR_BYTES = 1 << 23, BITS = 1 << 18 };

/* Whether the step meets the costly data; these steps are spread over all. */
static inline bool is_bad(size_t step)
{
    return (int)(step * 37 % 64) < BAD;
}

struct work {
    char *memory;
    uint64_t *places; /* of each step, in memory */
};

static inline struct work *new_work(struct assay_bench *b, size_t bytes)
{
    struct work *work = assay_alloc(b, sizeof *work);
    work->memory = assay_alloc(b, bytes);
    work->places = assay_alloc(b, STEPS * sizeof *work->places);
    memset(work->memory, 1, bytes); /* unwritten pages would all be one page of zeros */
    b->state = work;
    return work;
}

static inline uint64_t load(const char *place)
{
    uint64_t value;
    memcpy(&value, place, sizeof value);
    return value;
}

static inline void store(char *place, uint64_t value)
{
    memcpy(place, &value, sizeof value);
}

/* One load after the other, each waiting for the last. */
static inline uint64_t walk(const struct work *work)
{
    const uint64_t none = assay_opaque((uint64_t)0);
    uint64_t sum = 0;
    for (size_t i = 0; i < STEPS; i++)
        sum += load(work->memory + work->places[i] + (sum & none));
    return sum;
}

#endif
