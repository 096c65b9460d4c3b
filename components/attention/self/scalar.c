/* Self-attention for every processor: vectors of four, which are loops where there are none.
 */
#define KERNEL
#define WIDTH 4u
#define ROWS 4u

#include "body.h"

const struct attention_tiles attention_tiles_scalar = {BODY};
