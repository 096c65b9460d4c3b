/* What one core can do at the most: bytes read and copied a second, multiplications with addition.
 *
 *   const struct machine_kernel *kernel = machine_fastest();
 *   uint32_t sum = kernel->read(numbers, count, &(struct machine_design){8, true});
 *
 * Each function does work whose result is known exactly, so that a caller can check that it was
 * done: whole numbers modulo 2^32 are summed in any order, and the numbers that are multiplied are
 * exact in binary.  Nothing here measures time.  The C library is all it needs; nothing is
 * allocated; functions may run in any thread. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_STREAMS_MAX 8u
#define MACHINE_CHAINS 12u /* of multiplications that do not wait for each other */

/* How memory is read: as so many parts side by side, each from its begin on, with or without
 * fetching what comes next before it is used. */
struct machine_design {
    unsigned streams; /* 1, 2, 4 or 8; others read as one */
    bool ahead;
};

struct machine_kernel {
    const char *name;
    unsigned width; /* numbers of four bytes in a vector */
    bool (*available)(void);
    /* The sum of all numbers modulo 2^32. */
    uint32_t (*read)(const uint32_t *from, size_t count, const struct machine_design *design);
    /* Copies past the caches where there are instructions for it; must not overlap.  `to` must be
     * aligned to 64 bytes. */
    void (*copy)(uint32_t *to, const uint32_t *from, size_t count);
    /* `rounds` times x = x / 2 + 1 / 2 in MACHINE_CHAINS vectors, chain i from i on: in all rounds
     * * MACHINE_CHAINS * width * 2 operations.  Returns the sum over the chains of their first
     * number, in their order. */
    float (*multiply)(uint64_t rounds);
};

/* Names: scalar (vectors of four where the compiler has them), avx2, avx512, the narrowest first;
 * NULL ends the table. */
extern const struct machine_kernel *const machine_kernels[];

/* The widest kernel that this processor has. */
const struct machine_kernel *machine_fastest(void);

#endif
