/* Self-attention for AVX-512: vectors of sixteen, 24 sums in 32 registers.
 */
#include "../kernels.h"

#if ATTENTION_X86
#if defined(__clang__)
#define KERNEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#else
#define KERNEL                                                                                     \
    __attribute__((                                                                                \
        target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,prefer-vector-width=512")))
#endif
#define WIDTH 16u
#define ROWS 12u
#define GREATER(a, b) ((wide)_mm512_max_ps((__m512)(a), (__m512)(b)))
#include "body.h"

const struct attention_tiles attention_tiles_avx512 = {BODY};

#endif
