/* Each allocation of ours fails once: the call fails, nothing leaks, no half result is kept. */
#include "same_run.h"
#include "store/store.h"
#include "store_places.h"

struct job {
    const char *path;
    struct run run;
};

static void job_init(struct job *job)
{
    job->path = store_place("history");
    job->run = sample_run("20261121-075512-3fa9");
}

static bool put_once(void *context)
{
    struct job *job = context;
    struct store *store = NULL;
    if (store_open(job->path, true, &store, NULL) != ASSAY_OK)
        return false;
    assay_status status = store->ops->begin(store, &job->run);
    for (size_t i = 0; i < job->run.results.count && status == ASSAY_OK; i++)
        status = store->ops->put(store, &job->run, &job->run.results.items[i]);
    if (status == ASSAY_OK)
        status = store->ops->finish(store, &job->run);
    store_close(store);
    return status == ASSAY_OK;
}

static bool put_afresh(void *context)
{
    store_places()->forget(((struct job *)context)->path);
    return put_once(context);
}

static bool put_whole_afresh(void *context)
{
    struct job *job = context;
    struct store *store = NULL;
    store_places()->forget(job->path);
    if (store_open(job->path, true, &store, NULL) != ASSAY_OK)
        return false;
    assay_status status = store->ops->put_run(store, &job->run);
    store_close(store);
    return status == ASSAY_OK;
}

static bool load_once(void *context)
{
    struct job *job = context;
    struct store *store = NULL;
    struct run loaded = {0};
    if (store_open(job->path, false, &store, NULL) != ASSAY_OK)
        return false;
    assay_status status = store->ops->load(store, job->run.id, &loaded);
    if (status != ASSAY_OK) {
        store_close(store);
        return false;
    }
    struct outline outline = {0};
    status = store->ops->outline(store, job->run.id, &outline);
    store_close(store);
    if (status != ASSAY_OK) {
        run_release(&loaded);
        return false;
    }
    CHECK_EQ(outline.results.count, job->run.results.count);
    outline_release(&outline);
    check_same_run(&loaded, &job->run);
    run_release(&loaded);
    return true;
}

static bool list_once(void *context)
{
    struct job *job = context;
    struct store *store = NULL;
    struct arena arena = {0};
    run_row_vec runs = {0};
    history_row_vec rows = {0};
    const char *id = NULL;
    if (store_open(job->path, false, &store, NULL) != ASSAY_OK)
        return false;
    bool good = store->ops->find(store, "latest", &arena, &id) == ASSAY_OK &&
                store->ops->runs(store, 5, &arena, &runs) == ASSAY_OK &&
                store->ops->history(store, &FILTER("work"), "time_ns", &arena, &rows) == ASSAY_OK;
    if (good) {
        CHECK_STR(id, job->run.id);
        CHECK_STR(runs.items[0].label, job->run.label);
        CHECK_STR(rows.items[0].fingerprint, job->run.environment.fingerprint);
    }
    vec_release(&runs);
    vec_release(&rows);
    arena_release(&arena);
    store_close(store);
    return good;
}

static bool sweep_once(void *context)
{
    struct job *job = context;
    struct store *store = NULL;
    struct arena arena = {0};
    kept_module_vec gone = {0};
    const struct kept_module module = {.file = "x_bench.so", .kept = "orphan.so"};
    if (store_open(job->path, false, &store, NULL) != ASSAY_OK)
        return false;
    bool good = store->ops->module_put(store, job->run.id, &module) == ASSAY_OK &&
                store->ops->module_sweep(store, &arena, &gone) == ASSAY_OK;
    CHECK_EQ(gone.count, good ? 1 : 0);
    vec_release(&gone);
    arena_release(&arena);
    store_close(store);
    return good;
}

TEST(sweeping_bears_every_failed_allocation)
{
    struct job job;
    job_init(&job);
    CHECK(put_once(&job));
    CHECK(torture(sweep_once, &job) > 2);
    run_release(&job.run);
}

TEST(putting_bears_every_failed_allocation)
{
    struct job job;
    job_init(&job);
    CHECK(torture(put_afresh, &job) > 5);
    CHECK(load_once(&job));
    run_release(&job.run);
}

TEST(putting_a_whole_run_bears_every_failed_allocation)
{
    struct job job;
    job_init(&job);
    CHECK(torture(put_whole_afresh, &job) > 5);
    CHECK(load_once(&job));
    run_release(&job.run);
}

TEST(loading_bears_every_failed_allocation_and_never_yields_half_a_run)
{
    struct job job;
    job_init(&job);
    CHECK(put_once(&job));
    CHECK(torture(load_once, &job) > 5);
    run_release(&job.run);
}

TEST(lists_bear_every_failed_allocation)
{
    struct job job;
    job_init(&job);
    CHECK(put_once(&job));
    CHECK(torture(list_once, &job) > 3);
    run_release(&job.run);
}

TEST_MAIN
