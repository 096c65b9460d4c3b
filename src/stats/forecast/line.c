/* The line, twice: once so that outliers do not matter, then so that its errors are known.
 * Invariant: times are 1 - count .. 0, so that the level at the end is the intercept. */
#include "stats/forecast/line.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"

#define LIMIT_SD 3.0
#define MAD_TO_SD 1.4826
#define LEAST_SQUARES 1e-280 /* of values on a line */

static double theil_sen_slope(const double *values, size_t count, double *scratch)
{
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            scratch[pairs++] = (values[j] - values[i]) / (double)(j - i);
    return order_select(scratch, pairs, pairs / 2);
}

static void limit_around(double slope, double *values, size_t count, double *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = values[i] - slope * (double)i;
    const double middle = order_select(scratch, count, count / 2);
    for (size_t i = 0; i < count; i++)
        scratch[i] = fabs(values[i] - slope * (double)i - middle);
    const double most = LIMIT_SD * MAD_TO_SD * order_select(scratch, count, count / 2);
    for (size_t i = 0; i < count; i++) {
        const double line = slope * (double)i + middle;
        values[i] = line + fmin(fmax(values[i] - line, -most), most);
    }
}

assay_status line_limit(double *values, size_t count)
{
    double *scratch = malloc(count * (count + 1) / 2 * sizeof *scratch);
    if (scratch == NULL)
        return ASSAY_ERR_MEMORY;
    limit_around(theil_sen_slope(values, count, scratch), values, count, scratch);
    free(scratch);
    return ASSAY_OK;
}

/* Sums of one weighted regression on a constant and a time. */
struct sums {
    double cc, ct, tt, cy, ty;
};

static void add(struct sums *sums, double constant, double time, double value)
{
    sums->cc += constant * constant;
    sums->ct += constant * time;
    sums->tt += time * time;
    sums->cy += constant * value;
    sums->ty += time * value;
}

/* Row i of the problem whose errors are independent: the first one is scaled, from each other one
 * its neighbour's share is taken. */
static void whiten(const double *values, size_t count, double r, size_t i, double row[3])
{
    const double time = (double)i - (double)(count - 1), first = sqrt(1 - r * r);
    row[0] = i == 0 ? first : 1 - r;
    row[1] = i == 0 ? first * time : time - r * (time - 1);
    row[2] = i == 0 ? first * values[0] : values[i] - r * values[i - 1];
}

struct line line_fit(const double *values, size_t count, double autocorrelation)
{
    struct sums sums = {0};
    double row[3], squares = 0;
    for (size_t i = 0; i < count; i++) {
        whiten(values, count, autocorrelation, i, row);
        add(&sums, row[0], row[1], row[2]);
    }
    const double determinant = sums.cc * sums.tt - sums.ct * sums.ct;
    struct line line = {
        .end = (sums.tt * sums.cy - sums.ct * sums.ty) / determinant,
        .slope = (sums.cc * sums.ty - sums.ct * sums.cy) / determinant,
        .end_sd = sqrt(sums.tt / determinant),
        .slope_sd = sqrt(sums.cc / determinant),
        .shared = -sums.ct / sqrt(sums.cc * sums.tt),
    };
    for (size_t i = 0; i < count; i++) {
        whiten(values, count, autocorrelation, i, row);
        const double off = row[2] - line.end * row[0] - line.slope * row[1];
        squares += off * off;
    }
    const double freedom = (double)(count - 2);
    line.variance = squares / freedom;
    line.log_likelihood = (log(1 - autocorrelation * autocorrelation) - log(determinant) -
                           freedom * log(fmax(squares, LEAST_SQUARES))) /
                          2;
    return line;
}
