/* What the files of this folder share: growing memory, and the table that the kernels read.
 *
 * Private. */
#ifndef EXPERTS_PANEL_H
#define EXPERTS_PANEL_H

#include <math.h>

#include "experts.h"

#if defined(__x86_64__)
#define EXPERTS_X86 1
#else
#define EXPERTS_X86 0
#endif

/* Memory that only grows, aligned to 64 bytes; the content is lost when it has to grow. */
struct buffer {
    void *base; /* what malloc gave */
    void *data; /* the aligned start */
    size_t size;
};

enum experts_status buffer_reserve(struct buffer *buffer, size_t size);
void buffer_release(struct buffer *buffer);

enum experts_status experts_status_of(enum text_status status);

/* Is every span sound, and no text too long? */
enum experts_status experts_check(const struct text_span *responses, size_t count);

/* The words of one response, by their numbers. */
struct words {
    const uint16_t *ids;
    size_t count;
};

bool experts_has_any(void);
#if EXPERTS_X86
bool experts_has_avx2(void);
bool experts_has_avx512(void);
#endif

#define LANES_MAX 64u
#define LANES_WIDE 16u          /* with 32-bit counts */
#define NARROW_WORDS (1u << 23) /* of a response: 255 times as many fit into 32 bits */

/* How often each word occurs in up to LANES_MAX responses, which lie side by side: row `id` has a
 * count of that word for each lane.  So a word of any response meets all of them in one register,
 * whatever the number of different words. */
struct lane_table {
    const void *counts; /* uint8_t, or uint32_t when wide */
    size_t lanes;       /* in a row: 32 or 64, wide: LANES_WIDE */
    bool wide;
};

#define NO_LANE SIZE_MAX

/* Adds `inverse` times the products of a response with all lanes to `sums`, but nothing to its own
 * lane.  When it has one, its product with itself is the square of its norm, and `inverse` becomes
 * 1 / norm (0 without words).  Returns `inverse`. */
typedef double lanes_add(const struct lane_table *table, struct words words, size_t own,
                         double inverse, double *sums);

lanes_add lanes_add_scalar, lanes_add_wide;
#if EXPERTS_X86
lanes_add lanes_add_avx2, lanes_add_avx512;
#endif

/* Counts in bytes: that of word `id` in response i is first[(id << shift) + i * step]. */
struct cells {
    uint8_t *first;
    unsigned shift;
    size_t step;
    unsigned max; /* what a cell may hold */
};

/* Adds the words of the responses; false when a count passes the largest one. */
bool cells_count(const struct cells *cells, const struct words *words, size_t responses);

/* Up to FEW_MAX responses have a row of counts each, padded with zeros and aligned. */
#define FEW_MAX 16u
#define FEW_COUNT_MAX 127u /* so that bytes with and without a sign are the same */
#define FEW_ALIGNMENT 64u
struct few_rows {
    const uint8_t *counts;
    size_t stride; /* a multiple of FEW_ALIGNMENT */
    size_t count;
};

/* Scalar product of rows i and j into ret_dots[i * FEW_MAX + j], for j from i on. */
typedef void few_dots(const struct few_rows *rows, int32_t *ret_dots);
few_dots few_dots_scalar;
#if EXPERTS_X86
few_dots few_dots_avx2, few_dots_avx512;
#endif

/* 1 / norm of each response, and the sum of its products with the others times theirs. */
void few_sum(few_dots *dots, const struct few_rows *rows, double *ret_inverse, double *ret_sums);

static inline double inverse_norm(double square)
{
    return square > 0 ? 1 / sqrt(square) : 0;
}

#endif
