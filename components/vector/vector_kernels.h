/* What kernels work on: some rows of one kind, and a query made for that kind.  Internal. */
#ifndef VECTOR_KERNELS_H
#define VECTOR_KERNELS_H

#include "vector.h"

#if defined(__x86_64__)
#define VECTOR_X86 1
#else
#define VECTOR_X86 0
#endif
#define INLINE static inline __attribute__((always_inline))
#define ROWS_AT_ONCE 8u        /* streams of memory that are read side by side */
#define TILE 4u                /* queries of struct vector_kernel's tiles */
#define PREFETCH_ROWS_MAX 2048 /* bytes of a row up to which the next rows are fetched ahead */
#define PLANES 4u              /* bits of a number of the query of 1-bit codes */

#define INT8_MIDDLE 128  /* what a byte of an int8 code means less than it says */
#define INT8_BYTES 32u   /* int8 codes fill whole ones of it */
#define INT4_BYTES 32u   /* int4 codes, too; each holds 64 numbers: k in the low half of byte k, */
#define INT4_NUMBERS 64u /* k + 32 in the high half */
#define QUERY_BYTES 128u /* queries of both are zeros up to a multiple of it */

/* int5 codes: blocks of 80 bytes for 128 numbers.  First come the low four bits, those of number k
 * in the low half of byte k, of k + 64 in the high half; behind them the fifth bits.  A query's
 * numbers are 128 * high + low, so that it misses next to nothing; each block of it is the high
 * bytes of its 128 numbers, then the low ones. */
#define INT5_NUMBERS 128u
#define INT5_HALVES 64u /* bytes of low bits */
#define INT5_BYTES 80u
#define INT5_QUERY 256u /* bytes of a query's block */
#define INT5_HIGH 128   /* what a high byte counts */

/* Row r begins at base + index * stride, where index is picks[r], or r when there are no picks. */
struct vector_rows {
    const char *base;
    const uint32_t *picks;
    size_t count;  /* >= 1 */
    size_t stride; /* bytes */
    size_t dim;    /* numbers; of codes: their bytes */
};

/* Rows behind the last one repeat it: groups are computed whole, and what is too much dropped. */
INLINE const char *row_of(const struct vector_rows *rows, size_t r)
{
    const size_t kept = r < rows->count ? r : rows->count - 1;
    return rows->base + (rows->picks != NULL ? rows->picks[kept] : kept) * rows->stride;
}

/* Of struct vector_kernel, all of which write whole groups of ROWS_AT_ONCE, so up to 7 numbers
 * beyond count:
 *
 * sums       ret_sums[r] = <query, row_r> or |query - row_r|^2 of f32 rows
 * tiles      the same for TILE queries that follow each other: ret_sums[TILE * r + q], not beyond
 *            count; bit by bit what sums says of the row and the query
 * dots_f16   <query, row_r> of binary16 rows
 * dots_int8  sum of byte * query, the byte unsigned, over rows->dim bytes
 * dots_int4  the same of half bytes 0 .. 15; the query is in the order of int4_place
 * dots_int5  sum of value * (128 * high + low), the value 0 .. 31; rows->dim is that of the low
 * four bits: INT5_BYTES a block dots_bits  sum over set bits k of the row of the query's number k,
 * 0 .. 15, which is given as PLANES rows of bits, the lowest first; rows->dim is a multiple of 8
 * bytes
 *
 * Integer sums are the same in all kernels; those of floats differ in order. */

extern const struct vector_kernel vector_scalar, vector_avx2, vector_avx512, vector_vnni;

/* Where number k of a query of int4 codes lies: low and high halves of 64 bytes, so of 128
 * numbers, follow each other. */
INLINE size_t int4_place(size_t k)
{
    const size_t block = k / INT4_NUMBERS, within = k % INT4_NUMBERS;
    return block / 2 * QUERY_BYTES + within / 32 * 64 + block % 2 * 32 + within % 32;
}

#endif
