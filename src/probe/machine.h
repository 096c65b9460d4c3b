/* Facts of the machine from /proc and /sys.  What cannot be read is "" or negative, never 0 or made
 * up. */
#ifndef PROBE_MACHINE_H
#define PROBE_MACHINE_H

#include "model/model.h"

/* Fills hostname, cpu, kernel, os, governor, cores, memory, clock cost and load; texts go to
 * `arena`. Takes about a millisecond, most of it for the clock.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status machine_describe(struct arena *arena,
                                               struct environment *environment);

/* CPU time of the whole machine since boot in clock ticks, from /proc/stat. */
struct machine_ticks {
    double total;
    double busy;  /* total without idle, waiting for I/O and steal */
    double steal; /* taken by the hypervisor for others */
};
/* Zeros when /proc/stat cannot be read. */
struct machine_ticks machine_ticks_now(void);

/* The start of a file below the folder `root`, as a text of less than `size` bytes; "" when it
 * cannot be read. */
void probe_read_text(const char *root, const char *path, char *text, size_t size);

#endif
