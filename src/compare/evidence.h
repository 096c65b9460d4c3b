/* What pairs say, as independent numbers: one log ratio a launch, or one a batch within one launch.
 * Pure. */
#ifndef COMPARE_EVIDENCE_H
#define COMPARE_EVIDENCE_H

#include "model/comparison.h"

/* Release with evidence_release. */
struct evidence {
    VEC(double) logs[ESTIMATOR_COUNT];
    double
        scatter[ESTIMATOR_COUNT]; /* within the first EVIDENCE_PILOTS launches: sum of variances */
    double correlation;           /* between neighbours, as far as it widens the interval */
    enum estimator estimator;     /* the one that decides */
    bool within_launch;
};

/* The estimator is chosen once, by the scatter *within* the first launches, which says nothing of
 * which side is faster: ESTIMATOR_LOWEST when it scatters less than half as much.  That is so where
 * noise only ever adds time in bursts (a neighbour in the shared cache); elsewhere the trimmed mean
 * stays. */
enum { EVIDENCE_PILOTS = 4 };

/* Adds one number for the pairs of one launch, in the order in which they were measured.
 * ASSAY_ERR_TOO_FEW  no pairs.  ASSAY_ERR_ARGUMENT  a time that is not above 0.
 * ASSAY_ERR_MEMORY.  O(count log count). */
ASSAY_USE_RESULT assay_status evidence_add_launch(const struct pair_sample *pairs, size_t count,
                                                  struct evidence *evidence);

/* The same for each launch of `pairs`, in their order. */
ASSAY_USE_RESULT assay_status evidence_add_launches(const pair_vec *pairs,
                                                    struct evidence *evidence);

/* Evidence of a single launch: the first quarter of the pairs chooses the estimator and is not
 * used again; the rest is cut into batches of neighbouring pairs, each of which gives a number.
 * While neighbours resemble each other (lag-1 autocorrelation above 0.1) batches are made twice as
 * long, and what is left of it widens the interval.  It speaks for this launch only: what differs
 * between launches (addresses, pages) is not in it.  Batch means: Schmeiser 1982, Operations
 * Research 30(3), 556-568.  Fails as evidence_add_launch; ASSAY_ERR_TOO_FEW below
 * EVIDENCE_PAIRS_MIN. */
enum { EVIDENCE_BATCHES = 32, EVIDENCE_BATCHES_MIN = 16, EVIDENCE_PAIRS_MIN = 64 };
ASSAY_USE_RESULT assay_status evidence_from_batches(const pair_vec *pairs,
                                                    struct evidence *ret_evidence);

void evidence_release(struct evidence *evidence);

/* How many numbers there are. */
size_t evidence_count(const struct evidence *evidence);

/* Geometric mean of the ratios, by either estimator. */
double evidence_ratio(const struct evidence *evidence, enum estimator estimator);

/* Interval of the ratio, valid whenever it is looked at (stats/sequence.h); infinite ends for fewer
 * than two numbers.  ASSAY_ERR_ARGUMENT. */
ASSAY_USE_RESULT assay_status evidence_interval(const struct evidence *evidence,
                                                enum estimator estimator, double level,
                                                struct interval *ret_ratio);

/* Logarithm of the e-value against "nothing changed", by the estimator that decides. */
double evidence_log_e(const struct evidence *evidence);

#endif
