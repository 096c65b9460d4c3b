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
INLINE float exp_of(float x)
{
    const float shift = 0x1.8p23f; /* adding it leaves the integer in the low bits */
    const float held = x < EXP_LEAST ? EXP_LEAST : x;
    const float shifted = held * 1.44269504f + shift;
    const float n = shifted - shift;
    const float f = held - n * 0.693359375f - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * f + 1.3981999507e-3f;
    p = p * f + 8.3334519073e-3f;
    p = p * f + 4.1665795894e-2f;
    p = p * f + 1.6666665459e-1f;
    p = p * f + 5.0000001201e-1f;
    p = p * (f * f) + f + 1.0f;
    const float power = float_of((bits_of(shifted) - bits_of(shift) + 127u) << 23);
    return x < EXP_LEAST ? 0.0f : p * power;
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

/* Sums over lanes in a fixed order: halves onto halves, so that no addition waits for ten others.
 */
INLINE float sum_of_lanes(float *lanes)
{
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] += lanes[lane + half];
        }
    }
    return lanes[0];
}

INLINE float greatest_of_lanes(float *lanes)
{
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            lanes[lane] = lanes[lane + half] > lanes[lane] ? lanes[lane + half] : lanes[lane];
        }
    }
    return lanes[0];
}

/* NaN or infinity times 0 is NaN, and spreads to the result. */
INLINE float greatest_in(const float *scores, size_t count)
{
    const size_t whole = count / LANES * LANES;
    float best[LANES], zero[LANES] = {0};
    for (size_t lane = 0; lane < LANES; lane++) {
        best[lane] = scores[0];
    }
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const float score = scores[i + lane];
            best[lane] = score > best[lane] ? score : best[lane];
            zero[lane] += score * 0.0f;
        }
    }
    for (size_t i = whole; i < count; i++) {
        best[0] = scores[i] > best[0] ? scores[i] : best[0];
        zero[0] += scores[i] * 0.0f;
    }
    return greatest_of_lanes(best) + sum_of_lanes(zero);
}

INLINE float weigh_in(float *scores, size_t count, float greatest)
{
    const size_t whole = whole_lanes(count);
    float sums[LANES] = {0};
    for (size_t i = count; i < whole; i++) {
        scores[i] = -INFINITY;
    }
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const float weight = exp_of(scores[i + lane] - greatest);
            scores[i + lane] = weight;
            sums[lane] += weight;
        }
    }
    return sum_of_lanes(sums);
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

#endif
