/* The nouns of assay as plain structs; the same words in code, command line, database and reports.
 * Strings and arrays belong to the arena of the run or catalogue that holds them, unless said. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "model/scaling/scaling.h"

enum direction { LOWER_IS_BETTER, HIGHER_IS_BETTER };

/* What is measured.  The first in METRICS is the one every benchmark has. */
struct metric {
    const char *name;
    const char *unit;
    enum direction direction;
    bool quality; /* how good results are, not what they cost: no gain of speed makes up for a loss
                   */
};

enum metric_id {
    METRIC_TIME,
    METRIC_BYTES,
    METRIC_ITEMS,
    METRIC_RSS,
    METRIC_INSTRUCTIONS,
    METRIC_ROOFLINE, /* share of what the machine can do at the most: model/roofline/roofline.h */
    METRIC_COUNT
};
extern const struct metric METRICS[METRIC_COUNT];

/* The row of METRICS with this name, NULL for others: those that benchmarks define themselves.
 * `name` may be NULL. */
const struct metric *metric_find(const char *name);

/* What leads in tables and reports: the time of an iteration, its rate, its memory. */
enum bench_kind { BENCH_LATENCY, BENCH_THROUGHPUT, BENCH_RESOURCE };
/* "latency", "throughput", "resource".  bench_kind_parse: false for any other word. */
const char *bench_kind_name(enum bench_kind kind);
bool bench_kind_parse(const char *name, enum bench_kind *ret_kind);

/* A named piece of work with one value for each parameter. */
struct benchmark {
    const char *id; /* suite/name:key=value,key=value with sorted keys */
    const char *suite;
    const char *name;
    const char *params; /* "key=value,key=value", sorted, "" without parameters */
    const char *description;
    const char *module;   /* path of the module or program that holds it */
    const char *compiler; /* what built the module, "" when it does not say */
    const char *tags;     /* words with one blank between them, "" without any */
    enum bench_kind kind;
    unsigned samples;     /* per launch, unless a plan says it; 0: as time allows */
    double limit_seconds; /* a launch may take so long, unless a plan's limit is firm; 0: as it says
                           */
};
typedef VEC(struct benchmark) benchmark_vec;

/* Whether a pattern with '*' and '?' means the benchmark of that id (text_glob): it matches the
 * whole id or, when it has a sign of these and no ':', the id's part before ':', so that it need
 * not say what it does not care for: "*_large" means "vector/graph_large:beam=16". */
bool benchmark_is_meant(const char *pattern, const char *id);

/* A module that could not be listed: its reason becomes a failed row, the others go on. */
struct module_failure {
    const char *module;
    const char *reason;
};
typedef VEC(struct module_failure) module_failure_vec;

/* Whether two benchmarks of one suite and name work on the same input: parameters whose values are
 * numbers (sizes, dimensions) are equal; those whose values are words (engines, variants) may
 * differ.  Only such rows are compared with each other in tables and charts. */
bool benchmark_same_input(const struct benchmark *a, const struct benchmark *b);

/* One timed batch; `ns` has the clock's fixed cost removed. */
struct sample {
    uint64_t iterations;
    double ns;
    uint32_t launch;
};
typedef VEC(struct sample) sample_vec;
typedef VEC(double) value_vec;

struct interval {
    double low;
    double high;
    double level; /* 0.95; 0 when there is no interval */
};

/* One percentile; `sufficient` is false when the samples cannot bound it on both sides. */
struct percentile {
    double rank; /* 50, 90, 95, 99, 99.9 */
    double value;
    struct interval interval;
    bool sufficient;
};
enum { PERCENTILE_COUNT = 5 };
extern const double PERCENTILE_RANKS[PERCENTILE_COUNT];

/* Samples beyond Tukey's fences, and the share of the variance that they bring. */
struct outliers {
    size_t low_severe, low_mild, high_mild, high_severe;
    double variance_share;
};

/* What statistics say of the samples of one metric, in the metric's unit. */
struct summary {
    size_t sample_count;
    size_t launch_count;
    double median; /* of the launch medians; the interval is the launch-level one around it */
    struct interval interval;
    double mean, sd, mad, min, max;
    struct outliers outliers;
    double autocorrelation;                           /* of neighbouring samples of a launch */
    double effective_sample_count;                    /* independent samples that tell as much */
    struct interval bootstrap_median, bootstrap_mean; /* level 0 where there are too few units */
    struct percentile percentiles[PERCENTILE_COUNT];
};

enum outcome { OUTCOME_OK, OUTCOME_FAILED, OUTCOME_SKIPPED };
/* "ok", "failed", "skipped". */
const char *outcome_name(enum outcome outcome);
enum outcome outcome_parse(const char *name);

/* A bound that a metric must keep, from targets.yaml: `limit` in the metric's unit, or a factor by
 * which the benchmark must beat the benchmark `versus`. */
enum target_status { TARGET_NONE, TARGET_MET, TARGET_MISSED, TARGET_UNDECIDED };
const char *target_status_name(enum target_status status);

struct target {
    const char *benchmark;
    const char *metric;
    double limit;       /* of growth: an exponent, set by targets_judge, NaN before */
    const char *versus; /* NULL: `limit` is absolute */
    const char *source;
    double measured; /* set by targets_judge: value, factor or exponent, with its interval */
    struct interval interval;
    enum target_status status;
    enum direction direction; /* of a metric that benchmarks define: at_least is higher */
    const char *growth;       /* NULL, or the name of the law that a sweep must not exceed */
};
typedef VEC(struct target) target_vec;

/* A figure that a source document states: shown beside ours, never taken as a result. */
struct claim {
    const char *benchmark;
    const char *metric;
    double value;
    const char *source;
};
typedef VEC(struct claim) claim_vec;

/* One metric of one benchmark. */
struct measurement {
    const struct metric *metric;
    struct summary summary;
};
typedef VEC(struct measurement) measurement_vec;

/* One value of a metric that is not computed from samples: a peak, a count, what a benchmark says
 * of itself.  Some come once a launch, others with each slot. */
struct observation {
    const struct metric *metric;
    uint32_t launch;
    double value;
};
typedef VEC(struct observation) observation_vec;

/* A metric that was asked for and that this machine, or this benchmark, does not tell. */
struct absence {
    const char *metric;
    const char *reason;
};
typedef VEC(struct absence) absence_vec;

/* One benchmark's part of a run. */
struct result {
    struct benchmark benchmark;
    enum outcome outcome;
    const char *reason;  /* why it failed or was skipped, else "" */
    const char *warning; /* what a reader must know of the numbers, else "" */
    double bytes, items; /* per iteration; 0 when not stated */
    sample_vec samples;
    measurement_vec measurements; /* the time first, where there is one */
    absence_vec missing;          /* what else was asked for */
    const struct stacks *stacks;  /* model/stacks/stacks.h; NULL: none were sampled */
};

/* The measurement of the metric called `metric`; NULL without one. */
const struct measurement *result_measurement(const struct result *result, const char *metric);

/* Bytes, else items per second; NULL where neither is stated. */
const struct measurement *result_rate(const struct result *result);

/* What the result is about: what its kind says (the rate, peak memory), else its time, or its
 * instructions where nothing was timed; NULL where none of them was measured. */
const struct measurement *result_main_measurement(const struct result *result);

/* Appends a measurement of `metric`, all zero; NULL when memory is out. */
struct measurement *result_add_measurement(struct result *result, const struct metric *metric);

/* Appends to result->missing; both strings are lent.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status result_add_missing(struct result *result, const char *metric,
                                                 const char *reason);

/* Frees what is the result's own: samples, measurements, what is missing. */
void result_release(struct result *result);

/* How a run measures; in the database and in every output, since numbers mean nothing without it.
 */
struct plan {
    const char
        *profile; /* "quick", "standard", "stress", "custom"; "instructions": counted, not timed */
    unsigned launches;      /* fresh processes a benchmark */
    double warmup_seconds;  /* at most, per launch */
    double measure_seconds; /* per launch, in time-bound mode */
    uint64_t sample_count;  /* per launch; 0: time-bound */
    uint64_t iterations;    /* per sample; 0: sized from slot_seconds */
    double slot_seconds;    /* aimed-at length of one sample */
    double limit_seconds;   /* a launch that takes longer is killed */
    double limit_rss_bytes; /* a host that grows larger is killed */
    uint64_t seed;
    uint64_t warmup_iterations; /* per launch, in place of a time; 0: by time */
    double stacks_seconds; /* how long call stacks are sampled, in a launch of their own; 0: not */
    bool checks_once;      /* an oracle that passed in a launch need not run in the later ones */
    unsigned extras;       /* what is measured beside time: bits of model/resources/resources.h */
    unsigned left_out;     /* benchmarks tagged PLAN_TAG_SLOW that a quick run of suites lacks */
    unsigned
        limit_is_firm; /* 1: somebody said limit_seconds; 0: a benchmark may state longer ones */
};
#define PLAN_TAG_SLOW "slow"

/* Tags of benchmarks whose bytes are read where they lie, and whose items are operations in f32:
 * their results have a share of the roofline. */
#define BENCH_TAG_TRAFFIC "traffic"
#define BENCH_TAG_OPERATIONS "operations"

/* The fact of an environment that says what the machine was found to do at the most.  It is
 * measured, and so never the same twice: no difference of environments. */
#define FACT_ROOFLINE "roofline"

/* After how long a launch of this benchmark is killed. */
double plan_limit_seconds(const struct plan *plan, const struct benchmark *benchmark);

struct environment {
    const char *hostname, *cpu, *kernel, *os, *compiler, *governor;
    unsigned cores;
    double memory_bytes;
    double clock_ns;         /* cost of reading the clock */
    double load_1min;        /* before the run */
    double steal_ratio;      /* stolen share of CPU time during the run; -1: not known */
    const char *fingerprint; /* results of different fingerprints are not compared in silence */
    const char *facts;       /* what else was found, one a line: "name: value"; NULL is as "" */
};

/* One line of environment.facts; lent, not NUL-terminated. */
struct fact {
    const char *name, *value;
    size_t name_length, value_length;
};

/* The next fact at `*at`, which is moved behind it; false at the end.  Lines that are none are
 * passed over. */
bool environment_next_fact(const char **at, struct fact *ret_fact);

/* Adds what two environments have different, "kernel 6.1 -> 6.2, microcode none -> 0x1"; nothing
 * when they are alike. */
void environment_differences(const struct environment *then, const struct environment *now,
                             struct buf *out);

/* "CPU|cores|kernel|compilers" of what is filled in so far; NULL when memory is out. */
const char *environment_fingerprint(const struct environment *environment, struct arena *arena);

/* Whether both have the processor, the cores and the kernel in common; compilers may differ, since
 * that is something to compare. */
bool environment_same_machine(const struct environment *a, const struct environment *b);

struct run {
    struct arena arena;
    const char *id; /* 20261121-075512-3fa9: UTC time and four random digits; sorts by time */
    const char *started_at; /* ISO 8601, UTC */
    const char *commit, *branch, *tag, *label;
    const char *origin; /* what it was asked of what, for resuming it (session/resume/origin.h) */
    struct plan plan;
    struct environment environment;
    VEC(struct result) results;
    target_vec targets;
    claim_vec claims;
    scaling_vec scalings; /* of the sweeps among the results; not stored */
    double duration_seconds;
    bool interrupted;
    VEC(const char *) not_run; /* ids that the interruption kept from being run; not stored */
};

/* A name that points at a run; `modules` were kept of it and can be measured again. */
struct baseline {
    const char *name, *run_id, *commit, *created_at;
    const char *fingerprint; /* of the machine that the run saw */
    unsigned modules;
};
typedef VEC(struct baseline) baseline_vec;

/* A module kept of a run: its file name then, and the copy. */
struct kept_module {
    const char *file, *kept;
    double bytes; /* of the copy; below 0: it is gone */
};
typedef VEC(struct kept_module) kept_module_vec;

/* One line of `assay history`. */
struct run_row {
    const char *id, *started_at, *commit, *branch, *label, *profile, *status;
    double duration_seconds;
    unsigned ok, failed, skipped; /* results */
    const char *fingerprint;
    unsigned met, missed, undecided; /* targets */
};
typedef VEC(struct run_row) run_row_vec;

/* One line of `assay history BENCHMARK`: a summary's core at one run. */
struct history_row {
    const char *run_id, *started_at, *commit, *fingerprint, *benchmark, *unit;
    double median, low, high;
    int64_t run; /* the store's key of it: later ones were begun later */
};
typedef VEC(struct history_row) history_row_vec;

void run_release(struct run *run);

#endif
