/* A run with every field set to a value of its own, for tests that send runs through something.
 * Strings are literals; only the vectors are allocated.  Free with run_release. */
#ifndef TESTS_UNIT_SAMPLE_RUN_H
#define TESTS_UNIT_SAMPLE_RUN_H

#include "harness.h"
#include "model/model.h"
#include "model/stacks/stacks.h"

static inline void sample_samples(struct result *result, uint32_t launch, uint64_t iterations)
{
    for (int i = 0; i < 5; i++) {
        struct sample *sample = vec_add(&result->samples);
        CHECK(sample != NULL);
        *sample =
            (struct sample){iterations, (double)iterations * (100.25 + launch + i / 7.0), launch};
    }
}

/* Numbers that differ by metric and by field. */
static inline void sample_measurement(struct result *result, enum metric_id metric)
{
    struct measurement *measurement = result_add_measurement(result, &METRICS[metric]);
    double base = 1000 * (metric + 1);
    if (measurement == NULL)
        abort();
    measurement->summary = (struct summary){.sample_count = 10,
                                            .launch_count = 2,
                                            .median = base + 1.5,
                                            .interval = {base + 1.25, base + 1.75, 0.95},
                                            .mean = base + 2.5,
                                            .sd = 0.125,
                                            .mad = 0.0625,
                                            .min = base,
                                            .max = base + 9,
                                            .outliers = {1, 2, 3, 4, 0.375},
                                            .autocorrelation = 0.1875,
                                            .effective_sample_count = 7.5,
                                            .bootstrap_median = {base + 1, base + 2, 0.95},
                                            .bootstrap_mean = {base + 2, base + 3, 0.9}};
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        measurement->summary.percentiles[i] =
            (struct percentile){.rank = PERCENTILE_RANKS[i],
                                .value = base + i,
                                .interval = {base + i - 0.5, base + i + 0.5, 0.95},
                                .sufficient = i < 3};
}

static inline struct result *sample_result(struct run *run, const char *id, const char *name,
                                           const char *params)
{
    struct result *result = vec_add(&run->results);
    CHECK(result != NULL);
    *result = (struct result){.benchmark = {.id = id,
                                            .suite = "suite",
                                            .name = name,
                                            .params = params,
                                            .description = "what it does \xC3\xA9",
                                            .tags = "simd slow",
                                            .samples = 12,
                                            .module = "./suite_bench.so",
                                            .compiler = "12.2.0"},
                              .reason = "",
                              .warning = ""};
    return result;
}

static const struct stacks SAMPLE_STACKS = {
    .samples = 13, .lost = 2, .cut = 1, .cpu_seconds = 0.125, .folded = "work;inner 12\nwork 1\n"};

static inline void sample_results(struct run *run)
{
    struct result *result = sample_result(run, "suite/work:n=10", "work", "n=10");
    result->warning = "5 % outside";
    result->bytes = 4096;
    result->items = 64.5;
    result->stacks = &SAMPLE_STACKS;
    sample_samples(result, 0, 1000);
    sample_samples(result, 1, 2000);
    for (int metric = 0; metric < METRIC_COUNT; metric++)
        sample_measurement(result, (enum metric_id)metric);
    result = sample_result(run, "suite/broken", "broken", "");
    result->outcome = OUTCOME_FAILED;
    result->reason = "ended by signal 11 (Segmentation fault)";
    result = sample_result(run, "suite/absent", "absent", "");
    result->outcome = OUTCOME_SKIPPED;
    result->reason = "no such engine";
}

static inline void sample_targets(struct run *run)
{
    static const struct target TARGETS[] = {
        {"suite/work:n=10",
         "time_ns",
         2000,
         NULL,
         "page 7",
         1001.5,
         {1001.25, 1001.75, 0.95},
         TARGET_MET,
         LOWER_IS_BETTER,
         NULL},
        {"suite/work:n=10",
         "time_ns",
         2.5,
         "suite/broken",
         "",
         3.5,
         {2, 5, 0.9},
         TARGET_UNDECIDED,
         LOWER_IS_BETTER,
         NULL},
        {"suite/other",
         "rss_bytes_peak",
         1e9,
         NULL,
         "",
         0,
         {0, 0, 0},
         TARGET_NONE,
         LOWER_IS_BETTER,
         NULL},
    };
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
        struct target *target = vec_add(&run->targets);
        CHECK(target != NULL);
        *target = TARGETS[i];
    }
}

static inline struct run sample_run(const char *id)
{
    struct run run = {
        .id = id,
        .started_at = "2026-11-21T07:55:12Z",
        .commit = "0123456789abcdef0123456789abcdef01234567+",
        .branch = "topic/one",
        .tag = "v1.0",
        .label = "before the change",
        .plan = {"standard", 3, 0.25, 0.5, 7, 11, 0.0003, 60.5, 8e9, 42, 13, 1.5, 0, 0, 0, 1},
        .environment = {.hostname = "host",
                        .cpu = "A CPU",
                        .kernel = "Linux 6.1",
                        .os = "Debian 12",
                        .compiler = "12.2.0, 14.0.6",
                        .governor = "performance",
                        .cores = 16,
                        .memory_bytes = 17179869184.0,
                        .clock_ns = 21.5,
                        .load_1min = 0.75,
                        .steal_ratio = 0.015625,
                        .fingerprint = "A CPU|16|Linux 6.1|12.2.0"},
        .duration_seconds = 12.5};
    sample_results(&run);
    sample_targets(&run);
    return run;
}

#endif
