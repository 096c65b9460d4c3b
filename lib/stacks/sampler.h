/* Samples of the call stacks of this process, taken by a signal while it uses CPU time. */
#ifndef LIB_STACKS_SAMPLER_H
#define LIB_STACKS_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { STACK_FRAMES_MAX = 128, STACK_WORDS_MAX = 8 << 20, STACK_RATE_MAX_HZ = 10000 };
#define STACK_RATE_HZ 997 /* prime: no body that works in steps of a millisecond keeps pace */

/* One sample: addresses inside the functions, innermost first. */
struct stack_sample {
    const uint64_t *addresses;
    size_t count;
    bool is_cut; /* it was deeper than STACK_FRAMES_MAX */
};

struct sampler {
    uint64_t *words; /* of each sample its head and its addresses */
    size_t used;
    uint64_t samples, lost, cut;
    bool was_displaced; /* the benchmark took the signal for itself */
};

/* From now on every thread that uses CPU time is sampled, about `rate_hz` times for each second of
 * it, or as often as the kernel looks.  One at a time in a process.
 * ASSAY_ERR_MEMORY.  ASSAY_ERR_HOST: this system has no timer or no way to walk a stack. */
ASSAY_USE_RESULT assay_status sampler_start(struct sampler *sampler, double rate_hz);

/* Ends it; the samples stay until the release. */
void sampler_stop(struct sampler *sampler);

/* The sample at `*at`, which is moved behind it and begins with 0; false at the end. */
bool sampler_next(const struct sampler *sampler, size_t *at, struct stack_sample *ret_sample);
void sampler_release(struct sampler *sampler);

#endif
