/* The kernel for AVX-512: vectors of sixteen, 24 sums in 32 registers.
 */
#include "kernels.h"

#if NEURAL_X86

#include "wide/processor.h"

#define KERNEL PROCESSOR_SIXTEEN
#define WIDTH 16u
#define ROWS 12u
#include "body.h"

static bool available(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

const struct neural_kernel neural_avx512 = {.name = "avx512", .available = available, BODY};

#endif
