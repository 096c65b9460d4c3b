/* Loading benchmark modules into the host. */
#ifndef LIB_MODULE_H
#define LIB_MODULE_H

#define ASSAY_HOST
#include "assay.h"

#include "base/buf.h"

struct module {
    void *handle; /* NULL: nothing loaded */
    const struct assay_module *table;
    size_t alignment; /* that its shifts keep; 0: it was not shifted */
    /* In source order, as this host knows them: what an older module does not have is zero.  They
     * stay until the process ends, as the module does. */
    const struct assay_definition *definitions;
    size_t count;
};

struct module_request {
    const char *path;
    bool copy;    /* load a private copy */
    bool shifted; /* load a private copy that lies `shift` bytes further along (elf/shift.h) */
    size_t shift;
};

/* Loads a shared object.  A private copy of the file makes one path given twice two pieces of code,
 * and a rebuild does not change what runs; it lies in /tmp, or beside the file when that looks for
 * libraries there ($ORIGIN), and is removed at once.  Texts are in `error`.
 *
 * ASSAY_ERR_ARGUMENT the shift is not one of its data's alignment.
 * ASSAY_ERR_IO       cannot be read or copied.
 * ASSAY_ERR_PARSE    not a shared object, cut off, of another architecture, or without benchmarks;
 *                    cannot be shifted.
 * ASSAY_ERR_VERSION  built with another assay.h.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status module_load(const struct module_request *request,
                                          struct module *ret_module, struct buf *error);

/* Reads a table into a module without a file: `ret_module` gets its definitions, which
 * module_release frees. ASSAY_ERR_VERSION, ASSAY_ERR_PARSE, ASSAY_ERR_MEMORY as above; `path` is
 * for the texts. */
ASSAY_USE_RESULT assay_status module_read(const struct assay_module *table, const char *path,
                                          struct module *ret_module, struct buf *error);
void module_release(struct module *module);

/* Whether the two modules surely run their own code.  A library that both need is loaded once: that
 * is the same file for both only if it comes from the system's folders and no search path of theirs
 * leads to another.  ASSAY_ERR_ARGUMENT with the library's name in `error`. */
ASSAY_USE_RESULT assay_status module_check_apart(const struct module *a, const struct module *b,
                                                 struct buf *error);

/* The definition called `name`, or NULL. */
const struct assay_definition *module_find(const struct module *module, const char *name);

/* The `index`-th definition in source order, or NULL behind the last. */
const struct assay_definition *module_at(const struct module *module, size_t index);

#endif
