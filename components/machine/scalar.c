/* The kernel for every processor: vectors of four, which are loops where there are none; stores go
 * through the caches. */
#define KERNEL
#define WIDTH 4u
#define STORE(to, vector) (*(unaligned *)(to) = (vector))
#define FENCE() ((void)0)
#include "body.h"

static bool available(void)
{
    return true;
}

const struct machine_kernel machine_scalar = {.name = "scalar", .available = available, BODY};

const struct machine_kernel *const machine_kernels[] = {
    &machine_scalar,
#if MACHINE_X86
    &machine_avx2,
    &machine_avx512,
#endif
    NULL,
};

const struct machine_kernel *machine_fastest(void)
{
    const struct machine_kernel *best = machine_kernels[0];
    for (size_t i = 0; machine_kernels[i] != NULL; i++) {
        best = machine_kernels[i]->available() ? machine_kernels[i] : best;
    }
    return best;
}
