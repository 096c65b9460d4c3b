/* A work area for each call, of which every page is written: taken from malloc each time, or kept.
 * What malloc takes from the kernel is paid for with a fault a page.  glibc learns to keep areas of
 * up to 32 MiB when they are freed; larger ones go back to the kernel each time. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <stdlib.h>

enum { PAGE = 4096 };

static unsigned char *kept;

static unsigned fill(size_t bytes, unsigned value)
{
    unsigned sum = 0;
#ifdef AFTER
    unsigned char *area = kept;
#else
    unsigned char *area = malloc(bytes);
#endif
    for (size_t i = 0; area != NULL && i < bytes; i += PAGE)
        area[i] = (unsigned char)value;
    for (size_t i = 0; area != NULL && i < bytes; i += PAGE)
        sum += area[i];
#ifndef AFTER
    free(area);
#endif
    return sum;
}

static void prepare(struct assay_bench *b)
{
    kept = malloc((size_t)assay_param(b, "kib") << 10);
}

static void done(struct assay_bench *b)
{
    (void)b;
    free(kept);
}

static void check(struct assay_bench *b)
{
    const size_t bytes = (size_t)assay_param(b, "kib") << 10;
    if (fill(bytes, 3) != 3 * (bytes / PAGE))
        assay_fail(b, "the area holds something else");
}

ASSAY_BENCH(scratch, .sweep = "kib=256,65536", .setup = prepare, .check = check, .teardown = done)
{
    const size_t bytes = (size_t)assay_param(b, "kib") << 10;
    ASSAY_LOOP(b) assay_keep(fill(bytes, assay_opaque(1U)));
}
