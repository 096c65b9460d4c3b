/* What one iteration of a benchmark costs in things that can be counted. */
#ifndef MODEL_COUNTS_H
#define MODEL_COUNTS_H

#include <math.h>

#include "model/model.h"

#define NOT_COUNTED ((double)NAN)

/* Per iteration.  NOT_COUNTED: not counted, and the text beside it says why; 0 is always an answer.
 */
struct counts {
    double instructions; /* in user mode, all threads; exact for a deterministic benchmark */
    double allocations;
    double allocated_bytes;
    double page_faults;      /* minor and major */
    double context_switches; /* given up and taken away */
    double cpu_ns;           /* of all threads, user and system */

    const char *no_instructions, *no_allocations, *no_usage; /* "" when counted */
    const char *caution;  /* what a reader must know of the instructions, else "" */
    uint64_t iterations;  /* the smaller of the two counts that the instructions come from */
    enum outcome outcome; /* of the benchmark while it was counted; its reason stands in no_... */
};

/* Nothing counted, for this reason; the string is lent. */
static inline struct counts counts_none(const char *reason)
{
    const double none = NOT_COUNTED;
    return (struct counts){none,   none,   none,   none, none, none,
                           reason, reason, reason, "",   0,    OUTCOME_OK};
}

#endif
