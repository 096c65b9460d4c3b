/* From runs to the numbers of `assay time`.  Pure. */
#ifndef SESSION_TIME_STATISTICS_H
#define SESSION_TIME_STATISTICS_H

#include "compare/verdict.h"
#include "model/timing.h"

/* Fills wall, user_ns, system_ns, rss_bytes, output_bytes and nonzero_count from the runs; without
 * runs all are 0.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status time_summarize(struct timed_command *command);

/* Fills `versus` of `command` from the blocks that it shares with `reference`; run i of both is of
 * block i.  A ratio above 1 is slower than the reference.  So many blocks as time_batch_blocks says
 * are one observation: the trimmed mean of their log ratios, which a disturbed run cannot move.
 * ASSAY_ERR_TOO_FEW: no block.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status time_compare(const struct timed_command *reference,
                                           const struct verdict_rules *rules,
                                           struct timed_command *command);

/* Whether measuring may stop: the verdict is not `undecided`, and neither end of the interval lies
 * further from the ratio than the margin. */
bool time_is_decided(const struct comparison *versus, const struct verdict_rules *rules);

/* 10, or fewer when that would leave fewer than 10 observations: at least 1. */
size_t time_batch_blocks(size_t blocks);

#endif
