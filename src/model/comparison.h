/* The nouns of a comparison: pairs, kinds, verdicts. */
#ifndef MODEL_COMPARISON_H
#define MODEL_COMPARISON_H

#include "model/counts.h"
#include "model/model.h"

/* How two versions were set against each other, in falling order of trust.  KIND_COUNTED: not
 * timed, each side's instructions were counted.  KIND_TARGET: not against another version but
 * against a bound of targets.yaml. */
enum pair_kind {
    KIND_ONE_PROCESS,
    KIND_LOCKSTEP,
    KIND_REMEASURED,
    KIND_COUNTED,
    KIND_STORED,
    KIND_TARGET
};
enum { KIND_COUNT = KIND_TARGET + 1 };
const char *pair_kind_name(enum pair_kind kind);

/* What a comparison says.  VERDICT_NONE: it could not be made; the reason says why. */
enum verdict {
    VERDICT_NONE,
    VERDICT_SLOWER,
    VERDICT_FASTER,
    VERDICT_SAME,
    VERDICT_UNDECIDED,
    VERDICT_PLACEMENT
};
const char *verdict_name(enum verdict verdict);

/* What a gate does with it. */
enum gate { GATE_PASS, GATE_WARN, GATE_FAIL, GATE_UNDECIDED };
const char *gate_name(enum gate gate);

/* Whether the results of the new side are as good as those of the old, by the qualities that the
 * benchmark states of itself. */
enum quality { QUALITY_NONE, QUALITY_KEPT, QUALITY_WORSE, QUALITY_UNDECIDED };
/* "none", "kept", "worse", "undecided". */
const char *quality_name(enum quality quality);

/* How the pairs of a launch become one log ratio new / old. */
enum estimator {
    ESTIMATOR_TRIMMED, /* 25 %-trimmed mean of the pairs' log ratios (Yuen 1974) */
    ESTIMATOR_LOWEST,  /* log of the ratio of the means of each side's fastest tenth of slots */
    ESTIMATOR_COUNT
};
/* "trimmed_mean", "lowest_tenth". */
const char *estimator_name(enum estimator estimator);

/* What a gate allows one metric of one benchmark.  Shares: 0.05 is 5 % worse. */
struct limits {
    double warn, fail;
    bool placement_fails; /* whether the verdict `placement` can fail; else it passes */
};
#define LIMITS_DEFAULT                                                                             \
    {                                                                                              \
        .warn = 0.05, .fail = 0.10                                                                 \
    }

/* Limits of the benchmarks that a pattern names, from assay.yaml. */
struct threshold {
    const char *benchmark; /* an id, or a pattern for benchmark_is_meant */
    const struct metric *metric;
    double warn, fail;     /* 0: not said */
    const char *placement; /* "pass" or "fail"; NULL: not said */
};
typedef VEC(struct threshold) threshold_vec;

/* Two slots that ran directly after each other: nanoseconds per iteration of each side. */
struct pair_sample {
    double old_ns, new_ns;
    uint32_t launch;
    uint64_t iterations; /* that each slot ran; 0: each side a number of its own */
};
typedef VEC(struct pair_sample) pair_vec;

/* Something that explains a change, as a rule of compare/cause/advice.c saw it. */
struct finding {
    const char *rule; /* its name: "work", "allocations" */
    const char *text; /* what was seen, with its numbers */
    const char *next; /* what to try */
};
enum { FINDINGS_MAX = 6 };

/* One benchmark of two versions.  Ratios are new / old: above 1 is slower. */
struct comparison {
    const char *benchmark;                 /* id of the new side */
    const char *versus;                    /* id of the old side; NULL: the same */
    const char *old_version, *new_version; /* what the sides are called; NULL: nothing */
    const char *metric;
    enum direction direction; /* of a metric that is none of METRICS */
    enum pair_kind kind;
    enum verdict verdict;
    enum gate gate;
    enum outcome outcome;     /* of measuring it: failed and skipped rows have no verdict */
    const char *reason;       /* why there is no verdict, or what a reader must know; else "" */
    enum quality quality;     /* the worst of all that both sides state */
    const char *quality_note; /* what became worse; NULL and "": nothing */
    double ratio;             /* geometric mean over launches of what `estimator` says of each */
    enum estimator estimator; /* that made ratio and interval */
    struct interval interval;
    double ratio_q10; /* ratio of the 10 % quantiles: an estimate that noise touches less */
    double e_value;   /* evidence against "nothing changed" */
    bool discovery;   /* listed as changed while the false discovery rate of all rows is kept */
    unsigned launches;
    bool within_launch;          /* one launch only: what differs between launches is not in it */
    const double *launch_ratios; /* of each launch, or NULL; lent */
    size_t pairs;
    double old_ns, new_ns; /* medians; in `unit` where that is another than "ns" */
    const char *unit;      /* of both; NULL: "ns" */
    const char *pairing;   /* of a remeasured row: "one_process", "lockstep", or "apart" for one
                              host after the other; NULL else */
    struct limits limits;  /* of a gate's row: what it was judged by; zeros else */
    bool across_machines;  /* the old side was measured on another machine */
    const struct target *target; /* of KIND_TARGET: old is the bound, new what was measured */
    bool has_counts;             /* of an iteration of both sides */
    struct counts old_counts, new_counts;
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
};
typedef VEC(struct comparison) comparison_vec;

/* Share of false ones among the rows that are called discoveries. */
#define COMPARISON_FALSE_DISCOVERY_RATE 0.05

/* What a gate was about, beside its rows. */
struct gate_facts {
    const char *baseline; /* as the user called it; NULL: none, targets alone */
    const char *run_id, *commit;
    const char *machine_then, *machine_now; /* of the baseline and of today */
    bool across_machines;                   /* the two differ */
    bool interrupted;
    size_t measured; /* rows that rest on a measurement */
};

/* Since when the worst slower benchmark is slow. */
struct regression {
    const char *benchmark; /* NULL: no benchmark is slower */
    const char *commit, *subject;
    unsigned commits;     /* that were between */
    unsigned builds;      /* of them that were tried */
    unsigned passed_over; /* right before it; the change may be one of theirs */
};

#endif
