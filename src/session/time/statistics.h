/* From runs to the numbers of `assay time`.  Pure. */
#ifndef SESSION_TIME_STATISTICS_H
#define SESSION_TIME_STATISTICS_H

#include "compare/verdict.h"
#include "model/timing.h"

/* Fills wall, user_ns, system_ns, rss_bytes, output_bytes, waits and nonzero_count from the runs;
 * without runs all are 0.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status time_summarize(struct timed_command *command);

/* Fills `versus` of `command` from the blocks that it shares with `reference`; run i of both is of
 * block i.  A ratio above 1 is slower than the reference.  So many blocks as time_batch_blocks says
 * are one observation: the trimmed mean of their log ratios, which a disturbed run cannot move.
 *
 * basis  BASIS_AUTO: by CPU time where neither command waits (time_waits), else by wall time; the
 *        metric of `versus` says which.
 *
 * ASSAY_ERR_TOO_FEW: no block.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status time_compare(const struct timed_command *reference,
                                           const struct verdict_rules *rules, enum time_basis basis,
                                           struct timed_command *command);

/* Whether most runs wait for anything but a processor, or use more than one: wall time then holds
 * what CPU time does not.  A run that does neither is one thread that sleeps once, when it is
 * started. */
bool time_waits(const command_cost_vec *runs);

/* Splits the time of the shortest command that `dynamic` says is linked dynamically, when it is
 * below TIME_SPLIT_NS and all floors were measured; else there is no split. */
#define TIME_SPLIT_NS 20e6
void time_split(struct timing *timing, const bool *dynamic);

/* Whether measuring may stop: the verdict is not `undecided`, and neither end of the interval lies
 * further from the ratio than the margin. */
bool time_is_decided(const struct comparison *versus, const struct verdict_rules *rules);

/* 4, or 1 where that would leave fewer than 10 observations. */
size_t time_batch_blocks(size_t blocks);

#endif
