/* What is compared: words of the command line, each read as files, a stored run or a commit.
 *
 * A word is looked up as a path (of modules, or of a file written by `assay run --json`), then as a
 * stored run, then as a git revision; `worktree` is the working tree as it is now.  Commits are
 * built.  Two or more versions come out, all of them modules or all of them results. */
#ifndef SESSION_VERSIONS_VERSIONS_H
#define SESSION_VERSIONS_VERSIONS_H

#include "session/compare.h"
#include "session/place/build.h"
#include "session/place/workplace.h"

enum version_kind {
    VERSION_MODULES, /* a path */
    VERSION_FILE,    /* results in a file */
    VERSION_RUN,     /* results in the store */
    VERSION_COMMIT,
    VERSION_WORKTREE
};

struct version {
    enum version_kind kind;
    const char *name; /* the word */
    struct revision revision;
    struct build build;
    struct catalog catalog; /* of what has modules, else empty */
    struct outline outline; /* of what has results, else empty */
};

struct versions {
    struct arena arena;
    struct repository repository; /* only looked for when a word may be a commit */
    VEC(struct version) items;    /* the first is what the others are set against */
};

struct versions_request {
    const struct workplace *workplace;
    char *const *words; /* versions, then patterns that choose benchmarks */
    int count;
    bool commits_only; /* words are revisions, whatever else they name */
    bool rebuild;
    volatile sig_atomic_t *stop;
    build_tell_fn *tell; /* hears how each word was read, and what is built */
    void *context;
};

/* ASSAY_ERR_NOT_FOUND: a word that is nothing.  ASSAY_ERR_ARGUMENT: words that do not go together.
 * Else as build_open and catalog_open.  Free with versions_release. */
ASSAY_USE_RESULT assay_status versions_open(const struct versions_request *request,
                                            struct versions *ret_versions, struct buf *error);
void versions_release(struct versions *versions);

/* One more version: `revision` built, with all its benchmarks; for a search among the commits
 * between two.  Fails as build_open and catalog_open.  Free with
 * version_release. */
ASSAY_USE_RESULT assay_status version_build(const struct versions_request *request,
                                            struct versions *versions,
                                            const struct revision *revision,
                                            struct version *ret_version, struct buf *error);
void version_release(struct version *version);

/* Appends the rows of every version but the first, each set against the first; `measuring` has no
 * catalogues yet.  ASSAY_ERR_ARGUMENT: results of different machines. */
ASSAY_USE_RESULT assay_status versions_compare(const struct versions *versions,
                                               const struct compare_request *measuring,
                                               struct arena *arena, comparison_vec *rows,
                                               struct buf *error);

#endif
