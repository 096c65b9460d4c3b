/* Names of addresses in this process, for people: functions, or what is known in their place. */
#ifndef LIB_STACKS_NAMES_H
#define LIB_STACKS_NAMES_H

#include "base/arena.h"
#include "elf/symbols.h"

enum { FRAME_NAME_MAX = 200 }; /* bytes; longer ones end with "..." */

/* A file that is mapped into this process. */
struct object {
    const char *path, *file; /* "" and "assay-host" for the host itself */
    uint64_t base, low, high;
    struct symbols symbols;
    const void *bytes; /* of the file, while its symbols are used; NULL: not read */
    size_t length;
    bool is_read, is_ours; /* the host's or the C library's, where every thread begins */
};

struct known_name {
    uint64_t address;
    const char *name; /* NULL: an empty place */
};

struct names {
    struct arena arena;
    VEC(struct object) objects;
    struct known_name *known; /* by a hash of the address */
    size_t known_count, known_places;
    char *(*demangle)(const char *name, char *buffer, size_t *length, int *status);
};

/* Looks at what is loaded now.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status names_open(struct names *ret_names);

/* The name of the function that `address` lies in: as its source has it (C++ without mangling),
 * "FILE+0xOFFSET" of its beginning where the file does not name it, "[anonymous code]" for what is
 * in no file, as just-in-time compilers write it.  Without ';', blanks at its ends and control
 * characters.  Lent until names_close; NULL when memory is out. */
const char *names_of(struct names *names, uint64_t address);

/* Whether it is in the host or in the C library. */
bool names_is_ours(const struct names *names, uint64_t address);
void names_close(struct names *names);

#endif
