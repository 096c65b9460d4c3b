/* The store against what happens to files: other programs, newer versions, damage, locks, kill -9.
 * The rule is: a clear error, and a file that cannot be understood is left as it is. */
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report/html/html.h"
#include "report/json.h"
#include "report/terminal/digest.h"
#include "report/text.h"
#include "same_run.h"
#include "store/sqlite.h"

enum { FILE_MAX = 1 << 20, PATH_LENGTH = 256 };

static const char *in_folder(const char *name)
{
    static char path[PATH_LENGTH];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

struct bytes {
    unsigned char data[FILE_MAX];
    size_t length;
};

static void read_bytes(const char *path, struct bytes *bytes)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    bytes->length = fread(bytes->data, 1, sizeof bytes->data, file);
    fclose(file);
}

static void write_bytes(const char *path, const struct bytes *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes->data, 1, length, file) == length && fclose(file) == 0);
}

static void check_bytes(const char *path, const struct bytes *want, size_t length)
{
    static struct bytes now;
    read_bytes(path, &now);
    CHECK_EQ(now.length, length);
    CHECK(memcmp(now.data, want->data, length) == 0);
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* A database with two finished runs. */
static void make_database(const char *path)
{
    struct store *store = NULL;
    CHECK(store_open(path, true, &store, NULL) == ASSAY_OK);
    for (int i = 0; i < 2; i++) {
        struct run run = sample_run(i ? "20261121-075512-3fa9" : "20261120-075512-3fa9");
        CHECK(store->ops->begin(store, &run) == ASSAY_OK);
        for (size_t k = 0; k < run.results.count; k++)
            CHECK(store->ops->put(store, &run, &run.results.items[k]) == ASSAY_OK);
        CHECK(store->ops->finish(store, &run) == ASSAY_OK);
        run_release(&run);
    }
    store_close(store);
}

/* Opening `path` fails with `status` and a text that has the path and `part`; the file stays. */
static void check_refused(const char *path, assay_status status, const char *part)
{
    static struct bytes before;
    char wal[PATH_LENGTH + 8];
    BUF_AUTO error;
    buf_init(&error, 2000);
    read_bytes(path, &before);
    for (int create = 0; create < 2; create++) {
        struct store *store = NULL;
        CHECK_EQ(store_open(path, create != 0, &store, &error), status);
        CHECK(store == NULL);
        CHECK_CONTAINS(error.text, path);
        CHECK_CONTAINS(error.text, part);
        check_bytes(path, &before, before.length);
    }
    snprintf(wal, sizeof wal, "%s-wal", path);
    CHECK(access(wal, F_OK) != 0);
}

TEST(a_database_of_a_newer_version_is_refused_and_left_alone)
{
    const char *path = in_folder("newer.db");
    make_database(path);
    sql(path, "PRAGMA user_version = 9");
    check_refused(path, ASSAY_ERR_VERSION, "written by a newer assay (schema 9, this one knows 2)");
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
    sql(path, text);
}

/* What is taken away is what later schemas brought. */
TEST(a_database_of_the_first_schema_is_brought_up_to_date)
{
    const char *path = in_folder("first.db");
    struct store *store = NULL;
    struct run run = {0};
    make_database(path);
    sql(path, "ALTER TABLE series DROP COLUMN direction;"
              "ALTER TABLE series DROP COLUMN quality;"
              "ALTER TABLE run DROP COLUMN warmup_iterations;"
              "ALTER TABLE benchmark DROP COLUMN kind;"
              "ALTER TABLE benchmark DROP COLUMN tags;"
              "ALTER TABLE run DROP COLUMN facts;"
              "DROP TABLE missing; PRAGMA user_version = 1");
    for (size_t i = 0; i < sizeof STATISTICS / sizeof *STATISTICS; i++)
        drop_column(path, "measurement", STATISTICS[i]);
    drop_column(path, "run", "origin");
    drop_column(path, "run", "extras");
    drop_column(path, "run", "left_out");
    drop_column(path, "benchmark", "samples_wanted");
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

TEST(a_database_of_another_program_is_refused_and_left_alone)
{
    const char *path = in_folder("foreign.db");
    sql(path, "CREATE TABLE run(id TEXT); INSERT INTO run VALUES('mine')");
    check_refused(path, ASSAY_ERR_VERSION, "a database of another program");
}

TEST(a_text_file_is_refused_and_left_alone)
{
    const char *path = in_folder("text.db");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 500; i++)
        fprintf(file, "This is line %d of my diary.\n", i);
    fclose(file);
    check_refused(path, ASSAY_ERR_IO, "file is not a database");
}

TEST(a_truncated_database_is_refused_and_left_alone)
{
    static struct bytes whole;
    const char *path = in_folder("cut.db");
    make_database(path);
    read_bytes(path, &whole);
    CHECK(whole.length > 8192);
    const size_t lengths[] = {
        2, 50, 100, 512, 4095, 4096, 5000, whole.length / 2, whole.length - 4096};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        write_bytes(path, &whole, lengths[i]);
        check_refused(path, ASSAY_ERR_IO, "cannot open");
    }
}

/* Reads everything there is; whatever it answers, it must answer, and reports must bear it. */
static void read_everything(struct store *store)
{
    struct arena arena = {0};
    struct run run = {0};
    run_row_vec runs = {0};
    history_row_vec rows = {0};
    const char *id = NULL;
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    (void)store->ops->runs(store, 10, &arena, &runs);
    (void)store->ops->history(store, &FILTER("*"), "time_ns", &arena, &rows);
    if (store->ops->find(store, "latest", &arena, &id) == ASSAY_OK &&
        store->ops->load(store, id, &run) == ASSAY_OK) {
        report_text_run(&run, &out);
        report_text(&run, NULL, &PAPER_PLAIN, &out);
        CHECK(report_json_run(&run, &out) == ASSAY_OK);
        CHECK(report_html(&run, &out) == ASSAY_OK);
        run_release(&run);
    }
    vec_release(&runs);
    vec_release(&rows);
    arena_release(&arena);
}

/* Every byte that says something about the layout, and a spread over the rest. */
TEST(a_database_with_a_wrong_byte_never_crashes_and_a_refused_one_is_left_alone)
{
    static struct bytes whole, broken;
    const char *path = in_folder("flip.db");
    size_t refused = 0;
    make_database(path);
    read_bytes(path, &whole);
    for (size_t at = 0, n = 0; at < whole.length; at += at < 110 ? 1 : 61, n++) {
        struct store *store = NULL;
        broken = whole;
        broken.data[at] ^= (unsigned char)(n % 3 == 0 ? 0xff : 1 << (n % 8));
        write_bytes(path, &broken, broken.length);
        if (store_open(path, false, &store, NULL) == ASSAY_OK) {
            read_everything(store);
            store_close(store);
        } else {
            check_bytes(path, &broken, broken.length);
            refused++;
        }
    }
    CHECK(refused > 10); /* of the header alone */
}

TEST(a_store_locked_by_another_program_says_so)
{
    const char *path = in_folder("locked.db");
    struct store *store = NULL;
    struct run run = sample_run("20261122-075512-3fa9");
    sqlite3 *other = NULL;
    make_database(path);
    CHECK(store_open(path, true, &store, NULL) == ASSAY_OK);
    sqlite3_busy_timeout(((struct sqlite_store *)store)->db, 100);
    CHECK(sqlite3_open(path, &other) == SQLITE_OK);
    CHECK(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(store->ops->begin(store, &run) == ASSAY_ERR_IO);
    CHECK_CONTAINS(store->error.text, "locked");
    CHECK(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    CHECK(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(store->ops->put(store, &run, &run.results.items[0]) == ASSAY_ERR_IO);
    CHECK_CONTAINS(store->error.text, "locked");
    CHECK(store->ops->finish(store, &run) == ASSAY_ERR_IO);
    CHECK(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(store->ops->put(store, &run, &run.results.items[0]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    sqlite3_close(other);
    store_close(store);
    run_release(&run);
}

TEST(many_processes_create_one_store_at_once)
{
    enum { PROCESSES = 8, ROUNDS = 5 };
    for (int round = 0; round < ROUNDS; round++) {
        char path[PATH_LENGTH];
        snprintf(path, sizeof path, "%s/new-%d.db", test_folder(), round);
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

static void check_integrity(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK);
    CHECK(sqlite3_step(statement) == SQLITE_ROW);
    CHECK_STR((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

TEST(kill_9_loses_nothing_that_was_acknowledged)
{
    const char *path = in_folder("killed.db");
    unsigned random = 12345;
    size_t total = 0;
    for (int trial = 0; trial < KILL_TRIALS; trial++) {
        char id[32];
        random = random * 1103515245 + 12345;
        snprintf(id, sizeof id, "20261121-%06d-3fa9", trial);
        size_t acknowledged = kill_after(path, id, random >> 16 & 0x3fff);
        check_kept(path, id, acknowledged);
        check_integrity(path);
        total += acknowledged;
    }
    printf("# %d trials, %zu results acknowledged\n", KILL_TRIALS, total);
}

TEST_MAIN
