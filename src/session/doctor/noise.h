/* How noisy this machine is, by comparing benchmarks with themselves.  What such a comparison calls
 * a change is a false alarm; how wide its interval is says what change it could see. */
#ifndef SESSION_DOCTOR_NOISE_H
#define SESSION_DOCTOR_NOISE_H

#include "model/doctor.h"
#include "session/compare.h"

/* One comparison that was made. */
struct noise_trial {
    struct interval ratio;
    double typical_ns;
    double seconds;
};
typedef VEC(struct noise_trial) noise_trial_vec;

/* Fills comparisons, alarms, typical_ns, half_width, seconds and visible of `row`.  A trial whose
 * interval has no ends counts as no comparison.  ASSAY_ERR_MEMORY.
 *
 * visible: 1.5 times the half width that 9 of 10 comparisons keep, since the half width of a 99 %
 * interval is 2.58 standard errors or more, and a change of 2.58 + 1.28 of them is found 9 times of
 * 10; not the median half width, which says too little where noise comes in bursts.  Scaled by the
 * square root of the time. */
ASSAY_USE_RESULT assay_status noise_fold(const struct noise_trial *trials, size_t count,
                                         struct noise_row *row);

/* Adds up the rows: comparisons, alarms and their bounds. */
void noise_add_up(struct noise *noise);

struct noise_request {
    const struct measure_paths *paths;
    const struct catalog *catalog; /* must outlive the rows */
    double seconds;                /* in all; each benchmark is compared once at least */
    volatile sig_atomic_t *stop;
    session_progress_fn *progress;
    void *context;
};

/* Measures the rest: clock, and comparisons in turn until the time is over.  Texts go to `arena`.
 * A benchmark that fails is a row with its reason.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status noise_measure(const struct noise_request *request,
                                            struct arena *arena, struct noise *ret_noise);

#endif
