/* Products of one response with many, lane by lane; and the table of kernels.
 *
 * The scalar product of two term-frequency vectors is, word by word of one response, how often the
 * other one has that word.  With the counts of 64 responses side by side the 64 products of a
 * response cost one load and one addition a word; a dense vector product would cost as much for
 * each pair as there are different words in all responses, which pays for a few responses (few.c).
 *
 * Products are whole numbers, so that any kernel gives the same bits; then each is multiplied and
 * added once, in an order that the caller fixes. */
#include "panel.h"

double lanes_add_scalar(const struct lane_table *table, struct words words, size_t own,
                        double inverse, double *sums)
{
    const uint8_t *counts = table->counts;
    uint32_t products[LANES_MAX] = {0};
    for (size_t k = 0; k < words.count; k++) {
        const uint8_t *row = counts + words.ids[k] * table->lanes;
        for (size_t lane = 0; lane < table->lanes; lane++) {
            products[lane] += row[lane];
        }
    }
    if (own != NO_LANE) {
        inverse = inverse_norm(products[own]);
        products[own] = 0;
    }
    for (size_t lane = 0; lane < table->lanes; lane++) {
        sums[lane] += products[lane] * inverse;
    }
    return inverse;
}

/* For responses that have a word more than 255 times, or more than NARROW_WORDS words. */
double lanes_add_wide(const struct lane_table *table, struct words words, size_t own,
                      double inverse, double *sums)
{
    const uint32_t *counts = table->counts;
    uint64_t products[LANES_WIDE] = {0};
    for (size_t k = 0; k < words.count; k++) {
        const uint32_t *row = counts + (size_t)words.ids[k] * LANES_WIDE;
        for (size_t lane = 0; lane < LANES_WIDE; lane++) {
            products[lane] += row[lane];
        }
    }
    if (own != NO_LANE) {
        inverse = inverse_norm((double)products[own]);
        products[own] = 0;
    }
    for (size_t lane = 0; lane < LANES_WIDE; lane++) {
        sums[lane] += (double)products[lane] * inverse;
    }
    return inverse;
}

bool experts_has_any(void)
{
    return true;
}

#if EXPERTS_X86

bool experts_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

bool experts_has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

#endif

const struct experts_kernel experts_kernels[] = {
    {"scalar", experts_has_any, lanes_add_scalar, few_dots_scalar},
#if EXPERTS_X86
    {"avx2", experts_has_avx2, lanes_add_avx2, few_dots_avx2},
    {"avx512", experts_has_avx512, lanes_add_avx512, few_dots_avx512},
#endif
    {0},
};
