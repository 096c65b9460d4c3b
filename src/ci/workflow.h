/* Workflows for three forges: files to start from, with the project's words in them. */
#ifndef CI_WORKFLOW_H
#define CI_WORKFLOW_H

#include "base/arena.h"
#include "base/buf.h"

struct workflow_request {
    const char *branch;  /* the main one */
    const char *install; /* commands that put assay on PATH; NULL: one that says so and fails */
    const char *build;   /* commands that build the benchmarks; NULL: none */
    const char *only;    /* words that select what is measured; NULL: all that is found */
};

struct workflow {
    const char *forge, *path;
    const char *hint; /* what is left to do by hand */
    const char *template;
};

/* The workflow for `forge`, NULL for none. */
const struct workflow *workflow_find(const char *forge);

/* ASSAY_ERR_ARGUMENT: a branch or a command that cannot stand in YAML. */
ASSAY_USE_RESULT assay_status workflow_render(const struct workflow *workflow,
                                              const struct workflow_request *request,
                                              struct buf *out, struct buf *error);

#endif
