/* The counters of assay-allocs.so, found by name in a process that has it preloaded. */
#ifndef LIB_COUNTING_ALLOCS_H
#define LIB_COUNTING_ALLOCS_H

#include <stdint.h>

#define ALLOC_COUNTS_SYMBOL "assay_alloc_counts"

/* Since the start of the process, of all threads; changed by relaxed atomic additions. */
struct alloc_counts {
    uint64_t allocations, bytes;
};

#endif
