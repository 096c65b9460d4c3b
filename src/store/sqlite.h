/* What the files of the SQLite engine share: the handle, the tables of columns, small helpers. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>
#include <time.h>

#include "store/store.h"

/* Statements that every result runs, prepared once: preparing costs more than running them. */
enum kept_statement { KEPT_BENCHMARK, KEPT_RESULT, KEPT_SERIES, KEPT_MEASUREMENT, KEPT_COUNT };

struct sqlite_store {
    struct store store; /* must be first */
    sqlite3 *db;
    int runs;                 /* the file of sqlite_held.c; -1: not open */
    struct timespec deadline; /* of the calls under way; all zero: none */
    sqlite3_stmt *kept[KEPT_COUNT];
};

/* How a field of a struct is kept. */
enum column_type {
    COLUMN_TEXT,  /* never NULL in the struct: "" instead */
    COLUMN_MAYBE, /* a text or NULL */
    COLUMN_REAL,
    COLUMN_UINT,
    COLUMN_COUNT,
    COLUMN_U64
};
struct column {
    const char *name;
    size_t offset;
    enum column_type type;
};

/* The fields of one struct: the same rows make the schema, the INSERTs and the SELECTs. */
struct columns {
    const struct column *items;
    int count;
};
extern const struct columns RUN_COLUMNS, SUMMARY_COLUMNS, TARGET_COLUMNS;

/* Adds "name TYPE, name TYPE" for a schema, or "name, name" for a query. */
void columns_add_names(struct buf *sql, struct columns columns, bool typed);
/* Binds the fields of `record` from parameter `at` on; returns the next parameter's number. */
int columns_bind(sqlite3_stmt *statement, int at, struct columns columns, const void *record);
/* Fills the fields of `record` from the row's columns `at` on; texts go to `arena`.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status columns_load(sqlite3_stmt *statement, int at, struct columns columns,
                                           struct arena *arena, void *record);

/* A text of the row in the arena; "" when it is NULL there.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status sqlite_text(sqlite3_stmt *statement, int at, struct arena *arena,
                                          const char **ret_text);
/* The row's texts from column 0 on, one for each of `places`. */
ASSAY_USE_RESULT assay_status sqlite_texts(sqlite3_stmt *statement, struct arena *arena,
                                           const char **const *places, int count);
void sqlite_bind_text_or_null(sqlite3_stmt *statement, int at, const char *text);

/* Status and text of the database's last failure: "cannot `act`: why". */
assay_status sqlite_failed(struct sqlite_store *self, const char *act);
ASSAY_USE_RESULT assay_status sqlite_prepare(struct sqlite_store *self, const char *sql,
                                             sqlite3_stmt **ret_statement);
/* What ended a loop over rows: `code` is what sqlite3_step answered instead of a row. */
ASSAY_USE_RESULT assay_status sqlite_rows_end(struct sqlite_store *self, int code);
void sqlite_finalize_auto(sqlite3_stmt **statement);
#define STATEMENT_AUTO __attribute__((cleanup(sqlite_finalize_auto))) sqlite3_stmt

/* The key of the run `id`.  ASSAY_ERR_NOT_FOUND. */
ASSAY_USE_RESULT assay_status sqlite_run_key(struct sqlite_store *self, const char *id,
                                             sqlite3_int64 *ret_key);

/* sqlite_read.c: see struct store_ops. */
assay_status sqlite_find(struct store *store, const char *selector, struct arena *arena,
                         const char **ret_id);
assay_status sqlite_load(struct store *store, const char *id, struct run *ret_run);
assay_status sqlite_runs(struct store *store, size_t limit, struct arena *arena, run_row_vec *rows);
assay_status sqlite_history(struct store *store, const struct benchmark_filter *filter,
                            const char *metric, struct arena *arena, history_row_vec *rows);

/* sqlite_held.c.  The run of that key is ours until we end.  ASSAY_ERR_IO: it is another's. */
ASSAY_USE_RESULT assay_status sqlite_hold(struct sqlite_store *self, sqlite3_int64 key);
/* Whether another process measures the run now. */
bool sqlite_is_held(struct sqlite_store *self, sqlite3_int64 key);
void sqlite_let_go(struct sqlite_store *self);
assay_status sqlite_resume(struct store *store, const char *id);

/* sqlite_baseline.c: see struct store_ops. */
assay_status sqlite_baseline_save(struct store *store, const char *name, const char *run_id,
                                  bool overwrite);
assay_status sqlite_baseline_remove(struct store *store, const char *name);
assay_status sqlite_baselines(struct store *store, struct arena *arena, baseline_vec *rows);
assay_status sqlite_module_put(struct store *store, const char *run_id,
                               const struct kept_module *module);
assay_status sqlite_modules(struct store *store, const char *run_id, struct arena *arena,
                            kept_module_vec *rows);
assay_status sqlite_module_sweep(struct store *store, struct arena *arena, kept_module_vec *gone);

/* sqlite_prune.c: see struct store_ops. */
assay_status sqlite_prune(struct store *store, const char *const *ids, size_t count);
assay_status sqlite_vacuum(struct store *store);

/* sqlite_watch.c: see struct store_ops. */
void sqlite_read_only(struct store *store);
void sqlite_time_limit(struct store *store, double seconds);
assay_status sqlite_version(struct store *store, uint64_t *ret_version);

/* Starts a transaction that writes; ends it: COMMIT when all went well, else ROLLBACK, and the
 * first failure is kept. */
ASSAY_USE_RESULT assay_status sqlite_begin_writing(struct sqlite_store *self);
assay_status sqlite_end_writing(struct sqlite_store *self, assay_status status);

#endif
