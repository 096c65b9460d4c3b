/* Which tiers there are, and which of them this processor may run.  Bits of CPUID decide, never a
 * model's number: virtual machines hide that. */
#include <string.h>

#include "backends.h"

extern const struct backends_kernels backends_baseline, backends_scalar;
#ifdef __x86_64__
extern const struct backends_kernels backends_avx512, backends_avx2;
#endif

const struct backends_kernels *const backends_tiers[] = {
#ifdef __x86_64__
    &backends_avx512, &backends_avx2,
#endif
    &backends_baseline, &backends_scalar, NULL};

bool backends_available(const struct backends_kernels *tier)
{
#ifdef __x86_64__
    if (tier == &backends_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma");
    if (tier == &backends_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return tier != NULL;
}

const struct backends_kernels *backends_best(void)
{
    size_t i = 0;
    while (!backends_available(backends_tiers[i]))
        i++;
    return backends_tiers[i];
}

const struct backends_kernels *backends_find(const char *name)
{
    size_t i = 0;
    while (backends_tiers[i] != NULL && strcmp(backends_tiers[i]->name, name) != 0)
        i++;
    return backends_tiers[i];
}
