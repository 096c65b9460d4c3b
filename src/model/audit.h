/* The nouns of `assay audit`: a claim that something became better, what was measured of it, and
 * the targets with their evidence.  Texts and lists belong to the arena of `struct audit`. */
#ifndef MODEL_AUDIT_H
#define MODEL_AUDIT_H

#include "model/comparison.h"

/* What a claim may be about.  A new metric is a row in AUDIT_METRICS. */
enum audit_subject { AUDIT_OF_BENCHMARKS = 1, AUDIT_OF_COMMANDS = 2 };
struct audit_metric {
    const char *name, *unit;
    const char *noun; /* "cuts TIME by 80 %" */
    enum direction direction;
    unsigned subjects; /* enum audit_subject */
};
extern const struct audit_metric AUDIT_METRICS[];
extern const size_t AUDIT_METRIC_COUNT;
/* The row called `name`, or NULL. */
const struct audit_metric *audit_metric_find(const char *name);

/* One side of a claim: either a benchmark or a command line. */
struct audit_side {
    const char *benchmark; /* an id, or a pattern that must match one id */
    const char *module;    /* path of the module that has it, or NULL: any of the project */
    const char *command;
};

/* What is claimed; `value` is a share (0.8 is 80 %), of AUDIT_FACTOR a factor. */
enum audit_bound {
    AUDIT_AT_LEAST, /* better by at least so much */
    AUDIT_FACTOR,   /* better by at least this factor */
    AUDIT_AT_MOST,  /* worse by at most so much */
    AUDIT_SAME      /* neither better nor worse by more */
};
enum { AUDIT_BOUNDS = AUDIT_SAME + 1 };
const char *audit_bound_name(enum audit_bound bound);

struct audit_claim {
    const char *text;   /* the claim in words */
    const char *source; /* who says so, and where */
    struct audit_side before, after;
    const struct audit_metric *metric;
    enum audit_bound bound;
    double value;
};
typedef VEC(struct audit_claim) audit_claim_vec;

enum audit_verdict {
    AUDIT_NONE, /* it could not be measured: outcome and reason say why */
    AUDIT_CONFIRMED,
    AUDIT_REFUTED,
    AUDIT_UNDECIDED
};
const char *audit_verdict_name(enum audit_verdict verdict);

/* A claim and what was measured of it. */
struct audit_finding {
    struct audit_claim claim;
    const char *file; /* the audit file that has it */
    enum audit_verdict verdict;
    enum outcome outcome;
    const char *reason;   /* why there is no verdict, or what a reader must know; else "" */
    const char *sentence; /* what was measured beside what is claimed; "" without a verdict */
    enum pair_kind kind;
    double ratio; /* after / before */
    struct interval interval;
    double before, after; /* medians, in the metric's unit */
    unsigned launches;
    pair_vec pairs;          /* raw: in the metric's unit, old is before */
    const char *modules[2];  /* what was loaded; NULL for commands */
    const char *measured[2]; /* ids of the benchmarks, or command lines */
};
typedef VEC(struct audit_finding) audit_finding_vec;

/* A file that is part of the evidence. */
struct audit_file {
    const char *path;   /* an audit file or a module, where it was read */
    const char *sha256; /* of its bytes then */
    const char *kept;   /* name in the folder of evidence, or NULL: only the hash is kept */
    const char *text;   /* of an audit file: its bytes */
    size_t length;
};
typedef VEC(struct audit_file) audit_file_vec;

/* A target of the project and the newest run that measured it. */
struct audit_target {
    struct target target;
    const char *run_id; /* NULL: never measured */
    const char *started_at;
};
typedef VEC(struct audit_target) audit_target_vec;

/* One thing that was looked at when evidence was verified. */
enum audit_check_status { AUDIT_CHECK_OK, AUDIT_CHECK_FAILED, AUDIT_CHECK_NOTE };
struct audit_check {
    enum audit_check_status status;
    const char *what;   /* "samples.csv", "claim 3" */
    const char *detail; /* what was found */
};
typedef VEC(struct audit_check) audit_check_vec;
const char *audit_check_status_name(enum audit_check_status status);

struct audit {
    struct run run; /* who, when, where, how; without results.  Its arena has all texts */
    const char *id; /* audit-20261121-075512-3fa9 */
    double level;   /* of each interval, so that the error of the whole audit is family_error */
    double family_error;
    audit_finding_vec findings;
    audit_file_vec files, modules;
    audit_target_vec targets;
};

void audit_release(struct audit *audit);

#endif
