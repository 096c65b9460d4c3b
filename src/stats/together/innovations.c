/* Levels off, outliers limited, past off.
 * Invariant: a value of the result depends on its own level and on earlier values only, up to the
 * few numbers that are estimated of the whole. */
#include "stats/together/innovations.h"

#include <math.h>
#include <string.h>

#include "stats/order.h"

#define LIMIT_SD 4.0
#define MAD_TO_SD 1.4826

static void take_line(double *values, size_t count)
{
    const double middle = ((double)count - 1) / 2;
    double mean = 0, tilt = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[i] / (double)count;
    for (size_t i = 0; i < count; i++) {
        const double time = (double)i - middle;
        tilt += time * (values[i] - mean);
        squares += time * time;
    }
    const double slope = count >= INNOVATIONS_LINE_MIN ? tilt / squares : 0;
    for (size_t i = 0; i < count; i++)
        values[i] -= mean + slope * ((double)i - middle);
}

static void limit(double *values, size_t count, double *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = fabs(values[i]);
    const double most = LIMIT_SD * MAD_TO_SD * order_select(scratch, count, count / 2);
    for (size_t i = 0; i < count && most > 0; i++)
        values[i] = fmin(fmax(values[i], -most), most);
}

static double covariance(const double *values, size_t count, size_t lag)
{
    double sum = 0;
    for (size_t i = lag; i < count; i++)
        sum += values[i] * values[i - lag];
    return sum / (double)count;
}

/* Coefficients of an autoregression; all 0 where nothing scatters. */
static void fit_past(const double *values, size_t count, double past[INNOVATIONS_ORDER])
{
    double covariances[INNOVATIONS_ORDER + 1];
    for (size_t lag = 0; lag <= INNOVATIONS_ORDER; lag++)
        covariances[lag] = covariance(values, count, lag);
    memset(past, 0, INNOVATIONS_ORDER * sizeof *past);
    double left = covariances[0];
    for (size_t order = 1; order <= INNOVATIONS_ORDER && left > 0; order++) {
        double before[INNOVATIONS_ORDER], sum = covariances[order];
        memcpy(before, past, sizeof before);
        for (size_t i = 1; i < order; i++)
            sum -= before[i - 1] * covariances[order - i];
        const double reflection = sum / left;
        for (size_t i = 1; i < order; i++)
            past[i - 1] = before[i - 1] - reflection * before[order - i - 1];
        past[order - 1] = reflection;
        left *= 1 - reflection * reflection;
    }
}

void innovations_take(double *values, size_t count, const size_t *starts, size_t start_count,
                      double *scratch)
{
    double past[INNOVATIONS_ORDER];
    if (count == 0)
        return;
    for (size_t i = 0; i <= start_count; i++) {
        const size_t first = i > 0 ? starts[i - 1] : 0;
        take_line(values + first, (i < start_count ? starts[i] : count) - first);
    }
    limit(values, count, scratch);
    fit_past(values, count, past);
    memcpy(scratch, values, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        for (size_t lag = 1; lag <= INNOVATIONS_ORDER && lag <= i; lag++)
            values[i] -= past[lag - 1] * scratch[i - lag];
}
