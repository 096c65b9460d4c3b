/* Noise of a history that is short beside the longer lag.
 *
 * Why differences will not do: of n values one step lies in 8 of the n - 8 differences at lag 8,
 * which is half of them at n = 24; then a clear step looks like a walk.  So the values are also
 * looked at around the one step that leaves the least deviations (least absolute ones, as outliers
 * may be among them), and that noise counts where the step passes Student's test at the level of
 * all steps: the noise of so few values is known badly, and the test knows that. */
#include <math.h>
#include <string.h>

#include "stats/history/series.h"
#include "stats/history/settings.h"
#include "stats/order.h"
#include "stats/special.h"

static double median_of(const double *values, size_t count, double *scratch)
{
    memcpy(scratch, values, count * sizeof *values);
    return order_select(scratch, count, count / 2);
}

static double deviations(const double *values, size_t count, double middle)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs(values[i] - middle);
    return sum;
}

/* Where two levels leave the least absolute deviations. */
static size_t best_split(const double *values, size_t count, double *scratch)
{
    size_t best = SEGMENT_MIN;
    double least = HUGE_VAL;
    for (size_t at = SEGMENT_MIN; at + SEGMENT_MIN <= count; at++) {
        double sum =
            deviations(values, at, median_of(values, at, scratch)) +
            deviations(values + at, count - at, median_of(values + at, count - at, scratch));
        if (sum < least) {
            least = sum;
            best = at;
        }
    }
    return best;
}

/* Values around two levels, outliers limited: the levels, and what is left. */
struct two_levels {
    size_t count, at;
    double levels[2];
    double off[SHORT_HISTORY];
};

static void fit(const double *values, size_t count, struct two_levels *fitted)
{
    double scratch[SHORT_HISTORY];
    fitted->count = count;
    const size_t at = fitted->at = best_split(values, count, scratch);
    const double middles[2] = {median_of(values, at, scratch),
                               median_of(values + at, count - at, scratch)};
    for (size_t i = 0; i < count; i++)
        scratch[i] = fabs(values[i] - middles[i >= at]);
    const double limit = NOISE_TRIM * 1.4826 * order_select(scratch, count, count / 2);
    double sums[2] = {0};
    for (size_t i = 0; i < count; i++) {
        fitted->off[i] = fmin(fmax(values[i] - middles[i >= at], -limit), limit);
        sums[i >= at] += fitted->off[i];
    }
    const double means[2] = {sums[0] / (double)at, sums[1] / (double)(count - at)};
    for (size_t i = 0; i < count; i++)
        fitted->off[i] -= means[i >= at];
    for (int side = 0; side < 2; side++)
        fitted->levels[side] = middles[side] + means[side];
}

static struct noise noise_around(const struct two_levels *fitted)
{
    const double n = (double)fitted->count;
    double squares = 0, products = 0;
    for (size_t i = 0; i < fitted->count; i++) {
        squares += fitted->off[i] * fitted->off[i];
        products += i > 0 && i != fitted->at ? fitted->off[i] * fitted->off[i - 1] : 0;
    }
    double r = squares > 0 ? products / squares : 0;
    r += (2 + 4 * r) / n; /* two levels were fitted: Kendall 1954, Biometrika 41, twice */
    struct noise noise = {.sd = sqrt(squares / (n - 2)),
                          .autocorrelation = fmin(fmax(r, 0), AUTOCORRELATION_MAX)};
    noise_complete(&noise);
    return noise;
}

bool noise_beside_step(const double *values, size_t count, struct noise *ret_noise)
{
    struct two_levels fitted;
    if (count < 2 * SEGMENT_MIN || count > SHORT_HISTORY)
        return false;
    fit(values, count, &fitted);
    struct noise noise = noise_around(&fitted);
    const double n = (double)count, k = (double)fitted.at, shorter = fmin(k, n - k);
    const double jump = fitted.levels[1] - fitted.levels[0];
    double limit = sqrt(STEP_SCORE);
    if (noise.sd > 1e-9 * fabs(jump)) {
        const double freedom = fmax((n - 2) * noise.sd * noise.sd / noise.long_run, 1);
        limit = student_quantile(normal_cdf(-limit), freedom);
    } else { /* counts: the step is what the values can tell apart, and there is nothing to estimate
              */
        noise = (struct noise){.sd = fabs(jump) / RESOLUTION_SD, .is_coarse = true};
        noise_complete(&noise);
    }
    if (!(noise.sd > 0))
        return false;
    if (jump * jump * k * (n - k) / n / noise.long_run <
        limit * limit * (1 + SHORT_SEGMENT / shorter))
        return false;
    *ret_noise = noise;
    return true;
}
