/* Kernels with AVX-512: vectors of sixteen, of distances eight rows at once.
 */
#include "kernels.h"

#if ATTENTION_X86

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma,f16c")))
#define WIDTH 16u
#define DISTANCES 8u
#include "body.h"

static bool has_avx512(void)
{
    return attention_avx2.available() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

const struct attention_kernel attention_avx512 = {
    .name = "avx512",
    .available = has_avx512,
    BODY,
    .tiles = &attention_tiles_avx512,
};

#endif
