/* The kernels of this library.  Internal. */
#ifndef MACHINE_KERNELS_H
#define MACHINE_KERNELS_H

#include "machine.h"

#if defined(__x86_64__)
#define MACHINE_X86 1
#else
#define MACHINE_X86 0
#endif

extern const struct machine_kernel machine_scalar, machine_avx2, machine_avx512;

#endif
