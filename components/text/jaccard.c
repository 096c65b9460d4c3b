/* Jaccard index of word sets, all pairs.
 *
 * The fast variants count the bits of intersections.  The sets lie transposed, lane by lane: one
 * word of text i meets the same word of eight other texts at once, and the counts end up side by
 * side where the last step wants them.  Sizes of sets are intersections of sets with themselves, so
 * the union needs no second pass: |A or B| = |A| + |B| - |A and B|. */
#include "set.h"

static double jaccard_of(double both, double either)
{
    return either > 0 ? both / either : 1;
}

/* Turns sizes of intersections in the upper triangle into indices in both. */
static enum text_status finish(struct text_set *set, double *matrix)
{
    const size_t n = set->count;
    enum text_status status = text_buffer_reserve(&set->norms, n * sizeof(double));
    if (status) {
        return status;
    }
    double *sizes = set->norms.data;
    for (size_t i = 0; i < n; i++) {
        sizes[i] = matrix[i * n + i];
    }
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        for (size_t j = i; j < n; j++) {
            row[j] = jaccard_of(row[j], sizes[i] + sizes[j] - row[j]);
        }
        for (size_t j = i + 1; j < n; j++) {
            matrix[j * n + i] = row[j];
        }
    }
    return TEXT_OK;
}

static enum text_status fill(struct text_set *set, overlaps_kernel *overlaps, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_BITS, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    for (size_t i = 0; i < set->count; i++) {
        overlaps(set, i, ret_matrix + i * set->count);
    }
    return finish(set, ret_matrix);
}

/* Bits set in `x`, without a multiplication so that compilers can use vector registers.
 * Source: Warren, Hacker's Delight, 2nd ed., 5-1 "Counting 1-Bits". */
static uint64_t count_bits(uint64_t x)
{
    x = x - (x >> 1 & UINT64_C(0x5555555555555555));
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    x += x >> 8;
    x += x >> 16;
    return (x + (x >> 32)) & 127;
}

static void overlaps_plain(const struct text_set *set, size_t i, double *ret_sizes)
{
    const uint64_t *bits = set->bits.data;
    for (size_t first = i / 8 * 8; first < set->count; first += 8) {
        uint64_t sizes[8] = {0};
        for (size_t word = 0; word < set->bit_words; word++) {
            const uint64_t *row = bits + word * set->bit_lanes;
            for (size_t lane = 0; lane < 8; lane++) {
                sizes[lane] += count_bits(row[i] & row[first + lane]);
            }
        }
        for (size_t j = first < i ? i : first; j < first + 8 && j < set->count; j++) {
            ret_sizes[j] = (double)sizes[j - first];
        }
    }
}

static enum text_status jaccard_auto(struct text_set *set, double *ret_matrix)
{
    return fill(set, overlaps_plain, ret_matrix);
}

/* Size of the intersection of two sorted runs. */
static size_t merge(const uint16_t *a, const uint16_t *a_end, const uint16_t *b,
                    const uint16_t *b_end)
{
    size_t both = 0;
    while (a < a_end && b < b_end) {
        const uint16_t left = *a, right = *b;
        both += left == right;
        a += left <= right;
        b += right <= left;
    }
    return both;
}

static enum text_status jaccard_scalar(struct text_set *set, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_WORDS_SORTED, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    const uint16_t *ids = set->sorted.data;
    const size_t *starts = set->sorted_starts.data;
    for (size_t i = 0; i < set->count; i++) {
        for (size_t j = 0; j <= i; j++) {
            const size_t both =
                merge(ids + starts[i], ids + starts[i + 1], ids + starts[j], ids + starts[j + 1]);
            const size_t sum = starts[i + 1] - starts[i] + starts[j + 1] - starts[j];
            const double value = jaccard_of((double)both, (double)(sum - both));
            ret_matrix[i * set->count + j] = ret_matrix[j * set->count + i] = value;
        }
    }
    return TEXT_OK;
}

#if TEXT_X86

static enum text_status jaccard_avx2(struct text_set *set, double *ret_matrix)
{
    return fill(set, overlaps_avx2, ret_matrix);
}

static enum text_status jaccard_avx512(struct text_set *set, double *ret_matrix)
{
    return fill(set, overlaps_avx512, ret_matrix);
}

#endif

const struct text_variant text_jaccard_variants[] = {
    {"scalar", text_cpu_any, TEXT_WORDS_SORTED, jaccard_scalar},
    {"auto", text_cpu_any, TEXT_BITS, jaccard_auto},
#if TEXT_X86
    {"avx2", text_cpu_avx2, TEXT_BITS, jaccard_avx2},
    {"avx512", text_cpu_avx512, TEXT_BITS, jaccard_avx512},
#endif
    {0},
};
