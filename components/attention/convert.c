/* Memories made smaller: f32 to binary16 and to int8 with a scale a row.
 *
 * Done once, when a memory is stored; so it is plain code that compilers vectorize where they can.
 */
#include <math.h>

#include "attention.h"
#include "wide/half.h"

#define LEAST                                                                                      \
    0x1p-100f /* rows without a greater number become zeros: its inverse is still finite */

void attention_to_f16(const float *from, size_t count, uint16_t *ret_to)
{
    for (size_t i = 0; i < count; i++) {
        ret_to[i] = float_to_half(from[i]);
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

void attention_to_norms(const float *from, size_t rows, size_t dim, float *ret_norms)
{
    for (size_t r = 0; r < rows; r++) {
        double norm = 0;
        for (size_t k = 0; k < dim; k++) {
            norm += (double)from[r * dim + k] * (double)from[r * dim + k];
        }
        ret_norms[r] = (float)norm;
    }
}
