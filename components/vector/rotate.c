/* A random rotation in O(dim log dim): signs, then a Walsh-Hadamard transform, twice.
 *
 * A transform needs a power of two of numbers.  Where the dim is none, one transform takes the
 * first numbers and one the last, so that both overlap and all numbers mix. */
#include <math.h>

#include "vector_plan.h"

/* splitmix64, Vigna's public-domain reference. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void vector_rotate_signs(uint64_t seed, size_t dim, float *ret_signs)
{
    for (size_t i = 0; i < ROTATIONS * dim; i++) {
        ret_signs[i] = next_random(&seed) >> 63 ? -1.0f : 1.0f;
    }
}

/* Butterflies, four numbers at a time in the first two steps. */
static void transform(float *x, size_t count)
{
    size_t half = 1;
    for (size_t i = 0; count >= 4 && i < count; i += 4) {
        const float a = x[i] + x[i + 1], b = x[i] - x[i + 1];
        const float c = x[i + 2] + x[i + 3], d = x[i + 2] - x[i + 3];
        x[i] = a + c;
        x[i + 1] = b + d;
        x[i + 2] = a - c;
        x[i + 3] = b - d;
    }
    for (half = count >= 4 ? 4 : 1; half < count; half *= 2) {
        for (size_t i = 0; i < count; i += 2 * half) {
            float *restrict low = x + i, *restrict high = x + i + half;
            for (size_t k = 0; k < half; k++) {
                const float a = low[k], b = high[k];
                low[k] = a + b;
                high[k] = a - b;
            }
        }
    }
    const float scale = 1 / sqrtf((float)count);
    for (size_t i = 0; i < count; i++) {
        x[i] *= scale;
    }
}

void vector_rotate(const float *signs, size_t dim, float *numbers)
{
    size_t part = 1;
    while (part * 2 <= dim) {
        part *= 2;
    }
    for (unsigned round = 0; round < ROTATIONS; round++) {
        for (size_t k = 0; k < dim; k++) {
            numbers[k] *= signs[round * dim + k];
        }
        transform(numbers, part);
        if (part != dim) {
            transform(numbers + dim - part, part);
        }
    }
}
