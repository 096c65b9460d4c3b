/* Memories made smaller: f32 to binary16 and to int8 with a scale a row.
 *
 * Done once, when a memory is stored; so it is plain code that compilers vectorize where they can.
 */
#include <math.h>
#include <string.h>

#include "attention.h"

#define LEAST                                                                                      \
    0x1p-100f /* rows without a greater number become zeros: its inverse is still finite */

/* Round to nearest, ties to even, on the bits: the exponent is rebiased and 13 bits dropped. */
static uint16_t half_of(float value)
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

void attention_to_f16(const float *from, size_t count, uint16_t *ret_to)
{
    for (size_t i = 0; i < count; i++) {
        ret_to[i] = half_of(from[i]);
    }
}

void attention_to_int8(const float *from, size_t rows, size_t width, int8_t *ret_to,
                       float *ret_scales)
{
    for (size_t r = 0; r < rows; r++) {
        const float *row = from + r * width;
        float largest = 0;
        for (size_t k = 0; k < width; k++) {
            largest = fmaxf(largest, fabsf(row[k]));
        }
        const float inverse = largest > LEAST ? 127.0f / largest : 0;
        for (size_t k = 0; k < width; k++) {
            ret_to[r * width + k] = (int8_t)lrintf(fminf(fmaxf(row[k] * inverse, -127), 127));
        }
        ret_scales[r] = largest > LEAST ? largest / 127.0f : 0;
    }
}
