/* Summaries by launch.  Samples of one launch resemble each other (same memory layout), so each
 * launch counts once, by its median, which a few disturbed samples cannot move. */
#include "stats/summary.h"

#include <math.h>

/* t(0.975) of 1 .. 14 degrees of freedom: NIST/SEMATECH e-Handbook of Statistical Methods,
 * 1.3.6.7.2.  Beyond them the last one serves, which errs by 9 % at most, to the wide side. */
static const double T975[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365,
                              2.306,  2.262, 2.228, 2.201, 2.179, 2.160, 2.145};
enum { T_COUNT = sizeof T975 / sizeof *T975 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sort_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void add_interval(const double *medians, size_t count, struct summary *summary)
{
    double mean = 0, squares = 0, half = 0;
    for (size_t i = 0; i < count; i++)
        mean += medians[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (medians[i] - mean) * (medians[i] - mean);
    if (count > 1)
        half = T975[count - 2 < T_COUNT ? count - 2 : T_COUNT - 1] *
               sqrt(squares / (double)(count - 1) / (double)count);
    summary->low = fmin(mean - half, summary->median);
    summary->high = fmax(mean + half, summary->median);
    summary->level = count > 1 ? 0.95 : 0;
}

assay_status summarize(const struct sample *samples, size_t count, struct summary *ret_summary)
{
    double *values = malloc(2 * count * sizeof *values), *medians = values + count;
    struct summary summary = {.sample_count = count, .min = HUGE_VAL};
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0, first = 0; i < count; i++) {
        values[i] = samples[i].ns / samples[i].iterations;
        summary.mean += values[i] / (double)count;
        summary.min = fmin(summary.min, values[i]);
        summary.max = fmax(summary.max, values[i]);
        if (i + 1 < count && samples[i + 1].launch == samples[i].launch)
            continue;
        medians[summary.launch_count++] = sort_median(values + first, i + 1 - first);
        first = i + 1;
    }
    summary.median = sort_median(medians, summary.launch_count);
    add_interval(medians, summary.launch_count, &summary);
    free(values);
    *ret_summary = summary;
    return ASSAY_OK;
}
