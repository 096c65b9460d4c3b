/* Tukey's fences over a sorted array.
 *
 * An outlier of a run time is mostly true: an interrupt, a page fault, a neighbour.  So nothing is
 * removed, and what is typical is told by medians, which outliers do not move; the counts say how
 * disturbed the samples are, and the share of the variance how much the mean and the standard
 * deviation are theirs.  (Criterion's "effect of outliers" compares with a model of sampling noise;
 * the share of the variance says the same and needs no model.) */
#include "stats/outliers.h"

#include <assert.h>
#include <math.h>

#include "stats/order.h"

struct outlier_fences outlier_fences(const double *sorted, size_t count)
{
    assert(count > 0);
    double low = order_quantile(sorted, count, 0.25), high = order_quantile(sorted, count, 0.75);
    double width = high - low;
    return (struct outlier_fences){low - 3 * width, low - 1.5 * width, high + 1.5 * width,
                                   high + 3 * width};
}

/* Variance of sorted[first, end), divided by the count; 0 for none.  Two passes: deviations from
 * the mean do not cancel. */
static double variance_of(const double *sorted, size_t first, size_t end)
{
    double sum = 0, squares = 0;
    size_t count = end - first;
    if (count == 0)
        return 0;
    for (size_t i = first; i < end; i++)
        sum += sorted[i] - sorted[first];
    double mean = sorted[first] + sum / (double)count;
    for (size_t i = first; i < end; i++)
        squares += (sorted[i] - mean) * (sorted[i] - mean);
    return squares / (double)count;
}

struct outliers outliers_count(const double *sorted, size_t count)
{
    struct outliers outliers = {0};
    if (count < OUTLIER_SAMPLES_MIN)
        return outliers;
    struct outlier_fences fences = outlier_fences(sorted, count);
    for (size_t i = 0; i < count; i++) {
        if (sorted[i] < fences.low_severe)
            outliers.low_severe++;
        else if (sorted[i] < fences.low_mild)
            outliers.low_mild++;
        else if (sorted[i] > fences.high_severe)
            outliers.high_severe++;
        else if (sorted[i] > fences.high_mild)
            outliers.high_mild++;
    }
    size_t first = outliers.low_severe + outliers.low_mild;
    size_t end = count - outliers.high_severe - outliers.high_mild;
    double all = variance_of(sorted, 0, count);
    if (all > 0)
        outliers.variance_share = fmax(1 - variance_of(sorted, first, end) / all, 0);
    return outliers;
}
