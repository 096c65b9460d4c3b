/* The functions that an ELF file names, static ones included as long as it was not stripped. */
#ifndef LIB_ELF_SYMBOLS_H
#define LIB_ELF_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/vec.h"

struct symbol {
    uint64_t address, bytes; /* relative to where the file is loaded; 0 bytes: up to the next one */
    const char *name;        /* lent by the file */
};

struct symbols {
    VEC(struct symbol) functions; /* by address */
};

/* Reads .symtab, or .dynsym of a stripped file.  `file` must outlive the symbols and is foreign:
 * whatever is in it, nothing outside of it is read.
 * ASSAY_ERR_PARSE   no 64-bit little-endian ELF file, or cut off.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status symbols_read(const void *file, size_t length,
                                           struct symbols *ret_symbols);
void symbols_release(struct symbols *symbols);

/* The function that `address` lies in; NULL when it lies in none. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

#endif
