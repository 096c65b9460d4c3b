/* What the timed region of one slot costs in things that can be counted, read in the process itself
 * at both of its ends.  Used by hosts that count, never by one that times. */
#ifndef LIB_COUNTING_REGION_H
#define LIB_COUNTING_REGION_H

#include <stdbool.h>

struct region_counts {
    double allocations, allocated_bytes; /* 0 unless assay-allocs.so is preloaded */
    double page_faults;                  /* minor and major */
    double context_switches;             /* given up and taken away */
    double cpu_ns;                       /* of all threads */
};

struct region {
    struct region_counts at_begin, spent;
    bool is_paused;
    bool counts_allocations; /* assay-allocs.so is there */
    bool is_dumped;          /* callgrind wrote the region's instructions into its next file */
};

/* The last thing before the loop, and the first after it.  Under callgrind, started with
 * --instr-atstart=no, the instructions between them are counted and written out. */
void region_begin(struct region *region);
/* What lies between the two is not counted. */
void region_pause(struct region *region);
void region_resume(struct region *region);
void region_end(struct region *region);

#endif
