/* From samples to the numbers that are stored and shown.  Pure: no I/O, no clock, no globals. */
#ifndef STATS_SUMMARY_H
#define STATS_SUMMARY_H

#include "base/status.h"
#include "model/model.h"

/* Time per iteration.  `samples` are `count`, at least one, in the order of their launches.
 * The interval is Student's t over the launch medians, widened to include their median: there are
 * as many independent observations as launches, not as samples.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status summarize(const struct sample *samples, size_t count,
                                        struct summary *ret_summary);

#endif
