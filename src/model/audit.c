/* The words of audits, one table each, and the metrics that a claim may be about.  They stand in
 * JSON documents and in other people's files: add some, never rename one.
 * Invariant: a table has a word for every value of its enum. */
#include "model/audit.h"

#include <string.h>

#define BOTH (AUDIT_OF_BENCHMARKS | AUDIT_OF_COMMANDS)
const struct audit_metric AUDIT_METRICS[] = {
    {"time_ns", "ns", "time", LOWER_IS_BETTER, BOTH},
    {"cpu_ns", "ns", "CPU time", LOWER_IS_BETTER, AUDIT_OF_COMMANDS},
    {"rss_bytes_peak", "B", "peak memory", LOWER_IS_BETTER, BOTH},
    {"bytes_per_s", "B/s", "data rate", HIGHER_IS_BETTER, AUDIT_OF_BENCHMARKS},
    {"items_per_s", "1/s", "item rate", HIGHER_IS_BETTER, AUDIT_OF_BENCHMARKS},
};
const size_t AUDIT_METRIC_COUNT = sizeof AUDIT_METRICS / sizeof *AUDIT_METRICS;

const struct audit_metric *audit_metric_find(const char *name)
{
    for (size_t i = 0; i < AUDIT_METRIC_COUNT; i++)
        if (strcmp(AUDIT_METRICS[i].name, name) == 0)
            return &AUDIT_METRICS[i];
    return NULL;
}

static const char *const BOUNDS[AUDIT_BOUNDS] = {"at_least", "factor", "at_most", "same"};
static const char *const VERDICTS[] = {"none", "confirmed", "refuted", "undecided"};

static const char *const CHECKS[] = {"ok", "failed", "note"};

const char *audit_check_status_name(enum audit_check_status status)
{
    return CHECKS[status];
}

const char *audit_bound_name(enum audit_bound bound)
{
    return BOUNDS[bound];
}

const char *audit_verdict_name(enum audit_verdict verdict)
{
    return VERDICTS[verdict];
}

void audit_release(struct audit *audit)
{
    for (size_t i = 0; i < audit->findings.count; i++)
        vec_release(&audit->findings.items[i].pairs);
    vec_release(&audit->findings);
    vec_release(&audit->files);
    vec_release(&audit->modules);
    vec_release(&audit->targets);
    run_release(&audit->run);
}
