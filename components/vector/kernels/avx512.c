/* Kernels with AVX-512: sixteen floats a register; of codes those of AVX2.
 */
#include "../vector_kernels.h"

#if VECTOR_X86

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma,f16c")))
#define WIDTH 16u
#define TILE_ROWS 4u
#include "floats.h"

static void dots_int8_avx2(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    vector_avx2.dots_int8(rows, query, ret_dots);
}

static void dots_int4_avx2(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    vector_avx2.dots_int4(rows, query, ret_dots);
}

static void dots_int5_avx2(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    vector_avx2.dots_int5(rows, query, ret_dots);
}

static void dots_bits_avx2(const struct vector_rows *rows, const uint64_t *planes,
                           int32_t *ret_dots)
{
    vector_avx2.dots_bits(rows, planes, ret_dots);
}

static bool has_avx512(void)
{
    return vector_avx2.available() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

const struct vector_kernel vector_avx512 = {
    .name = "avx512",
    .available = has_avx512,
    FLOATS,
    .dots_int8 = dots_int8_avx2,
    .dots_int4 = dots_int4_avx2,
    .dots_int5 = dots_int5_avx2,
    .dots_bits = dots_bits_avx2,
};

#endif
