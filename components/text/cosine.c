/* Cosine of term-frequency vectors, all pairs.
 *
 * Counts are whole numbers, so their scalar products are exact in any order and any type that is
 * wide enough; only the last step, dot / sqrt(norm * norm), rounds, and always alike.  That is
 * why a kernel on bytes and a loop on doubles give the same bits, and equal texts exactly 1.
 *
 * A kernel works on one row against all later ones, itself included: its own product is its norm.
 * The one for AVX-512 goes on to the cosines by itself, with the same last step. */
#include <math.h>

#include "set.h"

/* dot / sqrt(norm * norm), with the two cases that have no angle. */
static double cosine_of(double dot, double norms)
{
    return norms > 0 ? dot / sqrt(norms) : 0;
}

/* Turns scalar products in the upper triangle into cosines in both. */
static enum text_status finish(struct text_set *set, double *matrix)
{
    const size_t n = set->count;
    enum text_status status = text_buffer_reserve(&set->norms, n * sizeof(double));
    if (status) {
        return status;
    }
    double *norms = set->norms.data;
    for (size_t i = 0; i < n; i++) {
        norms[i] = matrix[i * n + i];
    }
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        for (size_t j = i; j < n; j++) {
            row[j] = cosine_of(row[j], norms[i] * norms[j]);
        }
        for (size_t j = i + 1; norms[i] <= 0 && j < n; j++) {
            row[j] = norms[j] <= 0;
        }
        row[i] = 1;
        for (size_t j = i + 1; j < n; j++) {
            matrix[j * n + i] = row[j];
        }
    }
    return TEXT_OK;
}

static enum text_status fill(struct text_set *set, dots_kernel *dots, double *matrix)
{
    for (size_t i = 0; i < set->count; i++) {
        dots(set, i, matrix + i * set->count);
    }
    return finish(set, matrix);
}

/* Eight sums side by side, so that the compiler may use registers without reordering a sum. */
static void dots_doubles(const struct text_set *set, size_t i, double *ret_dots)
{
    const double *a = (const double *)set->counts.data + i * set->stride;
    for (size_t j = i; j < set->count; j++) {
        const double *b = (const double *)set->counts.data + j * set->stride;
        double sums[8] = {0};
        for (size_t k = 0; k < set->stride; k += 8) {
            for (size_t lane = 0; lane < 8; lane++) {
                sums[lane] += a[k + lane] * b[k + lane];
            }
        }
        ret_dots[j] = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                      ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }
}

/* The definition, read aloud: used to check the others. */
static double cosine_pair(const double *a, const double *b, size_t size)
{
    double dot = 0, norm_a = 0, norm_b = 0;
    for (size_t k = 0; k < size; k++) {
        dot += a[k] * b[k];
        norm_a += a[k] * a[k];
        norm_b += b[k] * b[k];
    }
    if (norm_a <= 0 || norm_b <= 0) {
        return norm_a <= 0 && norm_b <= 0;
    }
    return cosine_of(dot, norm_a * norm_b);
}

static enum text_status cosine_scalar(struct text_set *set, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_COUNTS_WIDE, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    const double *counts = set->counts.data;
    for (size_t i = 0; i < set->count; i++) {
        ret_matrix[i * set->count + i] = 1;
        for (size_t j = 0; j < i; j++) {
            const double value =
                cosine_pair(counts + i * set->stride, counts + j * set->stride, set->stride);
            ret_matrix[i * set->count + j] = ret_matrix[j * set->count + i] = value;
        }
    }
    return TEXT_OK;
}

static enum text_status cosine_auto(struct text_set *set, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_COUNTS_WIDE, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    return fill(set, dots_doubles, ret_matrix);
}

#if TEXT_X86

static enum text_status cosine_avx2(struct text_set *set, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_COUNTS, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    return fill(set, set->narrow ? dots_avx2 : dots_doubles, ret_matrix);
}

static enum text_status cosine_avx512(struct text_set *set, double *ret_matrix)
{
    if (!text_set_has(set, TEXT_COUNTS, ret_matrix)) {
        return TEXT_ERR_ARGUMENT;
    }
    if (!set->narrow) {
        return fill(set, dots_doubles, ret_matrix);
    }
    enum text_status status =
        text_buffer_reserve(&set->norms, (set->count + NORMS_PAD) * sizeof(double));
    if (!status) {
        cosines_avx512(set, set->norms.data, ret_matrix);
    }
    return status;
}

#endif

const struct text_variant text_cosine_variants[] = {
    {"scalar", text_cpu_any, TEXT_COUNTS_WIDE, cosine_scalar},
    {"auto", text_cpu_any, TEXT_COUNTS_WIDE, cosine_auto},
#if TEXT_X86
    {"avx2", text_cpu_avx2, TEXT_COUNTS, cosine_avx2},
    {"avx512", text_cpu_avx512, TEXT_COUNTS, cosine_avx512},
#endif
    {0},
};
