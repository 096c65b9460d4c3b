/* The kernel for AVX-512: vectors of sixteen, one cache line each.
 */
#include "kernels.h"

#if MACHINE_X86
#include <immintrin.h>

#if defined(__clang__)
#define KERNEL __attribute__((target("avx512f,avx2,fma")))
#else
#define KERNEL __attribute__((target("avx512f,avx2,fma,prefer-vector-width=512")))
#endif
#define WIDTH 16u
#define STORE(to, vector) _mm512_stream_si512((__m512i *)(void *)(to), (__m512i)(vector))
#define FENCE() _mm_sfence()
#include "body.h"

static bool available(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma");
}

const struct machine_kernel machine_avx512 = {.name = "avx512", .available = available, BODY};

#endif
