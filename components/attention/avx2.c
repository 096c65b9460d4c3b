/* Kernels with AVX2, FMA and F16C: vectors of eight, of distances four rows at once.
 */
#include "kernels.h"

#if ATTENTION_X86

#include <cpuid.h>

#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define WIDTH 8u
#define DISTANCES 4u
#include "body.h"

static bool has_avx2(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

const struct attention_kernel attention_avx2 = {
    .name = "avx2",
    .available = has_avx2,
    BODY,
    .tiles = &attention_tiles_avx2,
};

#endif
