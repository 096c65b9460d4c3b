/* The nouns of a performance summary: a run with what can be said of all its rows together. */
#ifndef MODEL_OVERVIEW_H
#define MODEL_OVERVIEW_H

#include "base/sha256.h"
#include "model/comparison.h"

/* One suite of the run. */
struct suite_line {
    const char *suite;
    unsigned ok, failed, skipped;
    unsigned met, missed, undecided; /* of its targets */
    double half_width;               /* the typical one, a share; NAN: no row has an interval */
};
typedef VEC(struct suite_line) suite_line_vec;

/* One variant of a benchmark (an engine, an algorithm) beside the best on each input: factors, 1 is
 * the best itself. */
struct variant_line {
    const char *suite, *name;
    const char *variant; /* the parameters whose values are words: "engine=avx2" */
    unsigned inputs;     /* on which it was measured beside another variant */
    double mean, least, most;
};
typedef VEC(struct variant_line) variant_line_vec;

/* A row that states a quality of its results, beside what it costs. */
struct trade_line {
    const struct result *result;
    const struct measurement *cost, *quality;
    const struct result *beaten_by; /* at least as good in both and better in one; NULL: none */
};
typedef VEC(struct trade_line) trade_line_vec;

/* A figure of a source beside ours. */
struct claim_line {
    const struct claim *claim;
    const struct measurement *ours; /* NULL: not measured in this run */
    double ratio;                   /* ours / the claim; NAN without ours */
};
typedef VEC(struct claim_line) claim_line_vec;

/* How much of what a run should say it says; nothing about how fast anything is.  The rules stand
 * in OVERVIEW_GRADES, and in every text beside the grade. */
enum grade { GRADE_NONE, GRADE_A, GRADE_B, GRADE_C, GRADE_D, GRADE_F };
struct grade_rule {
    enum grade grade;
    const char *name; /* "A"; "none" */
    const char *text; /* when it is given: the first of the list that holds */
};
enum { GRADE_RULES = 6 };
extern const struct grade_rule GRADES[GRADE_RULES];

/* From where a typical interval is too wide for a grade: shares of the value. */
#define GRADE_A_HALF_WIDTH 0.02
#define GRADE_B_HALF_WIDTH 0.05

struct overview {
    const struct run *run;
    const struct run *then;     /* the last run like it; NULL: there is none */
    const comparison_vec *rows; /* of both, by stored numbers */
    suite_line_vec suites;
    variant_line_vec variants;
    trade_line_vec trades;
    claim_line_vec claims;
    unsigned ok, failed, skipped;
    unsigned met, missed, undecided; /* targets of benchmarks that are in the run */
    unsigned not_run;                /* targets of others */
    double half_width;               /* of all rows; NAN: none has an interval */
    enum grade grade;
    char digest[SHA256_DIGITS + 1]; /* of the measured numbers */
};

#endif
