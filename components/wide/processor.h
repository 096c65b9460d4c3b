/* What wide.h needs of a processor, and whether this one has it.
 *
 * Why CPUID for F16C: __builtin_cpu_supports does not know it in every compiler. */
#ifndef WIDE_PROCESSOR_H
#define WIDE_PROCESSOR_H

#include <cpuid.h>
#include <stdbool.h>

/* KERNEL for WIDTH 16 where registers of 64 bytes pay in loops of the compiler's own, too. */
#if defined(__clang__)
#define PROCESSOR_SIXTEEN                                                                          \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#else
#define PROCESSOR_SIXTEEN                                                                          \
    __attribute__((                                                                                \
        target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,prefer-vector-width=512")))
#endif

/* For WIDTH 8: AVX2, FMA and F16C. */
static inline bool processor_has_eight(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

#endif
