/* Summaries of samples, and intervals over launches.
 *
 * The obvious interval, over all samples, is far too narrow: a fresh process lands on other pages,
 * other alignments, another hash seed, and then repeats that accident in each of its samples.  So a
 * launch counts once, with its median, which outliers within the launch do not move (repeat at the
 * highest level that varies: Kalibera & Jones 2013, Rigorous Benchmarking in Reasonable Time).
 *
 * Of the handful of launch medians the interval is Student's t, not a bootstrap: a percentile
 * bootstrap of 5 normal observations covers 83 percent where it says 95 (3000 simulations).  It is
 * computed on logs because effects on run time multiply and its spread is skewed; and the log of a
 * ratio is a difference, which is what Welch's t is made for.
 *
 * Invariants:
 *  1. Out parameters are written last, after everything that can fail.
 *  2. Values are bounded by SUMMARY_VALUE_MAX, so sums and squares stay finite; an end of an
 *     interval beyond the range of double is DBL_MAX.
 *  3. Order statistics see sorted arrays only; `sorted` in a name says so. */
#include "stats/summary.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/bootstrap/bootstrap.h"
#include "stats/correlation.h"
#include "stats/order.h"
#include "stats/outliers.h"
#include "stats/special.h"

enum { BLOCKS_MAX = 1024 }; /* as many as bootstrap_mean draws fast */

/* Mean of `count` observations and the variance (n - 1) of that mean. */
struct moments {
    size_t count;
    double mean;
    double mean_variance;
};

static void free_doubles(double **values)
{
    free(*values);
}

#define AUTO_FREE_DOUBLES __attribute__((cleanup(free_doubles))) double *

/* NaN fails the comparison of sizes, too. */
static assay_status check_input(const double *values, const uint32_t *launches, size_t count)
{
    if (values == NULL || launches == NULL)
        return ASSAY_ERR_ARGUMENT;
    if (count == 0)
        return ASSAY_ERR_TOO_FEW;
    if (count > SUMMARY_COUNT_MAX)
        return ASSAY_ERR_LIMIT;
    for (size_t i = 0; i < count; i++) {
        bool decreases = i > 0 && launches[i] < launches[i - 1];
        if (decreases || !(fabs(values[i]) <= SUMMARY_VALUE_MAX))
            return ASSAY_ERR_ARGUMENT;
    }
    return ASSAY_OK;
}

/* Two passes: the sum of squares minus the square of the sum cancels where the sd is small. */
static double squares_around(const double *values, size_t count, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sum;
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0, residual = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    /* The second pass takes back most of the rounding of the first, so that equal values have that
     * value as their mean and an sd of 0. */
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        residual += values[i] - mean;
    return mean + residual / (double)count;
}

/* `count` is at least 2. */
static struct moments moments_of(const double *values, size_t count)
{
    double mean = mean_of(values, count);
    double variance = squares_around(values, count, mean) / (double)(count - 1);
    return (struct moments){count, mean, variance / (double)count};
}

static bool all_positive(const double *sorted)
{
    return sorted[0] > 0;
}

static void take_logs(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = log(values[i]);
}

static double exp_bounded(double exponent)
{
    return fmin(exp(exponent), DBL_MAX);
}

/* Replaces the values of each launch, in place, by their median; returns the number of launches.
 * Launch k starts at index k or later, so its median at index k overwrites only values that have
 * been used. */
static size_t fold_launches(double *values, const uint32_t *launches, size_t count)
{
    size_t folded = 0;
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && launches[end] == launches[start]; end++)
            ;
        order_sort(values + start, end - start);
        values[folded++] = order_median(values + start, end - start);
    }
    return folded;
}

assay_status summarize_launch_medians(const double *values, const uint32_t *launches, size_t count,
                                      double **ret_medians, size_t *ret_count)
{
    if (ret_medians == NULL || ret_count == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(check_input(values, launches, count));
    double *medians = calloc(count, sizeof *medians);
    if (medians == NULL)
        return ASSAY_ERR_MEMORY;
    memcpy(medians, values, count * sizeof *medians);
    *ret_count = fold_launches(medians, launches, count);
    *ret_medians = medians;
    return ASSAY_OK;
}

/* Student's t around `center`.  Above the limit of `freedom` the limit's quantile is the wider one,
 * by less than 1e-5 of itself. */
static struct interval student_interval(double center, double variance, double freedom,
                                        double level)
{
    /* The lower quantile: (1 - level) / 2 stays exact where (1 + level) / 2 would round to 1. */
    double quantile = -student_quantile((1 - level) / 2, fmin(freedom, STUDENT_FREEDOM_MAX));
    double half = quantile * sqrt(variance);
    return (struct interval){center - half, center + half, level};
}

static struct interval exp_interval(struct interval logs)
{
    return (struct interval){exp_bounded(logs.low), exp_bounded(logs.high), logs.level};
}

/* Interval of the typical value over two or more launches; leaves logs in `sorted_medians`. */
static struct interval launch_interval(double *sorted_medians, size_t count)
{
    bool logs = all_positive(sorted_medians);
    if (logs)
        take_logs(sorted_medians, count);
    struct moments moments = moments_of(sorted_medians, count);
    struct interval interval =
        student_interval(moments.mean, moments.mean_variance, (double)(count - 1), SUMMARY_LEVEL);
    return logs ? exp_interval(interval) : interval;
}

static struct interval single_launch_interval(const double *sorted, size_t count, double effective)
{
    struct percentile median =
        order_median_dependent(sorted, count, (size_t)effective, SUMMARY_LEVEL);
    if (!median.sufficient)
        return (struct interval){median.value, median.value, 0};
    return median.interval;
}

static void summarize_samples(const double *sorted, size_t count, struct summary *summary)
{
    summary->sample_count = count;
    summary->mean = mean_of(sorted, count);
    if (count > 1)
        summary->sd = sqrt(squares_around(sorted, count, summary->mean) / (double)(count - 1));
    summary->mad = order_mad(sorted, count);
    summary->min = sorted[0];
    summary->max = sorted[count - 1];
    summary->outliers = outliers_count(sorted, count);
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        summary->percentiles[i] =
            order_percentile(sorted, count, PERCENTILE_RANKS[i], SUMMARY_LEVEL);
}

assay_status summarize(const double *values, const uint32_t *launches, size_t count,
                       struct summary *ret_summary)
{
    if (ret_summary == NULL)
        return ASSAY_ERR_ARGUMENT;
    AUTO_FREE_DOUBLES medians = NULL;
    AUTO_FREE_DOUBLES sorted = NULL;
    size_t launch_count = 0;
    TRY(summarize_launch_medians(values, launches, count, &medians, &launch_count));
    TRY(order_sorted_copy(values, count, &sorted));

    struct correlation correlation;
    TRY(correlation_of(values, launches, count, &correlation));
    struct summary summary = {.launch_count = launch_count,
                              .autocorrelation = correlation.lag1,
                              .effective_sample_count = correlation.effective_count};
    summarize_samples(sorted, count, &summary);
    order_sort(medians, launch_count);
    summary.median = order_median(medians, launch_count);
    summary.interval = launch_count > 1
                           ? launch_interval(medians, launch_count)
                           : single_launch_interval(sorted, count, correlation.effective_count);
    summary.interval.low = fmin(summary.interval.low, summary.median);
    summary.interval.high = fmax(summary.interval.high, summary.median);
    summary.bootstrap_median = (struct interval){summary.median, summary.median, 0};
    summary.bootstrap_mean = (struct interval){summary.mean, summary.mean, 0};
    *ret_summary = summary;
    return ASSAY_OK;
}

/* Samples of one launch, for a bootstrap of launches. */
struct cluster {
    double sum;
    double count;
};

static double mean_of_clusters(void *context, const uint32_t *units, size_t count)
{
    const struct cluster *clusters = context;
    double sum = 0, samples = 0;
    for (size_t i = 0; i < count; i++) {
        sum += clusters[units[i]].sum;
        samples += clusters[units[i]].count;
    }
    return sum / samples;
}

/* Sums of deviations from `center`, which keeps their digits. */
static void fill_clusters(const struct summary_input *input, double center,
                          struct cluster *clusters)
{
    for (size_t i = 0; i < input->count; i++) {
        clusters += i > 0 && input->launches[i] != input->launches[i - 1];
        clusters->sum += input->values[i] - center;
        clusters->count++;
    }
}

static assay_status bootstrap_launches(const struct summary_input *input, struct summary *summary)
{
    const struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    AUTO_FREE_DOUBLES medians = NULL;
    size_t count = 0;
    struct bootstrap median, mean;
    TRY(summarize_launch_medians(input->values, input->launches, input->count, &medians, &count));
    order_sort(medians, count);
    TRY(bootstrap_median(medians, count, count, &request, &median));
    struct cluster *clusters = calloc(count, sizeof *clusters);
    if (clusters == NULL)
        return ASSAY_ERR_MEMORY;
    fill_clusters(input, summary->mean, clusters);
    assay_status status = bootstrap_statistic(mean_of_clusters, clusters, count, &request, &mean);
    free(clusters);
    TRY(status);
    summary->bootstrap_median = median.interval;
    summary->bootstrap_mean = (struct interval){
        summary->mean + mean.interval.low, summary->mean + mean.interval.high, mean.interval.level};
    return ASSAY_OK;
}

/* Means of blocks of equal length; what is left over at the end is no block.  Non-overlapping
 * blocks: Carlstein 1986, Annals of Statistics 14(3), 1171-1179. */
static size_t fold_blocks(const double *values, size_t count, double *blocks)
{
    size_t length = (count + BLOCKS_MAX - 1) / BLOCKS_MAX, folded = count / length;
    for (size_t i = 0; i < folded; i++)
        blocks[i] = mean_of(values + i * length, length);
    return folded;
}

static assay_status bootstrap_one_launch(const struct summary_input *input, size_t effective,
                                         struct summary *summary)
{
    const struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    AUTO_FREE_DOUBLES sorted = NULL;
    double blocks[BLOCKS_MAX];
    struct bootstrap median, mean;
    struct correlation correlation;
    TRY(order_sorted_copy(input->values, input->count, &sorted));
    TRY(bootstrap_median(sorted, input->count, effective, &request, &median));
    size_t count = fold_blocks(input->values, input->count, blocks);
    TRY(correlation_of(blocks, input->launches, count, &correlation));
    TRY(bootstrap_mean(blocks, count, &request, &mean));
    double stretch = sqrt((double)count / correlation.effective_count);
    summary->bootstrap_median = median.interval;
    summary->bootstrap_mean = (struct interval){
        summary->mean - stretch * (mean.estimate - mean.interval.low),
        summary->mean + stretch * (mean.interval.high - mean.estimate), mean.interval.level};
    return ASSAY_OK;
}

assay_status summarize_bootstrap(const double *values, const uint32_t *launches, size_t count,
                                 struct summary *summary)
{
    if (summary == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(check_input(values, launches, count));
    const struct summary_input input = {values, launches, count};
    size_t effective = (size_t)fmin(summary->effective_sample_count, (double)count);
    if (summary->launch_count >= SUMMARY_UNITS_MIN)
        return bootstrap_launches(&input, summary);
    if (summary->launch_count == 1 && effective >= SUMMARY_UNITS_MIN)
        return bootstrap_one_launch(&input, effective, summary);
    return ASSAY_OK;
}

/* Mean and spread of the logs of the launch medians of one side of a ratio. */
static assay_status log_moments(const struct summary_input *input, struct moments *ret_moments)
{
    AUTO_FREE_DOUBLES medians = NULL;
    size_t count = 0;
    TRY(summarize_launch_medians(input->values, input->launches, input->count, &medians, &count));
    order_sort(medians, count);
    if (!all_positive(medians))
        return ASSAY_ERR_ARGUMENT;
    if (count < 2)
        return ASSAY_ERR_TOO_FEW;
    take_logs(medians, count);
    *ret_moments = moments_of(medians, count);
    return ASSAY_OK;
}

/* Degrees of freedom of the difference of two means (Satterthwaite 1946, Welch 1947), by shares of
 * its variance so that no square underflows.  Without variance there is no width to scale, and any
 * number will do. */
static double welch_freedom(const struct moments *a, const struct moments *b)
{
    double sum = a->mean_variance + b->mean_variance;
    if (sum <= 0)
        return 1;
    double share_a = a->mean_variance / sum, share_b = b->mean_variance / sum;
    return 1 / (share_a * share_a / (double)(a->count - 1) +
                share_b * share_b / (double)(b->count - 1));
}

assay_status summarize_ratio(const struct summary_input *numerator,
                             const struct summary_input *denominator, double level,
                             struct interval *ret_ratio, double *ret_estimate)
{
    if (numerator == NULL || denominator == NULL || ret_ratio == NULL || ret_estimate == NULL)
        return ASSAY_ERR_ARGUMENT;
    if (!(level > 0 && level < 1))
        return ASSAY_ERR_ARGUMENT;
    struct moments above, below;
    TRY(log_moments(numerator, &above));
    TRY(log_moments(denominator, &below));

    double change = above.mean - below.mean;
    double variance = above.mean_variance + below.mean_variance;
    double freedom = welch_freedom(&above, &below);
    *ret_ratio = exp_interval(student_interval(change, variance, freedom, level));
    *ret_estimate = exp_bounded(change);
    return ASSAY_OK;
}
