/* Why slots that double: what lies between two of them is the host's and not the body's, and soon
 * is too little to be seen; a body that needs a second gets one slot. */
#include "stacks/take.h"

#include <math.h>
#include <time.h>

#define SLOT_SECONDS_ENOUGH 0.05

static double clock_seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run_slots(struct open_bench *bench, double seconds, uint64_t *ret_iterations)
{
    const double end = clock_seconds(CLOCK_MONOTONIC) + seconds;
    const double enough = fmin(SLOT_SECONDS_ENOUGH, seconds / 20);
    uint64_t iterations = 1;
    *ret_iterations = 0;
    do {
        struct slot_time time;
        if (!bench_slot(bench, iterations, &time))
            return false;
        *ret_iterations += iterations;
        if (time.body_ns < enough * 1e9 && iterations < UINT64_MAX / 2)
            iterations *= 2;
    } while (clock_seconds(CLOCK_MONOTONIC) < end);
    return true;
}

static assay_status check_samples(const struct sampler *sampler, const struct taken *taken,
                                  struct buf *error)
{
    if (sampler->was_displaced)
        return buf_error(error, ASSAY_ERR_HOST,
                         "the benchmark handles SIGPROF itself, the signal that takes samples");
    if (sampler->samples == 0)
        return buf_error(error, ASSAY_ERR_HOST,
                         "no sample: it used %.3f s of CPU time, or blocks SIGPROF; sample longer "
                         "(--stacks-time)",
                         taken->cpu_seconds);
    return ASSAY_OK;
}

static assay_status fold(const struct sampler *sampler, struct taken *taken)
{
    struct names names;
    TRY(names_open(&names));
    assay_status status = fold_samples(sampler, &names, &taken->folded);
    names_close(&names);
    return status;
}

assay_status stacks_take(struct open_bench *bench, const struct take_request *request,
                         struct taken *ret_taken, struct buf *error)
{
    struct sampler sampler;
    *ret_taken = (struct taken){.samples = 0};
    assay_status status = sampler_start(&sampler, request->rate_hz);
    if (status != ASSAY_OK)
        return buf_error(error, status, "this system's C library cannot walk a stack");
    const double before = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const bool is_good = run_slots(bench, request->seconds, &ret_taken->iterations);
    ret_taken->cpu_seconds = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
    sampler_stop(&sampler);
    ret_taken->samples = sampler.samples;
    ret_taken->lost = sampler.lost;
    ret_taken->cut = sampler.cut;
    status = is_good ? check_samples(&sampler, ret_taken, error) : ASSAY_ERR_HOST;
    if (status == ASSAY_OK)
        status = fold(&sampler, ret_taken);
    sampler_release(&sampler);
    return status;
}
