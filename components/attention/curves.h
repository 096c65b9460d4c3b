/* Exponential, logarithm and softmax without branches, so that compilers turn loops over them into
 * the vector instructions of the function that they are inlined into.  Internal.
 *
 * Errors over all f32 of the ranges stated, against the C library's doubles (the tests look):
 *   exp_of        x in [-87, 0]      relative, below 2e-7
 *   log_of        x in [1, 1e30]     relative, below 3e-7
 *   acosh1p_of    u in [0, 1e18]     relative, below 5e-7 */
#ifndef ATTENTION_CURVES_H
#define ATTENTION_CURVES_H

#include <math.h>
#include <string.h>

#include "kernels.h"
#include "wide/wide.h"

#define INLINE static inline __attribute__((always_inline))
#define EXP_LEAST (-87.0f) /* e^x is a normal number down to here, and taken as 0 below */
#define FAR 1e18f          /* acosh1p_of squares its argument */

INLINE float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

INLINE uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* e^x for x <= 0; NaN stays NaN.  Cody and Waite's reduction, then a polynomial (Cephes expf). */
KERNEL_INLINE wide exp_of(wide x)
{
    const wide shift = same(0x1.8p23f); /* adding it leaves the integer in the low bits */
    const wide held = greater(same(EXP_LEAST), x);
    const wide shifted = held * 1.44269504f + shift;
    const wide n = shifted - shift;
    const wide f = held - n * 0.693359375f - n * -2.12194440e-4f;
    wide p = same(1.9875691500e-4f);
    p = p * f + 1.3981999507e-3f;
    p = p * f + 8.3334519073e-3f;
    p = p * f + 4.1665795894e-2f;
    p = p * f + 1.6666665459e-1f;
    p = p * f + 5.0000001201e-1f;
    p = p * (f * f) + f + 1.0f;
    const wide power = (wide)(((whole)shifted - (whole)shift + 127) << 23);
    return (wide)((whole)(p * power) & ~(x < same(EXP_LEAST)));
}

/* ln x = e ln 2 + 2 artanh((m - 1) / (m + 1)) with x = m 2^e, sqrt(1/2) <= m < sqrt(2). */
INLINE float log_of(float x)
{
    const int32_t exponent = (int32_t)(bits_of(x) - 0x3F3504F3u) >> 23;
    const float m = float_of(bits_of(x) - ((uint32_t)exponent << 23));
    const float f = (m - 1.0f) / (m + 1.0f);
    const float g = f * f;
    float p = 2.0f / 11.0f;
    p = p * g + 2.0f / 9.0f;
    p = p * g + 2.0f / 7.0f;
    p = p * g + 2.0f / 5.0f;
    p = p * g + 2.0f / 3.0f;
    p = p * g * f + 2.0f * f;
    return (float)exponent * 1.42860677e-6f + p + (float)exponent * 0.693145752f;
}

/* arcosh(1 + u) = ln(1 + y), y = u + sqrt(u (u + 2)); exact to the last digits for small y by
 * Kahan's quotient y / ((1 + y) - 1).  u is held in [0, FAR]; NaN stays NaN. */
INLINE float acosh1p_of(float u)
{
    const float low = u < 0.0f ? 0.0f : u;
    const float held = low > FAR ? FAR : low;
    const float y = held + sqrtf(held * (held + 2.0f));
    const float sum = 1.0f + y;
    const float part = sum - 1.0f;
    const float quotient = y / (part > 0.0f ? part : 1.0f);
    return part > 0.0f ? log_of(sum) * quotient : y;
}

INLINE size_t whole_lanes(size_t count)
{
    return (count + LANES - 1) / LANES * LANES;
}

INLINE float greatest_of_few(const float *scores, size_t count)
{
    float best = scores[0], zero = 0;
    for (size_t i = 0; i < count; i++) {
        best = scores[i] > best ? scores[i] : best;
        zero += scores[i] * 0.0f;
    }
    return best + zero;
}

/* NaN or infinity times 0 is NaN, and spreads to the result.  The last vector may overlap the one
 * before: what is looked at twice changes nothing. */
KERNEL_INLINE float greatest_in(const float *scores, size_t count)
{
    if (count < WIDTH) {
        return greatest_of_few(scores, count);
    }
    wide best = get(scores + count - WIDTH), zero = best * 0.0f;
    for (size_t i = 0; i + WIDTH < count; i += WIDTH) {
        const wide own = get(scores + i);
        best = greater(own, best);
        zero += own * 0.0f;
    }
    return greatest_lane(best) + total_of(zero);
}

/* Lanes beyond count are cleared where they are computed: numbers that were stored one by one would
 * be waited for when they are read as a vector. */
KERNEL_INLINE float weigh_in(float *scores, size_t count, float greatest)
{
    wide sums = {0};
    for (size_t i = 0; i < whole_lanes(count); i += WIDTH) {
        const struct lanes lanes = first_lanes(i < count ? count - i : 0);
        const wide weight = only(exp_of(get(scores + i) - greatest), lanes);
        put(scores + i, weight);
        sums += weight;
    }
    return total_of(sums);
}

/* <q,k> + 1 in Minkowski's product, negated, is (|q - k|^2 - (q_0 - k_0)^2) / 2: the difference of
 * the first coordinates from those of the norms loses fewer digits than the product does. */
INLINE void bend_lorentz(const struct attention_curve *curve, size_t count, const float *norms,
                         float *scores)
{
    const float c = curve->curvature, sharpness = curve->sharpness, own = curve->norm;
    const float first = sqrtf(1.0f + own);
    for (size_t i = 0; i < count; i++) {
        const float norm = c * norms[i];
        const float gap = (own - norm) / (first + sqrtf(1.0f + norm));
        scores[i] = -sharpness * acosh1p_of(0.5f * (c * scores[i] - gap * gap));
    }
}

INLINE float room_of(float norm)
{
    const float room = 1.0f - norm;
    return room < BALL_EDGE ? BALL_EDGE : room;
}

INLINE void bend_poincare(const struct attention_curve *curve, size_t count, const float *norms,
                          float *scores)
{
    const float c = curve->curvature, sharpness = curve->sharpness;
    const float room = room_of(curve->norm);
    for (size_t i = 0; i < count; i++) {
        const float u = 2.0f * c * scores[i] / (room * room_of(c * norms[i]));
        scores[i] = -sharpness * acosh1p_of(u);
    }
}

INLINE void bend_in(const struct attention_curve *curve, size_t count, const float *norms,
                    float *scores)
{
    if (curve->score == ATTENTION_LORENTZ) {
        bend_lorentz(curve, whole_lanes(count), norms, scores);
    } else {
        bend_poincare(curve, whole_lanes(count), norms, scores);
    }
}

/* Weights become those of the sum; returns the sum of weights times Lorentz factor.  A point p of
 * the ball is 2 p / (1 - c |p|^2) on the hyperboloid, with the factor (1 + c |p|^2) / (1 - c
 * |p|^2); a point x of the hyperboloid has the factor sqrt(1 + c |x|^2). */
INLINE float lift_in(const struct attention_curve *curve, size_t count, const float *norms,
                     float *weights)
{
    float sums[ROWS_AT_ONCE] = {0};
    const bool in_ball = curve->score == ATTENTION_POINCARE;
    for (size_t i = 0; i < count; i += ROWS_AT_ONCE) {
        for (size_t lane = 0; lane < ROWS_AT_ONCE; lane++) {
            const float norm = curve->curvature * norms[i + lane], weight = weights[i + lane];
            const float room = room_of(norm);
            sums[lane] += weight * (in_ball ? (1.0f + norm) / room : sqrtf(1.0f + norm));
            weights[i + lane] = in_ball ? weight * 2.0f / room : weight;
        }
    }
    for (size_t half = ROWS_AT_ONCE / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            sums[lane] += sums[lane + half];
        }
    }
    return sums[0];
}

#endif
