/* Growth by slopes.
 *
 * Why Theil-Sen and not least squares: resident memory moves in steps (pages, arenas, a cache that
 * is filled once), and one step at either end turns a fitted line but hardly a median of slopes.
 * Why the interval over launches: points of one launch hang together, each is the last one plus a
 * little, so that an interval from their number would be far too narrow. */
#include "stats/growth/growth.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"
#include "stats/special.h"
#include "stats/summary.h"

assay_status growth_slope(const double *x, const double *y, size_t count, double *ret_slope)
{
    if (count < GROWTH_POINTS_MIN)
        return ASSAY_ERR_TOO_FEW;
    if (count > GROWTH_POINTS_MAX)
        return ASSAY_ERR_LIMIT;
    double *slopes = malloc(count * (count - 1) / 2 * sizeof *slopes);
    size_t pairs = 0;
    if (slopes == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (x[j] > x[i] || x[j] < x[i])
                slopes[pairs++] = (y[j] - y[i]) / (x[j] - x[i]);
    if (pairs > 0) {
        order_sort(slopes, pairs);
        *ret_slope = order_median(slopes, pairs);
    }
    free(slopes);
    return pairs > 0 ? ASSAY_OK : ASSAY_ERR_TOO_FEW;
}

/* `count` is at least 2. */
static struct interval student_of(const struct growth *launches, size_t count)
{
    const double n = (double)count;
    double mean = 0, squares = 0, resolution = 0;
    for (size_t i = 0; i < count; i++) {
        mean += launches[i].slope / n;
        resolution += launches[i].resolution / n;
    }
    for (size_t i = 0; i < count; i++)
        squares += (launches[i].slope - mean) * (launches[i].slope - mean);
    double quantile = -student_quantile((1 - SUMMARY_LEVEL) / 2, fmin(n - 1, STUDENT_FREEDOM_MAX));
    double half = quantile * sqrt(squares / (n - 1) / n) + resolution;
    return (struct interval){mean - half, mean + half, SUMMARY_LEVEL};
}

assay_status growth_summarize(const struct growth *launches, size_t count,
                              struct summary *ret_summary)
{
    if (count == 0)
        return ASSAY_ERR_TOO_FEW;
    double *slopes = malloc(count * sizeof *slopes);
    uint32_t *numbers = malloc(count * sizeof *numbers);
    struct summary summary;
    assay_status status = slopes && numbers ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; status == ASSAY_OK && i < count; i++) {
        slopes[i] = launches[i].slope;
        numbers[i] = (uint32_t)i;
    }
    if (status == ASSAY_OK)
        status = summarize(slopes, numbers, count, &summary);
    free(slopes);
    free(numbers);
    TRY(status);
    if (count > 1) {
        struct interval interval = student_of(launches, count);
        summary.interval.low = fmin(interval.low, summary.median);
        summary.interval.high = fmax(interval.high, summary.median);
        summary.interval.level = interval.level;
    }
    *ret_summary = summary;
    return ASSAY_OK;
}
