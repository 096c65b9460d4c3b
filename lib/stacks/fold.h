/* Samples of stacks, folded: how often each stack was there, as "outermost;...;innermost". */
#ifndef LIB_STACKS_FOLD_H
#define LIB_STACKS_FOLD_H

#include "base/arena.h"
#include "stacks/names.h"
#include "stacks/sampler.h"

enum { FOLDED_STACK_MAX = 16 * 1024 }; /* bytes; of longer ones the outermost frames are left out */
#define FOLDED_CUT "[deeper callers]"  /* in place of frames that were left out */
#define FOLDED_HOST "[assay]"          /* all of a stack with nothing of the benchmark in it */

struct folded_stack {
    const char *frames;
    uint64_t samples;
};

struct folded {
    struct arena arena;
    VEC(struct folded_stack) stacks; /* the most frequent first */
};

/* Folds all samples.  The host's own frames below a body, and those of a thread's beginning, are
 * left out.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status fold_samples(const struct sampler *sampler, struct names *names,
                                           struct folded *ret_folded);
void folded_release(struct folded *folded);

#endif
