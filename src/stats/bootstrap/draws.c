/* Units of a resample, by registers of 512, 256 or 128 bits: one source, compiled for each.
 *
 * A random number r of 32 bits becomes the index r * count / 2^32 (Lemire 2019, as random_below).
 * Registers multiply 32 bits by 32 and keep 32, so the halves of r are multiplied one by one: with
 * r = a * 2^16 + b the index is (a * count + b * count / 2^16) / 2^16, and as count is at most 2^16
 * nothing overflows. */
#include "stats/bootstrap/draws.h"

#include <string.h>

#include "stats/bootstrap/random.h"

typedef uint64_t words __attribute__((vector_size(DRAWS_LANES * sizeof(uint64_t))));
typedef uint32_t halves __attribute__((vector_size(DRAWS_LANES * sizeof(uint64_t))));

#define ROTATED(value, bits) ((value) << (bits) | (value) >> (64 - (bits)))

void draws_seed(struct draws *draws, uint64_t seed)
{
    struct random random = {seed};
    for (size_t i = 0; i < 4; i++)
        for (size_t lane = 0; lane < DRAWS_LANES; lane++)
            draws->state[i][lane] = random_word(&random);
}

static inline __attribute__((always_inline)) void draw(struct draws *draws, uint32_t *ret_units,
                                                       size_t count)
{
    words s[4];
    const uint32_t n = (uint32_t)count;
    memcpy(s, draws->state, sizeof s);
    for (size_t i = 0; i < count; i += DRAWS_STEP) {
        const words sum = s[0] + s[3], result = ROTATED(sum, 23) + s[0], shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = ROTATED(s[3], 45);
        const halves random = (halves)result;
        const halves units = ((random >> 16) * n + ((random & 0xffff) * n >> 16)) >> 16;
        memcpy(ret_units + i, &units, sizeof units);
    }
    memcpy(draws->state, s, sizeof s);
}

#if defined(__x86_64__)

__attribute__((target("avx512f"))) static void draw_512(struct draws *draws, uint32_t *ret_units,
                                                        size_t count)
{
    draw(draws, ret_units, count);
}

__attribute__((target("avx2"))) static void draw_256(struct draws *draws, uint32_t *ret_units,
                                                     size_t count)
{
    draw(draws, ret_units, count);
}

#endif

void draws_units(struct draws *draws, uint32_t *ret_units, size_t count)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        draw_512(draws, ret_units, count);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        draw_256(draws, ret_units, count);
        return;
    }
#endif
    draw(draws, ret_units, count);
}
