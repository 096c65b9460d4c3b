/* The store against other processes and other versions, in every engine alike: writers that are
 * killed, many at once, locks, older and newer schemas. */
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "same_run.h"
#include "store/sqlite/sqlite.h"
#include "store_places.h"

/* A store with one finished run. */
static void put_run(const char *path)
{
    struct store *store = NULL;
    struct run run = sample_run("20261121-075512-3fa9");
    CHECK(store_open(path, true, &store, NULL) == ASSAY_OK);
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    for (size_t k = 0; k < run.results.count; k++)
        CHECK(store->ops->put(store, &run, &run.results.items[k]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    run_release(&run);
    store_close(store);
}

static void set_version(const char *path, int version)
{
    char text[64];
    const bool is_file = strcmp(store_places()->name, "sqlite") == 0;
    snprintf(text, sizeof text,
             is_file ? "PRAGMA user_version = %d" : "UPDATE store SET version = %d", version);
    store_places()->execute(path, text);
}

TEST(a_store_of_a_newer_schema_is_refused)
{
    const char *path = store_place("newer");
    struct store *store = NULL;
    BUF_AUTO error;
    buf_init(&error, 2000);
    put_run(path);
    set_version(path, 9);
    for (int create = 0; create < 2; create++) {
        CHECK(store_open(path, create != 0, &store, &error) == ASSAY_ERR_VERSION);
        CHECK(store == NULL);
        CHECK_CONTAINS(error.text, "written by a newer assay (schema 9, this one knows 2)");
    }
    set_version(path, 2);
    CHECK(store_open(path, false, &store, &error) == ASSAY_OK);
    store_close(store);
}

TEST(an_empty_place_is_only_filled_when_that_is_wanted)
{
    const char *path = store_place("empty");
    struct store *store = NULL;
    BUF_AUTO error;
    buf_init(&error, 2000);
    CHECK(store_open(path, false, &store, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "'assay run'");
    CHECK(store_open(path, false, &store, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK(store_open(path, true, &store, &error) == ASSAY_OK);
    store_close(store);
    CHECK(store_open(path, false, &store, &error) == ASSAY_OK);
    store_close(store);
}

static const char *const STATISTICS[] = {
    "outliers_low_severe",    "outliers_low_mild",       "outliers_high_mild",
    "outliers_high_severe",   "outliers_variance_share", "autocorrelation",
    "effective_sample_count", "bootstrap_median_low",    "bootstrap_median_high",
    "bootstrap_median_level", "bootstrap_mean_low",      "bootstrap_mean_high",
    "bootstrap_mean_level",
};

static void drop_column(const char *path, const char *table, const char *column)
{
    char text[160];
    snprintf(text, sizeof text, "ALTER TABLE %s DROP COLUMN %s", table, column);
    store_places()->execute(path, text);
}

/* What is taken away is what later schemas brought. */
TEST(a_database_of_the_first_schema_is_brought_up_to_date)
{
    const char *path = store_place("first");
    struct store *store = NULL;
    struct run run = {0};
    put_run(path);
    set_version(path, 1);
    store_places()->execute(path, "ALTER TABLE series DROP COLUMN direction;"
                                  "ALTER TABLE series DROP COLUMN quality;"
                                  "ALTER TABLE run DROP COLUMN warmup_iterations;"
                                  "ALTER TABLE benchmark DROP COLUMN kind;"
                                  "ALTER TABLE benchmark DROP COLUMN tags;"
                                  "ALTER TABLE run DROP COLUMN facts;"
                                  "DROP TABLE missing; DROP TABLE closed; DROP TABLE detail;"
                                  "DROP TABLE segment; DROP TABLE chunk; DROP TABLE stacks;"
                                  "DROP INDEX started");
    for (size_t i = 0; i < sizeof STATISTICS / sizeof *STATISTICS; i++)
        drop_column(path, "measurement", STATISTICS[i]);
    drop_column(path, "run", "origin");
    drop_column(path, "run", "extras");
    drop_column(path, "run", "left_out");
    drop_column(path, "run", "stacks_seconds");
    drop_column(path, "run", "limit_is_firm");
    drop_column(path, "benchmark", "samples_wanted");
    drop_column(path, "target", "growth");
    for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
        CHECK(store_open(path, false, &store, NULL) == ASSAY_OK);
        CHECK(store->ops->load(store, "20261121-075512-3fa9", &run) == ASSAY_OK);
        const struct measurement *rate = result_measurement(&run.results.items[0], "bytes_per_s");
        CHECK(rate != NULL && rate->metric->direction == HIGHER_IS_BETTER);
        CHECK(isnan(rate->summary.effective_sample_count)); /* not known */
        run_release(&run);
        store_close(store);
    }
}

/* The other one is never done while we wait; how long that is, the engine's own setting says. */
static void wait_briefly(struct store *store)
{
    if (strcmp(store_places()->name, "sqlite") == 0)
        sqlite3_busy_timeout(((struct sqlite_store *)store)->db, 100);
    else
        store->ops->time_limit(store, 0.1);
}

TEST(a_store_locked_by_another_program_says_so_and_is_as_good_as_before)
{
    const char *path = store_place("locked");
    struct store *store = NULL;
    struct run run = sample_run("20261122-075512-3fa9");
    put_run(path);
    CHECK(store_open(path, true, &store, NULL) == ASSAY_OK);
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    void *lock = store_places()->lock(path);
    wait_briefly(store);
    CHECK(store->ops->put(store, &run, &run.results.items[0]) != ASSAY_OK);
    CHECK_CONTAINS(store->error.text, "cannot ");
    store_places()->unlock(lock);
    store->ops->time_limit(store, 0);
    CHECK(store->ops->put(store, &run, &run.results.items[0]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    store_close(store);
    run_release(&run);
}

TEST(many_processes_create_one_store_at_once)
{
    enum { PROCESSES = 8, ROUNDS = 5 };
    for (int round = 0; round < ROUNDS; round++) {
        char name[16];
        snprintf(name, sizeof name, "new-%d", round);
        const char *path = store_place(name);
        for (int i = 0; i < PROCESSES; i++) {
            if (fork() != 0)
                continue;
            struct store *store = NULL;
            BUF_AUTO error;
            buf_init(&error, 1000);
            if (store_open(path, true, &store, &error) != ASSAY_OK)
                printf("# %s\n", error.text);
            store_close(store);
            fflush(stdout);
            _exit(store == NULL);
        }
        for (int i = 0, status; i < PROCESSES; i++)
            CHECK(wait(&status) > 0 && status == 0);
    }
}

enum { KILL_TRIALS = 30, KILL_RESULTS = 2000 };

/* Writes results until it is killed; tells `acknowledge` of each that put() confirmed. */
static void write_until_killed(const char *path, const char *id, int acknowledge)
{
    struct store *store = NULL;
    struct run run = sample_run(id);
    struct result result = run.results.items[0];
    if (store_open(path, true, &store, NULL) != ASSAY_OK ||
        store->ops->begin(store, &run) != ASSAY_OK)
        _exit(1);
    for (int i = 0; i < KILL_RESULTS; i++) {
        char name[64];
        snprintf(name, sizeof name, "suite/work:n=%d", i);
        result.benchmark.id = name;
        if (store->ops->put(store, &run, &result) != ASSAY_OK || write(acknowledge, "+", 1) != 1)
            _exit(1);
    }
    pause();
}

static size_t kill_after(const char *path, const char *id, useconds_t us)
{
    char acknowledged[KILL_RESULTS + 1];
    size_t count = 0;
    ssize_t got;
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0)
        write_until_killed(path, id, ends[1]);
    close(ends[1]);
    CHECK(read(ends[0], acknowledged, 1) == 1);
    usleep(us);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    while ((got = read(ends[0], acknowledged, sizeof acknowledged)) > 0)
        count += (size_t)got;
    close(ends[0]);
    return count + 1;
}

/* Every acknowledged result is there, whole and once; at most one more was under way. */
static void check_kept(const char *path, const char *id, size_t acknowledged)
{
    struct store *store = NULL;
    struct run loaded = {0}, want = sample_run(id);
    CHECK(store_open(path, false, &store, NULL) == ASSAY_OK);
    CHECK(store->ops->load(store, id, &loaded) == ASSAY_OK);
    CHECK(loaded.interrupted);
    if (loaded.results.count < acknowledged || loaded.results.count > acknowledged + 1)
        test_fail(__FILE__, __LINE__, "%zu results, %zu were acknowledged", loaded.results.count,
                  acknowledged);
    for (size_t i = 0; i < loaded.results.count; i++) {
        char name[64];
        snprintf(name, sizeof name, "suite/work:n=%zu", i);
        want.results.items[0].benchmark.id = name;
        check_same_result(&loaded.results.items[i], &want.results.items[0]);
    }
    run_release(&loaded);
    run_release(&want);
    store_close(store);
}

TEST(kill_9_loses_nothing_that_was_acknowledged)
{
    const char *path = store_place("killed");
    unsigned random = 12345;
    size_t total = 0;
    for (int trial = 0; trial < KILL_TRIALS; trial++) {
        char id[32];
        random = random * 1103515245 + 12345;
        snprintf(id, sizeof id, "20261121-%06d-3fa9", trial);
        size_t acknowledged = kill_after(path, id, random >> 16 & 0x3fff);
        check_kept(path, id, acknowledged);
        total += acknowledged;
    }
    printf("# %d trials, %zu results acknowledged\n", KILL_TRIALS, total);
}

TEST_MAIN
