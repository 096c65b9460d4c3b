/* Self-attention for AVX-512: vectors of sixteen, 24 sums in 32 registers.
 */
#include "../kernels.h"

#if ATTENTION_X86

#include "wide/processor.h"

#define KERNEL PROCESSOR_SIXTEEN
#define WIDTH 16u
#define ROWS 12u
#include "body.h"

const struct attention_tiles attention_tiles_avx512 = {BODY};

#endif
