/* Evidence.
 *
 * Why the log ratio of pairs and not the ratio of means: what disturbs a pair disturbs both of its
 * slots, and on the log scale a disturbance is an addend that trimming removes.  Why launches: what
 * a process draws once (addresses, pages) moves all of its samples together, so that a thousand
 * pairs of one launch prove little about the next.
 * Why two estimators: trimming forgives disturbances of less than half of the pairs, the fastest
 * tenth forgives nine of ten slots, but only where noise adds and never subtracts time.
 * Invariants: 1. a number here does not depend on which side is called old, but for its sign;
 * 2. what chooses the estimator (scatter within launches) is not what the interval is made of
 * (scatter between them). */
#include "compare/evidence.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"
#include "stats/sequence.h"

#define TRIM 0.25
#define LOWEST_VARIANCE_RATIO 0.25 /* half the standard deviation */
enum { PARTS = 8, PART_PAIRS_MIN = 4, BATCH_PAIRS_WANTED = 16 };
#define CORRELATION_MAX 0.1 /* between neighbouring batches that count as independent */

static double trimmed_mean_of_logs(const struct pair_sample *pairs, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = log(pairs[i].new_ns / pairs[i].old_ns);
    order_sort(values, count);
    return sequence_trimmed_mean(values, count, TRIM);
}

/* Mean of the fastest tenth of one side's slots. */
static double lowest_mean(const struct pair_sample *pairs, size_t count, bool new_side,
                          double *values)
{
    size_t kept = count / 10 > 0 ? count / 10 : 1;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        values[i] = new_side ? pairs[i].new_ns : pairs[i].old_ns;
    order_sort(values, count);
    for (size_t i = 0; i < kept; i++)
        sum += values[i];
    return sum / (double)kept;
}

static void estimate(const struct pair_sample *pairs, size_t count, double *values,
                     double ret_logs[ESTIMATOR_COUNT])
{
    ret_logs[ESTIMATOR_TRIMMED] = trimmed_mean_of_logs(pairs, count, values);
    ret_logs[ESTIMATOR_LOWEST] =
        log(lowest_mean(pairs, count, true, values) / lowest_mean(pairs, count, false, values));
}

/* Adds the variance of each estimator over PARTS parts of the launch. */
static void add_scatter(const struct pair_sample *pairs, size_t count, double *values,
                        struct evidence *evidence)
{
    double parts[ESTIMATOR_COUNT][PARTS], each[ESTIMATOR_COUNT];
    for (size_t k = 0; k < PARTS; k++) {
        size_t start = count * k / PARTS, end = count * (k + 1) / PARTS;
        estimate(pairs + start, end - start, values, each);
        for (int e = 0; e < ESTIMATOR_COUNT; e++)
            parts[e][k] = each[e];
    }
    for (int e = 0; e < ESTIMATOR_COUNT; e++) {
        double mean = 0, squares = 0;
        for (size_t k = 0; k < PARTS; k++)
            mean += parts[e][k] / PARTS;
        for (size_t k = 0; k < PARTS; k++)
            squares += (parts[e][k] - mean) * (parts[e][k] - mean);
        evidence->scatter[e] += squares / (PARTS - 1);
    }
}

static void choose_estimator(struct evidence *evidence)
{
    evidence->estimator = evidence->scatter[ESTIMATOR_LOWEST] <
                                  evidence->scatter[ESTIMATOR_TRIMMED] * LOWEST_VARIANCE_RATIO
                              ? ESTIMATOR_LOWEST
                              : ESTIMATOR_TRIMMED;
}

static bool all_positive(const struct pair_sample *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(pairs[i].old_ns > 0) || !(pairs[i].new_ns > 0))
            return false;
    return true;
}

static assay_status add_number(const struct pair_sample *pairs, size_t count, double *values,
                               struct evidence *evidence)
{
    double logs[ESTIMATOR_COUNT];
    estimate(pairs, count, values, logs);
    for (int e = 0; e < ESTIMATOR_COUNT; e++) {
        double *added = vec_add(&evidence->logs[e]);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = logs[e];
    }
    return ASSAY_OK;
}

assay_status evidence_add_launch(const struct pair_sample *pairs, size_t count,
                                 struct evidence *evidence)
{
    if (count == 0)
        return ASSAY_ERR_TOO_FEW;
    if (!all_positive(pairs, count))
        return ASSAY_ERR_ARGUMENT;
    double *values = calloc(count, sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = add_number(pairs, count, values, evidence);
    size_t launches = evidence_count(evidence);
    if (status == ASSAY_OK && launches <= EVIDENCE_PILOTS && count >= PARTS * PART_PAIRS_MIN)
        add_scatter(pairs, count, values, evidence);
    if (status == ASSAY_OK && launches == EVIDENCE_PILOTS)
        choose_estimator(evidence);
    free(values);
    return status;
}

assay_status evidence_add_launches(const pair_vec *pairs, struct evidence *evidence)
{
    if (pairs->count == 0)
        return ASSAY_ERR_TOO_FEW;
    for (size_t start = 0, end; start < pairs->count; start = end) {
        for (end = start + 1;
             end < pairs->count && pairs->items[end].launch == pairs->items[start].launch; end++)
            ;
        TRY(evidence_add_launch(pairs->items + start, end - start, evidence));
    }
    return ASSAY_OK;
}

static double neighbours_correlation(const double *values, size_t count)
{
    double mean = 0, squares = 0, products = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[i] / (double)count;
    for (size_t i = 0; i < count; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
        products += i > 0 ? (values[i] - mean) * (values[i - 1] - mean) : 0;
    }
    return squares > 0 ? products / squares : 0;
}

static assay_status fold_batches(const struct pair_sample *pairs, size_t count, size_t batches,
                                 double *values, struct evidence *evidence)
{
    for (int e = 0; e < ESTIMATOR_COUNT; e++)
        evidence->logs[e].count = 0;
    for (size_t i = 0; i < batches; i++) {
        size_t start = count * i / batches, end = count * (i + 1) / batches;
        TRY(add_number(pairs + start, end - start, values, evidence));
    }
    return ASSAY_OK;
}

/* `values` has room for `count`. */
static assay_status fit_batches(const struct pair_sample *pairs, size_t count, double *values,
                                struct evidence *evidence)
{
    size_t batches = count / BATCH_PAIRS_WANTED;
    double correlation;
    batches = batches > EVIDENCE_BATCHES ? EVIDENCE_BATCHES : batches;
    batches = batches < EVIDENCE_BATCHES_MIN ? EVIDENCE_BATCHES_MIN : batches;
    do {
        TRY(fold_batches(pairs, count, batches, values, evidence));
        correlation = neighbours_correlation(evidence->logs[evidence->estimator].items, batches);
        batches /= 2;
    } while (correlation > CORRELATION_MAX && batches >= EVIDENCE_BATCHES_MIN);
    evidence->correlation = correlation > CORRELATION_MAX ? correlation : 0;
    return ASSAY_OK;
}

assay_status evidence_from_batches(const pair_vec *pairs, struct evidence *ret_evidence)
{
    size_t pilot = pairs->count / 4;
    if (pairs->count < EVIDENCE_PAIRS_MIN)
        return ASSAY_ERR_TOO_FEW;
    if (!all_positive(pairs->items, pairs->count))
        return ASSAY_ERR_ARGUMENT;
    double *values = calloc(pairs->count, sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    ret_evidence->within_launch = true;
    if (pilot >= PARTS * PART_PAIRS_MIN)
        add_scatter(pairs->items, pilot, values, ret_evidence);
    choose_estimator(ret_evidence);
    assay_status status =
        fit_batches(pairs->items + pilot, pairs->count - pilot, values, ret_evidence);
    free(values);
    return status;
}

void evidence_release(struct evidence *evidence)
{
    for (int e = 0; e < ESTIMATOR_COUNT; e++)
        vec_release(&evidence->logs[e]);
}

size_t evidence_count(const struct evidence *evidence)
{
    return evidence->logs[ESTIMATOR_TRIMMED].count;
}

double evidence_ratio(const struct evidence *evidence, enum estimator estimator)
{
    double sum = 0;
    for (size_t i = 0; i < evidence_count(evidence); i++)
        sum += evidence->logs[estimator].items[i];
    return exp(sum / (double)evidence_count(evidence));
}

/* By how much neighbours that resemble each other widen the interval of their mean: the long-run
 * variance of a first-order autoregression, as a factor of the standard deviation. */
static double widening(double correlation)
{
    return sqrt((1 + correlation) / (1 - correlation));
}

assay_status evidence_interval(const struct evidence *evidence, enum estimator estimator,
                               double level, struct interval *ret_ratio)
{
    struct interval logs = {-HUGE_VAL, HUGE_VAL, 0};
    size_t count = evidence_count(evidence);
    if (count >= 2)
        TRY(sequence_interval(evidence->logs[estimator].items, count, level, &logs));
    double middle = (logs.low + logs.high) / 2;
    double half = (logs.high - logs.low) / 2 * widening(evidence->correlation);
    *ret_ratio = isfinite(half)
                     ? (struct interval){exp(middle - half), exp(middle + half), logs.level}
                     : (struct interval){0, HUGE_VAL, logs.level};
    return ASSAY_OK;
}

double evidence_log_e(const struct evidence *evidence)
{
    double wide = widening(evidence->correlation);
    return sequence_log_e(evidence->logs[evidence->estimator].items, evidence_count(evidence), 0) /
           (wide * wide);
}
