/* What SQL engines have in common: the store's calls are written once, over the small table of
 * functions below; an engine brings connection, statements, schema and locks.
 *
 * Statements number their parameters $1, $2 ... in the order in which they first stand in the text,
 * which every engine here understands.  Keys are 64-bit integers. */
#ifndef STORE_SQL_SQL_H
#define STORE_SQL_SQL_H

#include "store/sql/known/keys.h"
#include "store/store.h"

struct sql_store;

/* A prepared statement; engines put their own behind it. */
struct sql_statement {
    const struct sql_engine *engine;
};

enum sql_step { SQL_ROW, SQL_DONE, SQL_FAILED };

/* A row of the table `chunk`. */
struct chunk_row {
    int64_t segment, series;
    size_t offset, length;
};

/* Parameters count from 1, columns from 0.  What is bound is lent until the statement is reset or
 * finalized.  A text or blob of a row is lent until the next step; both are NULL for a NULL. */
struct sql_engine {
    assay_status (*prepare)(struct sql_store *self, const char *text, bool kept,
                            struct sql_statement **ret_statement);
    void (*bind_integer)(struct sql_statement *statement, int at, int64_t value);
    void (*bind_real)(struct sql_statement *statement, int at, double value); /* NaN as NULL */
    void (*bind_text)(struct sql_statement *statement, int at, const char *text);
    void (*bind_blob)(struct sql_statement *statement, int at, const void *bytes, size_t length);
    enum sql_step (*step)(struct sql_statement *statement);
    bool (*is_null)(struct sql_statement *statement, int at);
    int64_t (*integer)(struct sql_statement *statement, int at);
    double (*real)(struct sql_statement *statement, int at);
    const char *(*text)(struct sql_statement *statement, int at);
    const void *(*blob)(struct sql_statement *statement, int at, size_t *ret_length);
    void (*reset)(struct sql_statement *statement); /* also forgets what is bound */
    void (*finalize)(struct sql_statement *statement);
    /* A question whose answers are texts of what is damaged, "ok" being none; or NULL. */
    const char *integrity;
    /* Status and text of the last failure: "cannot `act`: why". */
    assay_status (*failed)(struct sql_store *self, const char *act);
    /* A transaction that writes; one writer at a time, others wait.  end: COMMIT when all went
     * well, else ROLLBACK, and the first failure is kept. */
    assay_status (*begin_writing)(struct sql_store *self);
    assay_status (*end_writing)(struct sql_store *self, assay_status status);
    /* Several questions that see one state, whatever others write meanwhile. */
    assay_status (*begin_reading)(struct sql_store *self);
    void (*end_reading)(struct sql_store *self);
    /* Runs a kept INSERT ... ON CONFLICT DO NOTHING that ends with `returning_key`, and makes it
     * ready again: the key of the new row, or 0 where there was one.  Not always by RETURNING:
     * that more than doubles what a row costs SQLite, which knows its last key anyway. */
    assay_status (*insert)(struct sql_store *self, struct sql_statement *statement,
                           int64_t *ret_key);
    const char *returning_key;
    /* Inserts rows of the table `chunk`, all at once; their blobs are parts of `bytes`. */
    assay_status (*insert_chunks)(struct sql_store *self, const char *bytes,
                                  const struct chunk_row *rows, size_t count);
    /* The run of that key is ours until we end.  ASSAY_ERR_IO: it is another's. */
    assay_status (*hold)(struct sql_store *self, int64_t key);
    /* Whether another process measures the run now. */
    bool (*is_held)(struct sql_store *self, int64_t key);
};

/* Statements that run often, prepared once: preparing costs more than running them. */
enum kept_statement {
    KEPT_NEW_BENCHMARK,
    KEPT_BENCHMARK,
    KEPT_RESULT,
    KEPT_NEW_SERIES,
    KEPT_SERIES,
    KEPT_MEASUREMENT,
    KEPT_CLOSED,
    KEPT_DETAIL,
    KEPT_RUN,
    KEPT_CHUNK,
    KEPT_VERSION,
    KEPT_BEGIN,
    KEPT_END,
    KEPT_ROWS,
    KEPT_RUN_KEY,
    KEPT_RUN_ROW,
    KEPT_OUTLINE,
    KEPT_CHUNKS,
    KEPT_COUNT
};

/* Closed runs that no segment has, `first` being the one with the lowest key. */
struct tail {
    bool known;
    int64_t count, first;
};

/* The handle of an SQL engine starts with this. */
struct sql_store {
    struct store store; /* must be first */
    const struct sql_engine *engine;
    struct sql_statement *kept[KEPT_COUNT];
    struct keys benchmarks; /* as long as `keys_hold` */
    struct tail tail;       /* the same */
    bool keys_hold;         /* cleared when others wrote, or what we wrote was rolled back */
    uint64_t writes;        /* transactions of ours that wrote */
    uint64_t closings;      /* runs of ours that were closed */
    struct trends *trends;  /* history.c; NULL: not read yet */
    struct names *names;    /* names.c; NULL: none are held */
};

static inline void sql_bind_integer(struct sql_statement *statement, int at, int64_t value)
{
    statement->engine->bind_integer(statement, at, value);
}

static inline void sql_bind_real(struct sql_statement *statement, int at, double value)
{
    statement->engine->bind_real(statement, at, value);
}

static inline void sql_bind_text(struct sql_statement *statement, int at, const char *text)
{
    statement->engine->bind_text(statement, at, text);
}

static inline void sql_bind_blob(struct sql_statement *statement, int at, const void *bytes,
                                 size_t length)
{
    statement->engine->bind_blob(statement, at, bytes, length);
}

static inline enum sql_step sql_step(struct sql_statement *statement)
{
    return statement->engine->step(statement);
}

static inline int64_t sql_integer(struct sql_statement *statement, int at)
{
    return statement->engine->integer(statement, at);
}

static inline double sql_real(struct sql_statement *statement, int at)
{
    return statement->engine->real(statement, at);
}

static inline const void *sql_blob(struct sql_statement *statement, int at, size_t *ret_length)
{
    return statement->engine->blob(statement, at, ret_length);
}

static inline assay_status sql_failed(struct sql_store *self, const char *act)
{
    return self->engine->failed(self, act);
}

ASSAY_USE_RESULT assay_status sql_begin_writing(struct sql_store *self);
assay_status sql_end_writing(struct sql_store *self, assay_status status);

ASSAY_USE_RESULT static inline assay_status sql_prepare(struct sql_store *self, const char *text,
                                                        struct sql_statement **ret_statement)
{
    return self->engine->prepare(self, text, false, ret_statement);
}

/* The kept statement `which`, ready to be bound; `text` is asked once. */
ASSAY_USE_RESULT assay_status sql_keep(struct sql_store *self, enum kept_statement which,
                                       const char *text, struct sql_statement **ret_statement);
/* Runs a kept statement that yields one number, or none for NULL, and makes it ready again. */
ASSAY_USE_RESULT assay_status sql_run_kept(struct sql_store *self, struct sql_statement *statement,
                                           int64_t *ret_key);
/* Finalizes what is kept; engines call it as they close. */
void sql_release(struct sql_store *self);

void sql_finalize_auto(struct sql_statement **statement);
#define STATEMENT_AUTO __attribute__((cleanup(sql_finalize_auto))) struct sql_statement

/* What ended a loop over rows: `step` is what came instead of a row. */
ASSAY_USE_RESULT assay_status sql_rows_end(struct sql_store *self, enum sql_step step);
/* Runs a statement that yields no row. */
ASSAY_USE_RESULT assay_status sql_run(struct sql_store *self, struct sql_statement *statement);
/* Prepares and runs one that yields no row, with `key` as its parameter. */
ASSAY_USE_RESULT assay_status sql_run_with_key(struct sql_store *self, const char *text,
                                               int64_t key);

/* A text of the row in the arena; "" when it is NULL there.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status sql_text(struct sql_statement *statement, int at, struct arena *arena,
                                       const char **ret_text);
/* The row's texts from column 0 on, one for each of `places`. */
ASSAY_USE_RESULT assay_status sql_texts(struct sql_statement *statement, struct arena *arena,
                                        const char **const *places, int count);

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
/* Adds "$first, $first+1 ...", one for each column; returns the number behind the last. */
int columns_add_parameters(struct buf *sql, struct columns columns, int first);
/* Binds the fields of `record` from parameter `at` on; returns the next parameter's number. */
int columns_bind(struct sql_statement *statement, int at, struct columns columns,
                 const void *record);
/* Fills the fields of `record` from the row's columns `at` on; texts go to `arena`.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status columns_load(struct sql_statement *statement, int at,
                                           struct columns columns, struct arena *arena,
                                           void *record);

enum { SQL_SCHEMA_VERSION = 2 };
/* Adds the statements that create the current schema's tables, in SQLite's words. */
void sql_add_schema(struct buf *sql);
/* SQL_MIGRATIONS[n] makes schema n + 2 of schema n + 1. */
extern const char *const SQL_MIGRATIONS[SQL_SCHEMA_VERSION - 1];

/* The metric of a row that begins with metric, unit, direction, quality: one of ours, or in the
 * arena what a benchmark defined itself. */
ASSAY_USE_RESULT assay_status sql_load_metric(struct sql_statement *statement, struct arena *arena,
                                              const struct metric **ret_metric);
/* Fills the results of a closed run.  ASSAY_ERR_NOT_FOUND without a text: its results are rows. */
ASSAY_USE_RESULT assay_status sql_load_closed(struct sql_store *self, int64_t run,
                                              struct run *ret_run);
/* Fills the outline of a closed run that was not sealed.  ASSAY_ERR_NOT_FOUND without a text: it is
 * another one. */
ASSAY_USE_RESULT assay_status sql_outline_closed(struct sql_store *self, int64_t run,
                                                 struct outline *ret_outline);
/* Fills the results of a run that is kept in rows. */
ASSAY_USE_RESULT assay_status sql_load_rows(struct sql_store *self, int64_t key, struct run *run);
/* Whether the results of a run are packed and not rows. */
ASSAY_USE_RESULT assay_status sql_is_closed(struct sql_store *self, int64_t run, bool *ret_closed);
/* Stores the results of a run that is there without any, closed. */
ASSAY_USE_RESULT assay_status sql_put_closed(struct sql_store *self, int64_t run,
                                             const struct run *what);
/* The keys of a benchmark's and a series' row, which are written when they are new.  What is known
 * of a benchmark is lent until the next one is asked for. */
ASSAY_USE_RESULT assay_status sql_benchmark_key(struct sql_store *self,
                                                const struct benchmark *benchmark,
                                                struct known_key **ret_known);
ASSAY_USE_RESULT assay_status sql_series_key(struct sql_store *self, struct known_key *benchmark,
                                             const struct metric *metric, int64_t *ret_key);

/* stacks.c: those of one result, in rows of their own also when the run is closed; `stacks` may be
 * NULL. */
ASSAY_USE_RESULT assay_status sql_put_stacks(struct sql_store *self, int64_t run, int64_t benchmark,
                                             const struct stacks *stacks);
/* Gives the results of `run` theirs. */
ASSAY_USE_RESULT assay_status sql_load_stacks(struct sql_store *self, int64_t key, struct run *run);

/* history.c: forgets what it read. */
void sql_forget_trends(struct sql_store *self);
/* The rows of sql_history, inside begin_reading and end_reading. */
ASSAY_USE_RESULT assay_status sql_read_history(struct sql_store *self,
                                               const struct benchmark_filter *filter,
                                               const char *metric, struct arena *arena,
                                               history_row_vec *rows);

/* The key of the run `id`.  ASSAY_ERR_NOT_FOUND. */
ASSAY_USE_RESULT assay_status sql_run_key(struct sql_store *self, const char *id, int64_t *ret_key);

/* The calls of struct store_ops that need nothing of an engine but its statements. */
assay_status sql_begin(struct store *store, const struct run *run);
assay_status sql_resume(struct store *store, const char *id);
assay_status sql_put(struct store *store, const struct run *run, const struct result *result);
assay_status sql_finish(struct store *store, const struct run *run);
assay_status sql_put_run(struct store *store, const struct run *run);
/* Makes a run whole that may be there in part: stores the results that are not there, and its end.
 * In one transaction; a run that is whole stays as it is. */
ASSAY_USE_RESULT assay_status sql_complete_run(struct sql_store *self, const struct run *run);
assay_status sql_find(struct store *store, const char *selector, struct arena *arena,
                      const char **ret_id);
assay_status sql_load(struct store *store, const char *id, struct run *ret_run);
assay_status sql_outline(struct store *store, const char *id, struct outline *ret_outline);
assay_status sql_runs(struct store *store, size_t limit, struct arena *arena, run_row_vec *rows);
assay_status sql_history(struct store *store, const struct benchmark_filter *filter,
                         const char *metric, struct arena *arena, history_row_vec *rows);
assay_status sql_history_since(struct store *store, struct history_mark *mark,
                               const struct history_name *name, struct arena *arena,
                               struct history_news *ret_news);
assay_status sql_baseline_save(struct store *store, const char *name, const char *run_id,
                               bool overwrite);
assay_status sql_baseline_remove(struct store *store, const char *name);
assay_status sql_baselines(struct store *store, struct arena *arena, baseline_vec *rows);
assay_status sql_module_put(struct store *store, const char *run_id,
                            const struct kept_module *module);
assay_status sql_modules(struct store *store, const char *run_id, struct arena *arena,
                         kept_module_vec *rows);
assay_status sql_module_sweep(struct store *store, struct arena *arena, kept_module_vec *gone);
assay_status sql_prune(struct store *store, const char *const *ids, size_t count);

assay_status sql_seal(struct store *store, const char *const *ids, size_t count);
assay_status sql_check(struct store *store, struct arena *arena, problem_vec *problems);

/* Those calls as rows of a struct store_ops; those that store a run are left to the engine, which
 * may have more to do. */
#define SQL_STORE_OPS                                                                              \
    .resume = sql_resume, .find = sql_find, .load = sql_load, .outline = sql_outline,              \
    .runs = sql_runs, .history = sql_history, .history_since = sql_history_since,                  \
    .baseline_save = sql_baseline_save, .baseline_remove = sql_baseline_remove,                    \
    .baselines = sql_baselines, .module_put = sql_module_put, .modules = sql_modules,              \
    .module_sweep = sql_module_sweep, .prune = sql_prune, .seal = sql_seal, .check = sql_check

#endif
