/* Quantiles, spread and distribution-free intervals of sorted arrays.
 *
 * Run times are skewed, have outliers and several modes.  Intervals of percentiles by a normal
 * approximation, or by the bootstrap (which never looks beyond the largest sample, so its upper
 * bound for the P99 of 100 samples is an illusion), are wrong there in silence.  The ranks of order
 * statistics need nothing but independent samples: the number of samples below the true quantile q
 * is binomial(count, q).  We take the exact binomial at every count; its normal approximation saves
 * nothing that can be felt and fails for P99.9.
 *
 * Invariants:
 *  1. A function that takes `sorted` trusts the order and the absence of NaN.
 *  2. An interval includes its value; its level is never above the level that was asked for. */
#include "stats/order.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/special.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void order_sort(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
}

assay_status order_sorted_copy(const double *values, size_t count, double **ret_sorted)
{
    if (values == NULL || ret_sorted == NULL)
        return ASSAY_ERR_ARGUMENT;
    if (count == 0)
        return ASSAY_ERR_TOO_FEW;
    for (size_t i = 0; i < count; i++)
        if (isnan(values[i]))
            return ASSAY_ERR_ARGUMENT;
    double *sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL)
        return ASSAY_ERR_MEMORY;
    memcpy(sorted, values, count * sizeof *sorted);
    order_sort(sorted, count);
    *ret_sorted = sorted;
    return ASSAY_OK;
}

/* Two indices run towards each other and swap what stands on the wrong side. */
double order_select(double *values, size_t count, size_t index)
{
    assert(index < count);
    ptrdiff_t left = 0, right = (ptrdiff_t)count - 1, at = (ptrdiff_t)index;
    while (left < right) {
        double pivot = values[at];
        ptrdiff_t i = left, k = right;
        while (i <= k) {
            while (values[i] < pivot)
                i++;
            while (pivot < values[k])
                k--;
            if (i > k)
                break;
            double other = values[i];
            values[i++] = values[k];
            values[k--] = other;
        }
        if (k < at)
            left = i;
        if (at < i)
            right = k;
    }
    return values[index];
}

double order_quantile(const double *sorted, size_t count, double fraction)
{
    assert(count > 0 && fraction >= 0 && fraction <= 1);
    double position = (double)(count - 1) * fraction;
    size_t below = (size_t)position;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

double order_median(const double *sorted, size_t count)
{
    return order_quantile(sorted, count, 0.5);
}

/* Deviations grow from the median outwards on both sides, so the two sides are two sorted lists,
 * and merging them up to the middle yields the median deviation without sorting or memory. */
double order_mad(const double *sorted, size_t count)
{
    double center = order_median(sorted, count);
    size_t low = count / 2, high = count / 2; /* not yet merged: [0, low) and [high, count) */
    double previous = 0, deviation = 0;
    for (size_t i = 0; i <= count / 2; i++) {
        previous = deviation;
        bool take_low =
            high == count || (low > 0 && center - sorted[low - 1] < sorted[high] - center);
        deviation = take_low ? center - sorted[--low] : sorted[high++] - center;
    }
    return count % 2 == 1 ? deviation : previous + (deviation - previous) / 2;
}

size_t order_count_min(double rank, double level)
{
    assert(rank > 0 && rank < 100 && level > 0 && level < 1);
    double larger = fmax(rank, 100 - rank) / 100;
    double miss = 1 - level;
    double count = fmax(ceil(log(miss) / log(larger)), 1);
    /* The quotient of logs of an exact power may be rounded up past the whole number. */
    if (count > 1 && pow(larger, count - 1) <= miss)
        count--;
    return (size_t)count;
}

/* The largest r in [1, count] for which the r-th smallest sample lies above the quantile `fraction`
 * with probability `miss` or less; 0 when there is none.  It lies above when at most r - 1 samples
 * do not, which has probability P(binomial(count, fraction) <= r - 1). */
static size_t rank_below(size_t count, double fraction, double miss)
{
    size_t low = 0, high = count + 1; /* low is good or 0, high is bad */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (binomial_cdf(middle - 1, count, fraction) <= miss)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Both ends and the level that they reach; the high end is the low end of the mirrored samples. */
static struct interval rank_interval(const double *sorted, size_t count, double fraction,
                                     double level)
{
    double miss = (1 - level) / 2;
    size_t below = rank_below(count, fraction, miss);
    size_t above = rank_below(count, 1 - fraction, miss);
    size_t low = below > 0 ? below : 1;
    size_t high = above > 0 ? count + 1 - above : count;
    double reached = level;
    if (below == 0 || above == 0)
        reached = binomial_cdf(high - 1, count, fraction) - binomial_cdf(low - 1, count, fraction);
    return (struct interval){sorted[low - 1], sorted[high - 1], fmin(reached, level)};
}

struct percentile order_percentile(const double *sorted, size_t count, double rank, double level)
{
    assert(rank > 0 && rank < 100 && level > 0 && level < 1);
    double value = order_quantile(sorted, count, rank / 100);
    struct interval interval = rank_interval(sorted, count, rank / 100, level);
    interval.low = fmin(interval.low, value);
    interval.high = fmax(interval.high, value);
    return (struct percentile){.rank = rank,
                               .value = value,
                               .interval = interval,
                               .sufficient = count >= order_count_min(rank, level)};
}

/* The r-th smallest of `effective` stretched over `count`: a share of r / (effective + 1) lies
 * below. */
static size_t stretched(size_t rank, size_t count, size_t effective)
{
    double stretched = floor((double)rank * ((double)count + 1) / ((double)effective + 1));
    return (size_t)fmax(stretched, 1);
}

struct percentile order_median_dependent(const double *sorted, size_t count, size_t effective,
                                         double level)
{
    assert(effective >= 1 && effective <= count && level > 0 && level < 1);
    struct percentile median = order_percentile(sorted, count, 50, level);
    if (effective == count)
        return median;
    size_t below = rank_below(effective, 0.5, (1 - level) / 2);
    size_t low = below > 0 ? stretched(below, count, effective) : 1;
    /* Without a rank the ends are the smallest and the largest, both of which `effective` samples
     * miss with half of 2^(1 - effective). */
    double reached = below > 0 ? level : 1 - ldexp(1, 1 - (int)effective);
    median.interval =
        (struct interval){fmin(sorted[low - 1], median.value),
                          fmax(sorted[count - low], median.value), fmin(reached, level)};
    median.sufficient = effective >= order_count_min(50, level);
    return median;
}
