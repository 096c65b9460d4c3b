/* From values to a series with its noise.
 * Why differences: the variance of x[i + m] - x[i] holds a step in m of its terms only, and the
 * ratio of two lags gives the autocorrelation without knowing any level.
 * Invariant: values, limited and sums are of the same length and never change after series_make. */
#include "stats/history/series.h"

#include <math.h>
#include <stdlib.h>

#include "stats/history/settings.h"

/* Hoare 1961, Communications of the ACM 4(7), Algorithm 65. */
double series_select(double *values, size_t count, size_t rank)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = values[low + (high - low) / 2];
        size_t left = low, right = high;
        for (;;) {
            while (values[left] < pivot)
                left++;
            while (values[right] > pivot)
                right--;
            if (left >= right)
                break;
            double swap = values[left];
            values[left++] = values[right];
            values[right--] = swap;
        }
        if (rank <= right)
            high = right;
        else
            low = right + 1;
    }
    return values[rank];
}

/* Variance of differences at `lag` without outliers, around their mean: a slope is no noise. */
static double difference_variance(const double *values, size_t count, size_t lag, double *scratch)
{
    const size_t pairs = count - lag;
    double kept = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < pairs; i++)
        scratch[i] = fabs(values[i + lag] - values[i]);
    const double limit = NOISE_TRIM * 1.4826 * series_select(scratch, pairs, pairs / 2);
    for (size_t i = 0; i < pairs; i++) {
        double off = values[i + lag] - values[i];
        if (fabs(off) > limit)
            continue;
        sum += off;
        squares += off * off;
        kept++;
    }
    double variance = kept > 0 ? (squares - sum * sum / kept) / kept : 0;
    return variance > 1e-12 * squares ? variance : 0; /* less is rounding */
}

/* The r with (1 - r) / (1 - r^NOISE_LAG) = ratio; the left side falls from 1 to 1/NOISE_LAG. */
static double autocorrelation_of(double ratio)
{
    double low = 0, high = AUTOCORRELATION_MAX;
    if (ratio >= 1)
        return 0;
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        if ((1 - middle) / (1 - pow(middle, NOISE_LAG)) > ratio)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Where most neighbours are equal (a counter, a coarse clock) the least step that was seen is what
 * the values can tell apart. */
static double resolution(const double *values, size_t count)
{
    double least = HUGE_VAL;
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[i - 1])
            least = fmin(least, fabs(values[i] - values[i - 1]));
    return isinf(least) ? 0 : least;
}

void noise_complete(struct noise *noise)
{
    double r = noise->autocorrelation, factor = (1 + r) / (1 - r);
    noise->long_run = noise->sd * noise->sd * factor;
    noise->effect = fmin(log(factor), EFFECT_MAX);
}

void noise_estimate(const double *values, size_t count, double *scratch, struct noise *ret_noise)
{
    double near = difference_variance(values, count, 1, scratch);
    double far = difference_variance(values, count, NOISE_LAG, scratch);
    double r = far > 0 ? autocorrelation_of(near / far) : 0;
    if (r > 0) /* the estimate is too small by about that much: Kendall 1954, Biometrika 41 */
        r = fmin(r + (1 + 3 * r) / (double)count, AUTOCORRELATION_MAX);
    ret_noise->autocorrelation = r;
    ret_noise->sd = sqrt(far / 2 / (1 - pow(r, NOISE_LAG)));
    if (near <= 0 || far <= 0)
        *ret_noise =
            (struct noise){.sd = resolution(values, count) / RESOLUTION_SD, .is_coarse = true};
    noise_complete(ret_noise);
}

/* The values around one place, sorted. */
struct window {
    double sorted[2 * CLIP_REACH + 2];
    size_t count;
};

static void window_add(struct window *window, double value)
{
    size_t at = window->count++;
    for (; at > 0 && window->sorted[at - 1] > value; at--)
        window->sorted[at] = window->sorted[at - 1];
    window->sorted[at] = value;
}

static void window_remove(struct window *window, double value)
{
    size_t at = 0;
    while (window->sorted[at] != value)
        at++;
    for (window->count--; at < window->count; at++)
        window->sorted[at] = window->sorted[at + 1];
}

static void limit(const struct series *series, double *limited)
{
    const double reach = CLIP_SD * series->noise.sd;
    struct window window = {.count = 0};
    for (size_t i = 0; i < CLIP_REACH; i++)
        window_add(&window, series->values[i]);
    for (size_t i = 0; i < series->count; i++) {
        if (i + CLIP_REACH < series->count)
            window_add(&window, series->values[i + CLIP_REACH]);
        if (i > CLIP_REACH)
            window_remove(&window, series->values[i - CLIP_REACH - 1]);
        double middle = window.sorted[window.count / 2];
        limited[i] = fmin(fmax(series->values[i], middle - reach), middle + reach);
    }
}

static void add_up(const struct series *series, double *sums, double *moments)
{
    sums[0] = moments[0] = 0;
    for (size_t i = 0; i < series->count; i++) {
        sums[i + 1] = sums[i] + series->limited[i];
        moments[i + 1] = moments[i] + series->limited[i] * (double)i;
    }
}

assay_status series_make(const double *values, size_t count, struct series *ret_series)
{
    *ret_series = (struct series){.count = count};
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return ASSAY_ERR_ARGUMENT;
        ret_series->is_linear |= values[i] <= 0;
    }
    double *block = malloc((4 * count + 2) * sizeof *block);
    if (block == NULL)
        return ASSAY_ERR_MEMORY;
    double *limited = block + count, *sums = limited + count, *moments = sums + count + 1;
    ret_series->block = block;
    ret_series->values = block;
    ret_series->limited = limited;
    ret_series->sums = sums;
    ret_series->moments = moments;
    for (size_t i = 0; i < count; i++)
        block[i] = ret_series->is_linear ? values[i] - values[0] : log(values[i] / values[0]);
    if (count < 2 * SEGMENT_MIN)
        return ASSAY_OK;
    if (!noise_beside_step(block, count, &ret_series->noise)) {
        if (count <= 2 * NOISE_LAG)
            return ASSAY_OK;
        noise_estimate(block, count, limited, &ret_series->noise);
    }
    limit(ret_series, limited);
    add_up(ret_series, sums, moments);
    return ASSAY_OK;
}

void series_release(struct series *series)
{
    free(series->block);
    *series = (struct series){0};
}

double series_mean(const struct series *series, size_t first, size_t end)
{
    return (series->sums[end] - series->sums[first]) / (double)(end - first);
}
