/* Binary16 to f32, exactly, and back to the nearest, ties to even: in portable C, on the bits.
 *
 * For places where speed does not matter, and what instructions for it are held against. */
#ifndef WIDE_HALF_H
#define WIDE_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7FFFu;
    uint32_t bits = sign | ((magnitude << 13) + ((127u - 15u) << 23));
    float value;
    if (magnitude >= 0x7C00u) { /* infinity and NaN */
        bits = sign | 0x7F800000u | (magnitude & 0x3FFu) << 13;
    } else if (magnitude < 0x400u) { /* zero and subnormal numbers: multiples of 2^-24 */
        value = (float)magnitude * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The exponent is rebiased and 13 bits dropped; beyond 65504 it is infinity. */
static inline uint16_t float_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) {
        return (uint16_t)(sign | 0x7E00u);
    }
    if (magnitude >= 0x477FF000u) { /* rounds to 65536 or more */
        return (uint16_t)(sign | 0x7C00u);
    }
    if (magnitude < 0x38800000u) { /* subnormal: a multiple of 2^-24, which rintf rounds to even */
        return (uint16_t)(sign | (uint16_t)rintf(fabsf(value) * 0x1p24f));
    }
    const uint32_t rebiased = magnitude - ((127u - 15u) << 23);
    return (uint16_t)(sign | (uint16_t)((rebiased + 0xFFFu + (rebiased >> 13 & 1)) >> 13));
}

#endif
