/* A work area of 256 KiB for each call: taken from the kernel and given back, page by page, or
 * kept. malloc asks the kernel for what is that large, and each page of it is first touched by a
 * fault. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 256 << 10, STEP = 64 };

static unsigned char *work_area(void)
{
#ifdef AFTER
    static unsigned char *kept;
    if (kept == NULL)
        kept = malloc(BYTES);
    return kept;
#else
    return malloc(BYTES);
#endif
}

static void give_back(unsigned char *area)
{
#ifdef AFTER
    (void)area;
#else
    free(area);
#endif
}

static unsigned fill(unsigned value)
{
    unsigned char *area = work_area();
    unsigned sum = 0;
    if (area == NULL)
        return 0;
    for (int i = 0; i < BYTES; i += STEP)
        area[i] = (unsigned char)value;
    for (int i = 0; i < BYTES; i += STEP)
        sum += area[i];
    give_back(area);
    return sum;
}

static void check(struct assay_bench *b)
{
    if (fill(3) != 3 * (BYTES / STEP))
        assay_fail(b, "the area holds something else");
}

ASSAY_BENCH(scratch, .check = check)
{
    ASSAY_LOOP(b) assay_keep(fill(assay_opaque(1U)));
}
