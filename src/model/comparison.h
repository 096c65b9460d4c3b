/* The nouns of a comparison: pairs, kinds, verdicts. */
#ifndef MODEL_COMPARISON_H
#define MODEL_COMPARISON_H

#include "model/model.h"

/* How two versions were set against each other, in falling order of trust. */
enum pair_kind { KIND_ONE_PROCESS, KIND_LOCKSTEP, KIND_REMEASURED, KIND_STORED };
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

/* Two slots that ran directly after each other: nanoseconds per iteration of each side. */
struct pair_sample {
    double old_ns, new_ns;
    uint32_t launch;
};
typedef VEC(struct pair_sample) pair_vec;

/* One benchmark of two versions.  Ratios are new / old: above 1 is slower. */
struct comparison {
    const char *benchmark; /* id of the new side */
    const char *metric;
    enum pair_kind kind;
    enum verdict verdict;
    enum gate gate;
    enum outcome outcome; /* of measuring it: failed and skipped rows have no verdict */
    const char *reason;   /* why there is no verdict, or what a reader must know; else "" */
    double ratio;         /* geometric mean over launches of trimmed means */
    struct interval interval;
    double ratio_q10; /* ratio of the 10 % quantiles: an estimate that noise touches less */
    double e_value;   /* evidence against "nothing changed" */
    bool discovery;   /* listed as changed while the false discovery rate of all rows is kept */
    unsigned launches;
    size_t pairs;
    double old_ns, new_ns; /* medians */
};
typedef VEC(struct comparison) comparison_vec;

#endif
