/* Self-attention for AVX2 with FMA: vectors of eight, twelve sums in sixteen registers.
 */
#include "../kernels.h"

#if ATTENTION_X86
#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define WIDTH 8u
#define ROWS 6u
#include "body.h"

const struct attention_tiles attention_tiles_avx2 = {BODY};

#endif
