/* Periodicity and spectrum, both from the matches at each distance.
 *
 * The transform of the circular autocorrelation is the power spectrum (Wiener and Khinchin), so
 * however many symbols there are, one real transform gives the powers of all of them together. */
#include <float.h>
#include <math.h>

#include "internal.h"

/* Matches at `lag` and, around the end of the sequence, at length - lag. */
static void make_circular(const uint16_t *matches, size_t length, double *ret_circular)
{
    ret_circular[0] = matches[0];
    for (size_t lag = 1; lag < length; lag++) {
        ret_circular[lag] = (double)(matches[lag] + matches[length - lag]);
    }
}

/* Compares squares of scores, so that no lag needs a root. */
struct patterns_periodicity frequency_periodicity(const uint16_t *matches, size_t length, double q)
{
    struct patterns_periodicity best = {0};
    double best_square = 0;
    for (size_t lag = 1; lag <= length / 2 && q < 1; lag++) {
        const double pairs = (double)(length - lag), excess = matches[lag] - pairs * q;
        const double square = excess * fabs(excess) / (pairs * q * (1 - q));
        if (best.lag == 0 || square > best_square) {
            best_square = square;
            best = (struct patterns_periodicity){lag, matches[lag], 0};
        }
    }
    best.score = copysign(sqrt(fabs(best_square)), best_square);
    return best;
}

/* Rounding leaves powers of zero a little above or below it, by some units in the last place of the
 * number of matches: such powers are zero.  Returns the greatest. */
static double clean(double *powers, size_t last, double least)
{
    double greatest = 0;
    for (size_t k = 1; k <= last; k++) {
        powers[k] = powers[k] > least ? powers[k] : 0;
        greatest = powers[k] > greatest ? powers[k] : greatest;
    }
    return greatest;
}

/* Rounding must not decide between equal powers: see patterns.h. */
size_t frequency_peak(const double *powers, double greatest)
{
    size_t peak = 1;
    while (powers[peak] < greatest * (1 - PATTERNS_TIE)) {
        peak++;
    }
    return peak;
}

static struct patterns_spectrum describe(struct patterns *patterns)
{
    const size_t last = patterns->length / 2;
    const double length = (double)patterns->length;
    const double least = length * length * DBL_EPSILON * 4;
    const double greatest = clean(patterns->powers, last, least);
    const struct power_sums sums = patterns->kernels->power_sums(patterns->powers, 1, last);
    if (sums.total <= 0) {
        return (struct patterns_spectrum){0};
    }
    const size_t peak = frequency_peak(patterns->powers, greatest);
    const double bits = log2(sums.total) - sums.logs / sums.total;
    return (struct patterns_spectrum){
        .peak = peak,
        .period = length / (double)peak,
        .share = patterns->powers[peak] / sums.total,
        .centroid = sums.weighted / sums.total / length,
        .entropy_bits = bits > 0 ? bits : 0,
    };
}

void frequency_run(struct patterns *patterns, struct patterns_features *features)
{
    const double q = statistics_chance(patterns->counts, patterns->symbols, patterns->length);
    correlation_run(patterns);
    features->periodicity = frequency_periodicity(patterns->matches, patterns->length, q);
    make_circular(patterns->matches, patterns->length, patterns->circular);
    patterns_fft_real(&patterns->fft, patterns->circular, patterns->powers, patterns->scrap);
    if (patterns->length >= 2) {
        features->spectrum = describe(patterns);
    }
}
