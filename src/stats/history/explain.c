/* Closed forms over running sums; only the walk needs a pass over the values.
 * All are divided by the long-run variance: neighbours that resemble each other count less. */
#include "stats/history/explain.h"

#include <math.h>

/* Of the times first .. end - 1: their middle, and the sum of squares around it. */
struct times {
    double count, middle, squares;
};

static struct times times_of(struct stretch stretch)
{
    double n = (double)(stretch.end - stretch.first);
    return (struct times){n, (double)(stretch.first + stretch.end - 1) / 2, n * (n * n - 1) / 12};
}

static double sum_of(const struct series *series, size_t first, size_t end)
{
    return series->sums[end] - series->sums[first];
}

/* Sum of (time - middle) * value. */
static double tilt_of(const struct series *series, struct stretch stretch,
                      const struct times *times)
{
    double moment = series->moments[stretch.end] - series->moments[stretch.first];
    return moment - times->middle * sum_of(series, stretch.first, stretch.end);
}

double explain_step(const struct series *series, struct stretch stretch, size_t at)
{
    double n = (double)(stretch.end - stretch.first), k = (double)(at - stretch.first);
    double off =
        sum_of(series, stretch.first, at) - sum_of(series, stretch.first, stretch.end) * k / n;
    return off * off * n / (k * (n - k)) / series->noise.long_run / 2;
}

double explain_slope_estimate(const struct series *series, struct stretch stretch)
{
    const struct times times = times_of(stretch);
    return tilt_of(series, stretch, &times) / times.squares;
}

double explain_slope(const struct series *series, struct stretch stretch)
{
    const struct times times = times_of(stretch);
    double tilt = tilt_of(series, stretch, &times);
    return tilt * tilt / times.squares / series->noise.long_run / 2;
}

/* The step's own part: what is left of it, and of the values, when the line is taken off. */
double explain_step_on_slope(const struct series *series, struct stretch stretch, size_t at)
{
    const struct times times = times_of(stretch);
    double after = (double)(stretch.end - at), share = after / times.count;
    double lean = ((double)(at + stretch.end - 1) / 2 - times.middle) * after;
    double squares = after * (1 - share) - lean * lean / times.squares;
    double common = sum_of(series, at, stretch.end) -
                    share * sum_of(series, stretch.first, stretch.end) -
                    lean / times.squares * tilt_of(series, stretch, &times);
    return squares > 1e-9 ? common * common / squares / series->noise.long_run / 2 : 0;
}

/* Log likelihood, less a constant, of blocks of `block` values under a walk that adds `wander` to
 * the variance of the level with each value. */
static double walk_likelihood(const struct series *series, struct stretch stretch, size_t block,
                              double wander)
{
    const double seen = series->noise.long_run / (double)block;
    double level = series_mean(series, stretch.first, stretch.first + block), doubt = seen, sum = 0;
    for (size_t i = stretch.first + block; i + block <= stretch.end; i += block) {
        doubt += wander * (double)block;
        double off = series_mean(series, i, i + block) - level, spread = doubt + seen;
        sum -= (log(spread) + off * off / spread) / 2;
        level += doubt / spread * off;
        doubt *= 1 - doubt / spread;
    }
    return sum;
}

/* Steps of the walk that are tried: 1e-5 of the variance to 0.7 %, each three times the last. */
enum { WALK_SHARES = 7 };

double explain_walk(const struct series *series, struct stretch stretch)
{
    const double variance = series->noise.sd * series->noise.sd;
    size_t block = (size_t)ceil(3 * series->noise.long_run / variance - 2);
    if (stretch.end - stretch.first < 2 * block)
        return 0;
    double still = walk_likelihood(series, stretch, block, 0), best = 0;
    double share = 1e-5;
    for (int step = 0; step < WALK_SHARES; step++) {
        best = fmax(best, walk_likelihood(series, stretch, block, share * variance) - still);
        share *= 3;
    }
    return best;
}
