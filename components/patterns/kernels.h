/* Inner loops over vectors of LANES doubles, made once a kind of register by including this file.
 *
 * Complex numbers lie in two planes, so that a vector holds LANES real parts and no loop shuffles,
 * but for the first pass of a single transform (which writes with stride 4 what it reads with
 * stride 1) and the mirror image that `untangle` reads.
 *
 * The including file defines, and this file undefines:
 *   LANES   4 or 8                        TARGET      attributes for instructions
 *   FMA     a * b + c, rounded once       LOAD_BYTES  LANES bytes -> vector
 *   ROOT    square roots of a vector */

typedef double vec __attribute__((vector_size(LANES * 8)));
typedef double vec_loose __attribute__((vector_size(LANES * 8), aligned(8), may_alias));
typedef int64_t bits __attribute__((vector_size(LANES * 8)));

TARGET static inline vec load(const double *from)
{
    return *(const vec_loose *)from;
}

TARGET static inline void store(double *to, vec v)
{
    *(vec_loose *)to = v;
}

TARGET static inline vec splat(double value)
{
    return value - (vec){0};
}

TARGET static inline double across(vec v)
{
    double sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        sum += v[lane];
    }
    return sum;
}

#if LANES == 4
#define EVENS(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODDS(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define REVERSED(v) __builtin_shufflevector(v, v, 3, 2, 1, 0)
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_QUADS(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH_QUADS(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#else
#define EVENS(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODDS(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define REVERSED(v) __builtin_shufflevector(v, v, 7, 6, 5, 4, 3, 2, 1, 0)
#define LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define LOW_QUADS(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 2, 3, 10, 11)
#define HIGH_QUADS(a, b) __builtin_shufflevector(a, b, 4, 5, 12, 13, 6, 7, 14, 15)
#endif

/* Four complex vectors: what a butterfly takes and gives. */
struct quad {
    vec re[4], im[4];
};

/* Four values a `step` apart, transformed, not yet turned. */
TARGET static inline struct quad butterfly(struct planes from, size_t at, size_t step)
{
    const vec ar = load(from.re + at), ai = load(from.im + at);
    const vec br = load(from.re + at + step), bi = load(from.im + at + step);
    const vec cr = load(from.re + at + 2 * step), ci = load(from.im + at + 2 * step);
    const vec dr = load(from.re + at + 3 * step), di = load(from.im + at + 3 * step);
    const vec even_re = ar + cr, even_im = ai + ci, odd_re = ar - cr, odd_im = ai - ci;
    const vec sum_re = br + dr, sum_im = bi + di, turned_re = di - bi, turned_im = br - dr;
    return (struct quad){
        {even_re + sum_re, odd_re - turned_re, even_re - sum_re, odd_re + turned_re},
        {even_im + sum_im, odd_im - turned_im, even_im - sum_im, odd_im + turned_im},
    };
}

TARGET static inline void turn(struct quad *quad, size_t j, vec re, vec im)
{
    const vec old = quad->re[j];
    quad->re[j] = FMA(old, re, -(quad->im[j] * im));
    quad->im[j] = FMA(old, im, quad->im[j] * re);
}

TARGET static inline void store_quad(const struct quad *quad, struct planes to, size_t at,
                                     size_t step)
{
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        store(to.re + at + j * step, quad->re[j]);
        store(to.im + at + j * step, quad->im[j]);
    }
}

/* Group 0 is not turned: all its twiddles are 1; the last pass has no other group. */
TARGET static void pass4(const struct fft_pass *pass, struct planes from, struct planes to)
{
    const size_t stride = pass->stride, step = stride * pass->groups, m = pass->groups;
    for (size_t q = 0; q < stride; q += LANES) {
        const struct quad quad = butterfly(from, q, step);
        store_quad(&quad, to, q, stride);
    }
    for (size_t p = 1; p < m; p++) {
        const double *w = pass->twiddles + p;
        const vec re[] = {splat(w[0]), splat(w[2 * m]), splat(w[4 * m])};
        const vec im[] = {splat(w[m]), splat(w[3 * m]), splat(w[5 * m])};
        for (size_t q = 0; q < stride; q += LANES) {
            struct quad quad = butterfly(from, stride * p + q, step);
#pragma GCC unroll 3
            for (size_t j = 1; j < 4; j++) {
                turn(&quad, j, re[j - 1], im[j - 1]);
            }
            store_quad(&quad, to, 4 * stride * p + q, stride);
        }
    }
}

/* Vectors of equal j become runs of j = 0 .. 3 for one group after the other. */
TARGET static inline void store_interleaved(const vec v[4], double *to)
{
    const vec low01 = LOW_PAIRS(v[0], v[1]), low23 = LOW_PAIRS(v[2], v[3]);
    const vec high01 = HIGH_PAIRS(v[0], v[1]), high23 = HIGH_PAIRS(v[2], v[3]);
    store(to, LOW_QUADS(low01, low23));
    store(to + LANES, HIGH_QUADS(low01, low23));
    store(to + 2 * LANES, LOW_QUADS(high01, high23));
    store(to + 3 * LANES, HIGH_QUADS(high01, high23));
}

TARGET static void first4(const struct fft_pass *pass, struct planes from, struct planes to)
{
    const size_t m = pass->groups;
    for (size_t p = 0; p < m; p += LANES) {
        const double *w = pass->twiddles + p;
        struct quad quad = butterfly(from, p, m);
#pragma GCC unroll 3
        for (size_t j = 1; j < 4; j++) {
            turn(&quad, j, load(w + (2 * j - 2) * m), load(w + (2 * j - 1) * m));
        }
        store_interleaved(quad.re, to.re + 4 * p);
        store_interleaved(quad.im, to.im + 4 * p);
    }
}

TARGET static void pass2(size_t half, struct planes from, struct planes to)
{
    for (size_t q = 0; q < half; q += LANES) {
        const vec ar = load(from.re + q), ai = load(from.im + q);
        const vec br = load(from.re + half + q), bi = load(from.im + half + q);
        store(to.re + q, ar + br);
        store(to.im + q, ai + bi);
        store(to.re + half + q, ar - br);
        store(to.im + half + q, ai - bi);
    }
}

TARGET static void untangle(size_t half, const double *twiddles, struct planes from,
                            struct planes to)
{
    const vec halves = splat(0.5);
    size_t k = 1;
    for (; k + LANES <= half; k += LANES) {
        const size_t mirror = half - k - LANES + 1;
        const vec a = load(from.re + k), b = load(from.im + k);
        const vec mirror_re = load(from.re + mirror), mirror_im = load(from.im + mirror);
        const vec c = REVERSED(mirror_re), d = REVERSED(mirror_im);
        const vec re = load(twiddles + k), im = load(twiddles + half + k);
        const vec odd_re = (b + d) * halves, odd_im = (c - a) * halves;
        store(to.re + k, FMA(re, odd_re, FMA(-im, odd_im, (a + c) * halves)));
        store(to.im + k, FMA(re, odd_im, FMA(im, odd_re, (b - d) * halves)));
    }
    for (; k < half; k++) {
        untangle_at(k, half, twiddles, from, to);
    }
    untangle_ends(half, from, to);
}

TARGET static void split(const double *values, size_t half, struct planes to)
{
    size_t k = 0;
    for (; k + LANES <= half; k += LANES) {
        const vec low = load(values + 2 * k), high = load(values + 2 * k + LANES);
        store(to.re + k, EVENS(low, high));
        store(to.im + k, ODDS(low, high));
    }
    for (; k < half; k++) {
        to.re[k] = values[2 * k];
        to.im[k] = values[2 * k + 1];
    }
}

TARGET static void spread(const struct fft_spread *spread, struct planes from, struct planes to)
{
    for (size_t k = 0; k < spread->count; k++) {
        const vec cosine = splat(spread->twiddles[k]);
        const vec sine = splat(spread->twiddles[spread->count + k]);
        for (size_t lane = 0; lane < spread->batch; lane += LANES) {
            const vec re = load(from.re + k * spread->batch + lane);
            const vec im = load(from.im + k * spread->batch + lane);
            store(to.re + k * spread->step + lane, FMA(re, cosine, -(im * sine)));
            store(to.im + k * spread->step + lane, FMA(re, sine, im * cosine));
        }
    }
}

/* |z|^2 of number k, summed over each LANES-th transform. */
TARGET static inline vec powers_at(struct planes from, size_t k, size_t batch)
{
    vec sum = {0};
    for (size_t lane = k * batch; lane < (k + 1) * batch; lane += LANES) {
        const vec re = load(from.re + lane), im = load(from.im + lane);
        sum = FMA(re, re, FMA(im, im, sum));
    }
    return sum;
}

/* LANES vectors are summed across together: each round adds neighbours and halves their number. */
TARGET static void add_powers(struct planes from, size_t size, size_t batch, double *powers)
{
    size_t k = 0;
    for (; k + LANES <= size; k += LANES) {
        vec sums[LANES];
#pragma GCC unroll 8
        for (size_t i = 0; i < LANES; i++) {
            sums[i] = powers_at(from, k + i, batch);
        }
#pragma GCC unroll 3
        for (size_t count = LANES / 2; count > 0; count /= 2) {
#pragma GCC unroll 4
            for (size_t i = 0; i < count; i++) {
                sums[i] = EVENS(sums[2 * i], sums[2 * i + 1]) + ODDS(sums[2 * i], sums[2 * i + 1]);
            }
        }
        store(powers + k, load(powers + k) + sums[0]);
    }
    for (; k < size; k++) {
        powers[k] += across(powers_at(from, k, batch));
    }
}

/* log2 of positive normal numbers: exponent and, for the mantissa m in [sqrt(1/2), sqrt(2)),
 * 2 / ln 2 * artanh((m - 1) / (m + 1)) by its series, whose next term is below 2^-55. */
TARGET static inline vec log2_of(vec x)
{
    const bits exponent_bits = (bits)x >> 52, mantissa = (bits)x & 0xFFFFFFFFFFFFF;
    vec exponent = (vec)(exponent_bits | 0x4330000000000000) - (0x1p52 + 1023);
    vec m = (vec)(mantissa | 0x3FF0000000000000);
    const bits large = m > splat(1.4142135623730951);
    exponent += (vec)(large & (bits)splat(1));
    m *= (vec)((large & (bits)splat(0.5)) | (~large & (bits)splat(1)));
    const vec s = (m - 1) / (m + 1), z = s * s;
    vec series = splat(1.0 / 19);
#pragma GCC unroll 9
    for (int odd = 17; odd > 0; odd -= 2) {
        series = FMA(series, z, splat(1.0 / odd));
    }
    return FMA(s * splat(2.8853900817779268), series, exponent);
}

TARGET static struct power_sums power_sums(const double *powers, size_t first, size_t last)
{
    vec total = {0}, weighted = {0}, logs = {0}, index;
    for (size_t lane = 0; lane < LANES; lane++) {
        index[lane] = (double)(first + lane);
    }
    size_t k = first;
    for (; k + LANES <= last + 1; k += LANES) {
        const vec power = load(powers + k);
        const bits counts = power >= splat(DBL_MIN);
        const vec safe = (vec)((counts & (bits)power) | (~counts & (bits)splat(1)));
        total += power;
        weighted = FMA(power, index, weighted);
        logs = FMA(power, log2_of(safe), logs);
        index += LANES;
    }
    const struct power_sums rest = kernels_scalar.power_sums(powers, k, last);
    return (struct power_sums){across(total) + rest.total, across(weighted) + rest.weighted,
                               across(logs) + rest.logs};
}

TARGET static struct turn_sums turns(const uint8_t *sequence, size_t length)
{
    vec path = {0}, cosines = {0}, sines = {0}, count = {0};
    const vec one = splat(1);
    size_t i = 0;
    for (; i + LANES + 3 <= length; i += LANES) {
        const vec x0 = LOAD_BYTES(sequence + i), x1 = LOAD_BYTES(sequence + i + 1);
        const vec x2 = LOAD_BYTES(sequence + i + 2), x3 = LOAD_BYTES(sequence + i + 3);
        const vec a = x1 - x0, b = x2 - x1, c = x3 - x2;
        const vec old = a * a + b * b, norms = old * (b * b + c * c);
        const bits counts = norms > 0;
        const vec safe = (vec)((counts & (bits)norms) | (~counts & (bits)one));
        const vec scale = (vec)(counts & (bits)(one / ROOT(safe)));
        path += ROOT(old);
        cosines = FMA(b * (a + c), scale, cosines);
        sines = FMA(a * c - b * b, scale, sines);
        count += (vec)(counts & (bits)one);
    }
    const struct turn_sums rest = kernels_scalar.turns(sequence + i, length - i);
    return (struct turn_sums){across(path) + rest.path, across(cosines) + rest.cosines,
                              across(sines) + rest.sines, across(count) + rest.turns};
}

#undef LANES
#undef TARGET
#undef FMA
#undef LOAD_BYTES
#undef ROOT
#undef EVENS
#undef ODDS
#undef REVERSED
#undef LOW_PAIRS
#undef HIGH_PAIRS
#undef LOW_QUADS
#undef HIGH_QUADS
