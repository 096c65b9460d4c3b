/* A shared object of x86-64, rewritten so that all of it lies further along.
 *
 * Where code lies moves its time by per cents (caches of decoded instructions and branch predictors
 * work by address), and that is neither in the source nor in the instructions.  To tell such a
 * change from a real one, a finished module is loaded at many places inside its pages. */
#ifndef LIB_ELF_SHIFT_H
#define LIB_ELF_SHIFT_H

#include <stddef.h>

#include "base/buf.h"

struct shifted {
    unsigned char *bytes; /* the new file, the caller's to free */
    size_t length;
    size_t alignment; /* what the module's data asks for, at least SHIFT_UNIT: shifts that are
                         multiples of it move code alone, as far as caches can tell */
};

/* What every compiler takes for granted of data and stack. */
enum { SHIFT_UNIT = 16, SHIFT_MAX = 4096 };

/* Moves everything in `file` by one page and `delta` bytes, which must be a multiple of the
 * module's alignment and below SHIFT_MAX.  Code finds its data as before, since both move; what
 * holds addresses (dynamic section, symbols, relocations) is rewritten.  Section headers and the
 * read-only protection after relocation are dropped.  To be loaded with RTLD_NOW: lazy stubs are
 * not rewritten.
 *
 * `file` is foreign; whatever is in it, nothing outside of it is read.
 * ASSAY_ERR_ARGUMENT  delta; `error` says which are possible.
 * ASSAY_ERR_PARSE     not understood, or another architecture; `error` says why, to be put after
 *                     "cannot be shifted: ".
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status shift_image(const unsigned char *file, size_t length, size_t delta,
                                          struct shifted *ret_shifted, struct buf *error);

#endif
