/* Merging run by run, by their ids, which hold the time and random digits.
 * Two runs of one id are compared by everything that a run's document says of them.  Invariant:
 * nothing that the second store had is changed. */
#include "session/exchange/merge.h"

#include <stdio.h>
#include <string.h>

#include "report/json.h"

enum { RUNS_MAX = 1000000000 };

bool merge_is_store(const char *path)
{
    static const char MAGIC[] = "SQLite format 3";
    char start[sizeof MAGIC] = "";
    if (!store_is_file(path))
        return true;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    const bool is_store = fread(start, 1, sizeof start, file) == sizeof start &&
                          memcmp(start, MAGIC, sizeof MAGIC) == 0;
    fclose(file);
    return is_store;
}

static assay_status of_store(const struct store *store, assay_status status, struct buf *error)
{
    return status == ASSAY_OK || store->error.length == 0
               ? status
               : buf_error(error, status, "%s", store->error.text);
}

static assay_status are_same(const struct run *a, const struct run *b, bool *ret_same)
{
    BUF_AUTO one, two;
    buf_init(&one, BUF_LENGTH_MAX);
    buf_init(&two, BUF_LENGTH_MAX);
    TRY(report_json_run(a, &one));
    TRY(report_json_run(b, &two));
    *ret_same = one.length == two.length && memcmp(one.text, two.text, one.length) == 0;
    return ASSAY_OK;
}

/* What is to be said of a run of both stores. */
static assay_status compare_run(struct store *into, const struct run *run, bool *ret_there,
                                bool *ret_same)
{
    struct run there = {0};
    assay_status status = into->ops->load(into, run->id, &there);
    *ret_there = status == ASSAY_OK;
    if (status == ASSAY_ERR_NOT_FOUND) {
        buf_clear(&into->error);
        return ASSAY_OK;
    }
    TRY(status);
    status = are_same(run, &there, ret_same);
    run_release(&there);
    return status;
}

static assay_status merge_run(struct store *into, const struct run *run,
                              struct merge_account *account, struct buf *error)
{
    bool there = false, same = false;
    TRY(of_store(into, compare_run(into, run, &there, &same), error));
    if (!there)
        TRY(of_store(into, into->ops->put_run(into, run), error));
    const char **slot = !there ? vec_add(&account->added)
                        : same ? vec_add(&account->same)
                               : vec_add(&account->conflicts);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = arena_copy(&account->arena, run->id);
    return *slot ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status merge_all(struct store *from, struct store *into, struct merge_account *account,
                              struct buf *error)
{
    run_row_vec rows = {0};
    assay_status status =
        of_store(from, from->ops->runs(from, RUNS_MAX, &account->arena, &rows), error);
    for (size_t i = rows.count; status == ASSAY_OK && i > 0; i--) { /* oldest first */
        struct run run = {0};
        if (strcmp(rows.items[i - 1].status, "running") == 0)
            continue;
        status = of_store(from, from->ops->load(from, rows.items[i - 1].id, &run), error);
        if (status == ASSAY_OK) {
            status = merge_run(into, &run, account, error);
            run_release(&run);
        }
    }
    vec_release(&rows);
    return status;
}

assay_status merge_history(const char *from, struct store *into, struct merge_account *ret_account,
                           struct buf *error)
{
    struct store *source = NULL;
    *ret_account = (struct merge_account){0};
    TRY(store_open(from, false, &source, error));
    assay_status status = merge_all(source, into, ret_account, error);
    store_close(source);
    return status;
}

void merge_release(struct merge_account *account)
{
    vec_release(&account->added);
    vec_release(&account->same);
    vec_release(&account->conflicts);
    arena_release(&account->arena);
}
