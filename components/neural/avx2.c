/* The kernel for AVX2 with FMA: vectors of eight, twelve sums in sixteen registers.
 */
#include "kernels.h"

#if NEURAL_X86

#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define WIDTH 8u
#define ROWS 6u
#include "body.h"
#include "wide/processor.h"

const struct neural_kernel neural_avx2 = {.name = "avx2", .available = processor_has_eight, BODY};

#endif
