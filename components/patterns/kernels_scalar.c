/* The inner loops in plain C, one number at a time: for every processor, and what the vectors are
 * checked against.
 *
 * Vectors call some of these for what is left at the end of their loops. */
#include <float.h>
#include <math.h>

#include "internal.h"

static void pass4(const struct fft_pass *pass, struct planes from, struct planes to)
{
    const size_t stride = pass->stride, step = stride * pass->groups, m = pass->groups;
    for (size_t p = 0; p < m; p++) {
        const double *w = pass->twiddles + p;
        for (size_t q = 0; q < stride; q++) {
            const size_t at = stride * p + q, out = 4 * stride * p + q;
            const double *x = from.re + at, *y = from.im + at;
            const double even_re = x[0] + x[2 * step], even_im = y[0] + y[2 * step];
            const double odd_re = x[0] - x[2 * step], odd_im = y[0] - y[2 * step];
            const double sum_re = x[step] + x[3 * step], sum_im = y[step] + y[3 * step];
            const double turned_re = y[3 * step] - y[step], turned_im = x[step] - x[3 * step];
            const double re[] = {odd_re - turned_re, even_re - sum_re, odd_re + turned_re};
            const double im[] = {odd_im - turned_im, even_im - sum_im, odd_im + turned_im};
            to.re[out] = even_re + sum_re;
            to.im[out] = even_im + sum_im;
            for (size_t j = 0; j < 3; j++) {
                const double cosine = w[2 * j * m], sine = w[(2 * j + 1) * m];
                to.re[out + (j + 1) * stride] = re[j] * cosine - im[j] * sine;
                to.im[out + (j + 1) * stride] = re[j] * sine + im[j] * cosine;
            }
        }
    }
}

static void pass2(size_t half, struct planes from, struct planes to)
{
    for (size_t q = 0; q < half; q++) {
        to.re[q] = from.re[q] + from.re[half + q];
        to.im[q] = from.im[q] + from.im[half + q];
        to.re[half + q] = from.re[q] - from.re[half + q];
        to.im[half + q] = from.im[q] - from.im[half + q];
    }
}

static void untangle(size_t half, const double *twiddles, struct planes from, struct planes to)
{
    for (size_t k = 1; k < half; k++) {
        untangle_at(k, half, twiddles, from, to);
    }
    untangle_ends(half, from, to);
}

static void split(const double *values, size_t half, struct planes to)
{
    for (size_t k = 0; k < half; k++) {
        to.re[k] = values[2 * k];
        to.im[k] = values[2 * k + 1];
    }
}

static void spread(const struct fft_spread *spread, struct planes from, struct planes to)
{
    const size_t batch = spread->batch;
    for (size_t k = 0; k < spread->count; k++) {
        const double cosine = spread->twiddles[k], sine = spread->twiddles[spread->count + k];
        for (size_t lane = 0; lane < batch; lane++) {
            const double re = from.re[k * batch + lane], im = from.im[k * batch + lane];
            to.re[k * spread->step + lane] = re * cosine - im * sine;
            to.im[k * spread->step + lane] = re * sine + im * cosine;
        }
    }
}

static void add_powers(struct planes from, size_t size, size_t batch, double *powers)
{
    for (size_t k = 0; k < size; k++) {
        for (size_t lane = k * batch; lane < (k + 1) * batch; lane++) {
            powers[k] += from.re[lane] * from.re[lane] + from.im[lane] * from.im[lane];
        }
    }
}

static void matches(const uint8_t *left, const uint8_t *right, size_t length, uint16_t *ret_counts)
{
    for (size_t lag = 0; lag < length; lag++) {
        size_t count = 0;
        for (size_t i = 0; i < length - lag; i++) {
            count += left[i] == right[i + lag];
        }
        ret_counts[lag] = (uint16_t)count;
    }
}

static struct power_sums power_sums(const double *powers, size_t first, size_t last)
{
    struct power_sums sums = {0};
    for (size_t k = first; k <= last; k++) {
        sums.total += powers[k];
        sums.weighted += (double)k * powers[k];
        sums.logs += powers[k] >= DBL_MIN ? powers[k] * log2(powers[k]) : 0;
    }
    return sums;
}

/* With e for the differences of neighbouring numbers, step i of the trajectory is
 * (e[i], e[i + 1]); the turn from there to step i + 1 has the scalar product
 * e[i + 1] (e[i] + e[i + 2]) and the cross product e[i] e[i + 2] - e[i + 1]^2. */
static struct turn_sums turns(const uint8_t *sequence, size_t length)
{
    struct turn_sums sums = {0};
    for (size_t i = 0; i + 2 < length; i++) {
        const double a = sequence[i + 1] - sequence[i], b = sequence[i + 2] - sequence[i + 1];
        sums.path += sqrt(a * a + b * b);
        const double c = i + 3 < length ? sequence[i + 3] - sequence[i + 2] : 0;
        const double norms = (a * a + b * b) * (b * b + c * c);
        if (i + 3 < length && norms > 0) {
            sums.cosines += b * (a + c) / sqrt(norms);
            sums.sines += (a * c - b * b) / sqrt(norms);
            sums.turns += 1;
        }
    }
    return sums;
}

const struct patterns_kernels kernels_scalar = {
    .match_ns = 0.128,
    .fft_ns = 0.6,
    .lanes = 1,
    PATTERNS_BODY,
    .first4 = pass4,
};
