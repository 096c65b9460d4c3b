/* Whether this processor has what wide.h needs.
 *
 * Why CPUID for F16C: __builtin_cpu_supports does not know it in every compiler. */
#ifndef WIDE_PROCESSOR_H
#define WIDE_PROCESSOR_H

#include <cpuid.h>
#include <stdbool.h>

/* For WIDTH 8: AVX2, FMA and F16C. */
static inline bool processor_has_eight(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

#endif
