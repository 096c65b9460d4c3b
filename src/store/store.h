/* The store: runs in, runs out.  One table of functions; sqlite/ keeps files, postgres/ asks a
 * server, sql/ is what both have in common.
 * Order: store_open; any calls; store_close.  A store is used by one thread; several processes may
 * have the same store open. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "model/outline/outline.h"

struct store;

/* Which benchmarks a question is about; of those asked about the store knows id, suite, name,
 * params and tags, all other texts are "". */
struct benchmark_filter {
    bool (*takes)(void *context, const struct benchmark *benchmark);
    void *context;
    size_t last; /* of a history: the newest so many rows of each benchmark; 0: all */
};

/* One history: a benchmark by its whole id, and a metric. */
struct history_name {
    const char *benchmark, *metric;
};

/* How far a history was read, and what was true then; zeros: nothing was read. */
struct history_mark {
    int64_t run, series;                 /* keys; the run is the newest that was finished */
    int64_t runs, closed_runs, measured; /* up to that run: all, those in packs, the history's */
    size_t rows;                         /* of the history, up to it */
    char run_id[64], started_at[32];     /* the run's id; when the last of those rows began */
};

/* What is new in a history: the first `kept` rows of those that were read before still stand,
 * `rows` come after them. */
struct history_news {
    const struct metric *metric;
    size_t kept;
    history_row_vec rows;
};

/* What is wrong with a store, a sentence each. */
typedef VEC(const char *) problem_vec;

struct store_ops {
    assay_status (*begin)(struct store *store, const struct run *run);
    assay_status (*resume)(struct store *store, const char *id);
    assay_status (*put)(struct store *store, const struct run *run, const struct result *result);
    assay_status (*finish)(struct store *store, const struct run *run);
    assay_status (*put_run)(struct store *store, const struct run *run);
    assay_status (*find)(struct store *store, const char *selector, struct arena *arena,
                         const char **ret_id);
    assay_status (*load)(struct store *store, const char *id, struct run *ret_run);
    assay_status (*outline)(struct store *store, const char *id, struct outline *ret_outline);
    assay_status (*runs)(struct store *store, size_t limit, struct arena *arena, run_row_vec *rows);
    assay_status (*history)(struct store *store, const struct benchmark_filter *filter,
                            const char *metric, struct arena *arena, history_row_vec *rows);
    assay_status (*history_since)(struct store *store, struct history_mark *mark,
                                  const struct history_name *name, struct arena *arena,
                                  struct history_news *ret_news);
    assay_status (*baseline_save)(struct store *store, const char *name, const char *run_id,
                                  bool overwrite);
    assay_status (*baseline_remove)(struct store *store, const char *name);
    assay_status (*baselines)(struct store *store, struct arena *arena, baseline_vec *rows);
    assay_status (*module_put)(struct store *store, const char *run_id,
                               const struct kept_module *module);
    assay_status (*modules)(struct store *store, const char *run_id, struct arena *arena,
                            kept_module_vec *rows);
    assay_status (*module_sweep)(struct store *store, struct arena *arena, kept_module_vec *gone);
    assay_status (*prune)(struct store *store, const char *const *ids, size_t count);
    assay_status (*seal)(struct store *store, const char *const *ids, size_t count);
    assay_status (*check)(struct store *store, struct arena *arena, problem_vec *problems);
    assay_status (*vacuum)(struct store *store);
    void (*read_only)(struct store *store);
    void (*time_limit)(struct store *store, double seconds);
    assay_status (*version)(struct store *store, uint64_t *ret_version);
    void (*close)(struct store *store);
};

/* Every engine's handle starts with this. */
struct store {
    const struct store_ops *ops;
    struct buf error;  /* text of the last failure */
    struct buf notice; /* what whoever stores should know though all went well; else "" */
};

/* Opens `where`: a path, whose file and folder are created when `create` is set, or the address of
 * a PostgreSQL database, "postgresql://USER@HOST/DATABASE".
 * ASSAY_ERR_ARGUMENT   an address of another kind.
 * ASSAY_ERR_NOT_FOUND  no such store and not `create`.   ASSAY_ERR_IO  read-only, locked,
 * corrupted, disk full.   ASSAY_ERR_VERSION  written by a newer assay; left untouched.   Texts go
 * to `error`. */
ASSAY_USE_RESULT assay_status store_open(const char *where, bool create, struct store **ret_store,
                                         struct buf *error);
void store_close(struct store *store);
/* From now on store_open tells a new store's notice, once, instead of keeping it: what commands say
 * that only read, wherever they open a store. */
void store_listen(void (*tell)(const char *notice));
/* Whether `where` is a file and not the address of a server. */
bool store_is_file(const char *where);
/* Adds `where` as it may be shown: without the password that an address may hold. */
void store_add_shown(const char *where, struct buf *out);

/* begin writes the run's row; put commits one result with its samples, at once and durably; finish
 * writes duration, environment and judged targets, in place of those of an earlier finish.  From
 * begin until the process ends or the store is closed nobody else can resume the run, and its
 * status is "running"; from then on, unless it was finished whole, it is "interrupted".
 * resume: in place of begin for such a run.  ASSAY_ERR_IO when another process measures it. */

/* put_run: a finished run with all its results and targets, in one transaction: whole or not at
 * all. */

/* baseline_save: ASSAY_ERR_ARGUMENT when the name exists and `overwrite` is not set.
 * module_put: remembers the copy of one of the run's modules.
 * module_sweep: forgets the copies of runs without a baseline; `gone` gets those that no other run
 * has either, each once. */

/* prune: forgets the runs, all or none, and what only they had.  ASSAY_ERR_ARGUMENT: one of them is
 * a baseline's; ASSAY_ERR_NOT_FOUND.  seal: keeps of each run its outcomes and of each measurement
 * median, interval and counts, in a few bytes; all of them or none.  ASSAY_ERR_ARGUMENT: one of
 * them is not finished.  check: reads everything there is.  vacuum: gives free pages back to the
 * file system. */

/* find: a run's id or the start of one, "latest", a baseline, a label, a commit (7 or more digits)
 * or a branch (both: the newest run of it).  ASSAY_ERR_NOT_FOUND with what was tried in
 * store->error. */

/* read_only: from now on a call that would write fails.
 * time_limit: all calls from now on until the next time_limit end within so many seconds together;
 * one that would not fails with ASSAY_ERR_TIMEOUT.  0 lifts the limit.
 * version: a number that is another one after somebody else has written. */

/* load: the whole run; free with run_release.  outline: what comparing needs of it, a tenth of the
 * work for a run that arrived whole; free with outline_release, also after the store.  runs: newest
 * first, at most `limit`. history: of what the filter takes, oldest first.
 * history_since: of one history what came after `mark`, which is moved on; all of it when anything
 * up to there has changed or something came in between.  Texts go to the arena; rows are freed with
 * vec_release, also after a failure.  ASSAY_ERR_NOT_FOUND: no such benchmark with this metric. */

#endif
