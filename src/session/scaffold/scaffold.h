/* Files to start from: a benchmark, a suite in a folder of its own, a project file. */
#ifndef SESSION_SCAFFOLD_SCAFFOLD_H
#define SESSION_SCAFFOLD_SCAFFOLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

enum { SCAFFOLD_NAME_MAX = 63 };

struct scaffold_language {
    const char *name;   /* "c" */
    const char *source; /* "NAME_bench.c" */
    const char *module; /* "NAME_bench.so"; of a program that is its own host, `source` */
    const char *build;  /* the command line that makes it, without flags of assay; NULL: none */
};

/* What was written, in this order; the caller frees both. */
struct scaffold {
    struct arena arena;
    VEC(const char *) files;
    const char *source, *module; /* paths */
    bool has_project;            /* a project file was written that names the suite */
};

/* The language called `name`.  ASSAY_ERR_ARGUMENT: none, with the names that there are. */
ASSAY_USE_RESULT assay_status scaffold_language(const char *name,
                                                const struct scaffold_language **ret_language,
                                                struct buf *error);

/* Each writes its files or none; a file that is there is never touched.  `name` becomes a name of
 * C.  Free with scaffold_release, also after a failure.
 *
 * scaffold_bench    a benchmark in this folder, with the client that its language needs
 * scaffold_suite    a folder NAME with benchmarks, Makefile, targets and a page; and a project file
 *                   that names it, unless this folder or one above has one
 * scaffold_project  assay.yaml in this folder
 *
 * ASSAY_ERR_ARGUMENT: no such name is possible.  ASSAY_ERR_IO: there is such a file, or it cannot
 * be written.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status scaffold_bench(const struct scaffold_language *language,
                                             const char *name, struct scaffold *ret_scaffold,
                                             struct buf *error);
ASSAY_USE_RESULT assay_status scaffold_suite(const struct scaffold_language *language,
                                             const char *name, struct scaffold *ret_scaffold,
                                             struct buf *error);
ASSAY_USE_RESULT assay_status scaffold_project(struct scaffold *ret_scaffold, struct buf *error);
void scaffold_release(struct scaffold *scaffold);

/* Appends the words that a compiler needs to find assay.h ("" where it looks by itself): beside the
 * program, whose folder is `program`, in a build tree, else where it was installed. */
void scaffold_cflags(const char *program, struct buf *out);

#endif
