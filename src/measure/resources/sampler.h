/* What one launch of a benchmark used: looks at its process and at the machine, folded into one
 * value a resource.  It runs in the driver, between answers and while an answer is waited for;
 * nothing of it is in the process that is timed. */
#ifndef MEASURE_RESOURCES_SAMPLER_H
#define MEASURE_RESOURCES_SAMPLER_H

#include "model/resources/resources.h"
#include "probe/watch/moment.h"
#include "probe/watch/process.h"
#include "stats/growth/growth.h"

enum { SAMPLER_POINTS = 256 };

/* One look that growth is computed from; `iterations` is NAN while some are under way. */
struct sampler_point {
    double seconds, iterations, rss_bytes;
};

struct sampler {
    struct process_probe process;
    struct process_facts first, last;
    struct machine_moment before;
    double began_seconds, due_seconds, spacing_seconds;
    double spent_ns; /* CPU time of ours */
    double fds_peak, threads_peak;
    double pss_bytes;
    double running_sum;
    size_t running_looks;
    struct sampler_point points[SAMPLER_POINTS];
    size_t point_count;
    double point_spacing_seconds, point_due_seconds;
};

/* What a launch used.  NAN: not told. */
struct sampled {
    double values[RESOURCE_COUNT]; /* those that are sampled */
    struct growth each, hour;      /* slope NAN: too few looks */
};

/* The bytes that were exchanged with the process so far, which are not the benchmark's own. */
struct sampler_traffic {
    double sent, received;
};

/* Starts with the process `pid`, a child that is not collected before sampler_stop. */
void sampler_start(struct sampler *sampler, pid_t pid, const struct sampler_traffic *traffic);

/* Looks when it is time: not more often than every 10 ms, and so seldom that looking costs less
 * than SAMPLER_SHARE_MAX of a CPU.  `iterations` as in sampler_point. */
#define SAMPLER_SHARE_MAX 0.005
void sampler_look(struct sampler *sampler, double iterations);

/* The last look, while the process still lives, after `iterations` in all. */
void sampler_finish(struct sampler *sampler, double iterations,
                    const struct sampler_traffic *traffic, struct sampled *ret_sampled);

/* Before sampler_finish, where wanted: reads the proportional size, which is dear. */
void sampler_ask_pss(struct sampler *sampler);

/* Ends it, finished or not. */
void sampler_stop(struct sampler *sampler);

/* ---- its rules, for tests ---- */

/* Takes a look's facts into account, made at `seconds`. */
void sampler_add(struct sampler *sampler, double seconds, double iterations,
                 const struct process_facts *facts);

/* When to look again after a look at `seconds` that cost `cost_ns`. */
double sampler_due(double seconds, double cost_ns);

/* Growth from the later half of the points: what a start needs is taken by then.  By iterations
 * or by hours; slope NAN when there are too few. */
struct growth sampler_growth(const struct sampler *sampler, bool by_hours);

#endif
