/* The kernel for AVX2 with FMA: vectors of eight, twelve chains in sixteen registers.
 */
#include "kernels.h"

#if MACHINE_X86
#include <immintrin.h>

#define KERNEL __attribute__((target("avx2,fma")))
#define WIDTH 8u
#define STORE(to, vector) _mm256_stream_si256((__m256i *)(void *)(to), (__m256i)(vector))
#define FENCE() _mm_sfence()
#include "body.h"

static bool available(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct machine_kernel machine_avx2 = {.name = "avx2", .available = available, BODY};

#endif
