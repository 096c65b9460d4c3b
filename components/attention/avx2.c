/* Kernels with AVX2, FMA and F16C: vectors of eight, of distances four rows at once.
 */
#include "kernels.h"

#if ATTENTION_X86

#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define WIDTH 8u
#define DISTANCES 4u
#include "body.h"
#include "wide/processor.h"

const struct attention_kernel attention_avx2 = {
    .name = "avx2",
    .available = processor_has_eight,
    BODY,
    .tiles = &attention_tiles_avx2,
};

#endif
