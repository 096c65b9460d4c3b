/* The kernel for AVX2 with FMA: vectors of eight, twelve sums in sixteen registers.
 */
#define KERNEL __attribute__((target("avx2,fma")))
#define WIDTH 8u
#define ROWS 6u
#include "body.h"

#if NEURAL_X86

static bool available(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct neural_kernel neural_avx2 = {.name = "avx2", .available = available, BODY};

#endif
