/* Whether a run that came out of the store is the one that went in. */
#ifndef TESTS_UNIT_SAME_RUN_H
#define TESTS_UNIT_SAME_RUN_H

#include "base/text.h"
#include "sample_run.h"
#include "store/store.h"

#define F32_RELATIVE 6e-8 /* half a unit in the last place of a float */

#define SAME_TEXT(a, b, field) CHECK_STR((a)->field, (b)->field)
#define SAME_NUMBER(a, b, field) CHECK_EQ((a)->field, (b)->field)

static inline void check_same_environment(const struct environment *a, const struct environment *b)
{
    SAME_TEXT(a, b, hostname);
    SAME_TEXT(a, b, cpu);
    SAME_TEXT(a, b, kernel);
    SAME_TEXT(a, b, os);
    SAME_TEXT(a, b, compiler);
    SAME_TEXT(a, b, governor);
    SAME_TEXT(a, b, fingerprint);
    SAME_NUMBER(a, b, cores);
    SAME_NUMBER(a, b, memory_bytes);
    SAME_NUMBER(a, b, clock_ns);
    SAME_NUMBER(a, b, load_1min);
    SAME_NUMBER(a, b, steal_ratio);
}

static inline void check_same_plan(const struct plan *a, const struct plan *b)
{
    SAME_TEXT(a, b, profile);
    SAME_NUMBER(a, b, launches);
    SAME_NUMBER(a, b, warmup_seconds);
    SAME_NUMBER(a, b, measure_seconds);
    SAME_NUMBER(a, b, sample_count);
    SAME_NUMBER(a, b, iterations);
    SAME_NUMBER(a, b, slot_seconds);
    SAME_NUMBER(a, b, limit_seconds);
    SAME_NUMBER(a, b, limit_rss_bytes);
    SAME_NUMBER(a, b, seed);
    SAME_NUMBER(a, b, stacks_seconds);
}

static inline void check_same_interval(const struct interval *a, const struct interval *b)
{
    SAME_NUMBER(a, b, low);
    SAME_NUMBER(a, b, high);
    SAME_NUMBER(a, b, level);
}

static inline void check_same_summary(const struct summary *a, const struct summary *b)
{
    SAME_NUMBER(a, b, sample_count);
    SAME_NUMBER(a, b, launch_count);
    SAME_NUMBER(a, b, median);
    SAME_NUMBER(a, b, mean);
    SAME_NUMBER(a, b, sd);
    SAME_NUMBER(a, b, mad);
    SAME_NUMBER(a, b, min);
    SAME_NUMBER(a, b, max);
    SAME_NUMBER(a, b, outliers.low_severe);
    SAME_NUMBER(a, b, outliers.low_mild);
    SAME_NUMBER(a, b, outliers.high_mild);
    SAME_NUMBER(a, b, outliers.high_severe);
    SAME_NUMBER(a, b, outliers.variance_share);
    SAME_NUMBER(a, b, autocorrelation);
    SAME_NUMBER(a, b, effective_sample_count);
    check_same_interval(&a->bootstrap_median, &b->bootstrap_median);
    check_same_interval(&a->bootstrap_mean, &b->bootstrap_mean);
    check_same_interval(&a->interval, &b->interval);
    for (int i = 0; i < PERCENTILE_COUNT; i++) {
        SAME_NUMBER(a, b, percentiles[i].rank);
        SAME_NUMBER(a, b, percentiles[i].value);
        SAME_NUMBER(a, b, percentiles[i].sufficient);
        check_same_interval(&a->percentiles[i].interval, &b->percentiles[i].interval);
    }
}

static inline void check_same_result(const struct result *a, const struct result *b)
{
    SAME_TEXT(a, b, benchmark.id);
    SAME_TEXT(a, b, benchmark.suite);
    SAME_TEXT(a, b, benchmark.name);
    SAME_TEXT(a, b, benchmark.params);
    SAME_TEXT(a, b, benchmark.description);
    SAME_TEXT(a, b, benchmark.tags);
    SAME_NUMBER(a, b, benchmark.samples);
    SAME_TEXT(a, b, benchmark.module);
    SAME_TEXT(a, b, benchmark.compiler);
    SAME_TEXT(a, b, reason);
    SAME_TEXT(a, b, warning);
    SAME_NUMBER(a, b, outcome);
    SAME_NUMBER(a, b, bytes);
    SAME_NUMBER(a, b, items);
    SAME_NUMBER(a, b, samples.count);
    for (size_t i = 0; i < a->samples.count; i++) {
        SAME_NUMBER(a, b, samples.items[i].iterations);
        SAME_NUMBER(a, b, samples.items[i].launch);
        CHECK_NEAR(a->samples.items[i].ns, b->samples.items[i].ns, F32_RELATIVE);
    }
    CHECK((a->stacks == NULL) == (b->stacks == NULL));
    if (a->stacks != NULL) {
        SAME_NUMBER(a, b, stacks->samples);
        SAME_NUMBER(a, b, stacks->lost);
        SAME_NUMBER(a, b, stacks->cut);
        SAME_NUMBER(a, b, stacks->cpu_seconds);
        SAME_TEXT(a, b, stacks->folded);
    }
    SAME_NUMBER(a, b, measurements.count);
    for (size_t i = 0; i < a->measurements.count; i++) {
        CHECK(a->measurements.items[i].metric == b->measurements.items[i].metric);
        check_same_summary(&a->measurements.items[i].summary, &b->measurements.items[i].summary);
    }
}

static inline void check_same_target(const struct target *a, const struct target *b)
{
    SAME_TEXT(a, b, benchmark);
    SAME_TEXT(a, b, metric);
    SAME_TEXT(a, b, source);
    SAME_NUMBER(a, b, limit);
    SAME_NUMBER(a, b, measured);
    SAME_NUMBER(a, b, status);
    CHECK((a->versus == NULL) == (b->versus == NULL));
    if (a->versus != NULL)
        SAME_TEXT(a, b, versus);
    check_same_interval(&a->interval, &b->interval);
}

static inline void check_same_run(const struct run *a, const struct run *b)
{
    SAME_TEXT(a, b, id);
    SAME_TEXT(a, b, started_at);
    SAME_TEXT(a, b, commit);
    SAME_TEXT(a, b, branch);
    SAME_TEXT(a, b, tag);
    SAME_TEXT(a, b, label);
    SAME_NUMBER(a, b, duration_seconds);
    SAME_NUMBER(a, b, interrupted);
    check_same_plan(&a->plan, &b->plan);
    check_same_environment(&a->environment, &b->environment);
    SAME_NUMBER(a, b, results.count);
    for (size_t i = 0; i < a->results.count; i++)
        check_same_result(&a->results.items[i], &b->results.items[i]);
    SAME_NUMBER(a, b, targets.count);
    for (size_t i = 0; i < a->targets.count; i++)
        check_same_target(&a->targets.items[i], &b->targets.items[i]);
}

/* Takes benchmarks by their id, a part of it, or a glob. */
static inline bool same_takes(void *pattern, const struct benchmark *benchmark)
{
    return strstr(benchmark->id, pattern) != NULL || text_glob(pattern, benchmark->id);
}
#define FILTER(pattern)                                                                            \
    (struct benchmark_filter)                                                                      \
    {                                                                                              \
        same_takes, (void *)(uintptr_t)(pattern), 0                                                \
    }

#endif
