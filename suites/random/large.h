/* Memory for much data, in large pages where the kernel gives them: with pages of 4 KiB a core that
 * streams tens of megabytes waits for addresses, too (a fifth of the time at 41 MB), and the suite
 * `machine`, whose rates are the roofline, reads large ones. */
#ifndef SUITES_RANDOM_LARGE_H
#define SUITES_RANDOM_LARGE_H

#include <assay.h>
#include <stdint.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)1 << 21)

/* As assay_alloc.  That has touched all of it, so its pages are given back, and are large ones when
 * they are touched again: zeros, as before. */
static inline void *large_alloc(struct assay_bench *b, size_t bytes)
{
    if (bytes < LARGE_PAGE)
        return assay_alloc(b, bytes);
    const size_t whole = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    char *memory = assay_alloc(b, whole + LARGE_PAGE);
    memory += (LARGE_PAGE - (uintptr_t)memory % LARGE_PAGE) % LARGE_PAGE;
    if (madvise(memory, whole, MADV_HUGEPAGE) == 0)
        madvise(memory, whole, MADV_DONTNEED);
    return memory;
}

#endif
