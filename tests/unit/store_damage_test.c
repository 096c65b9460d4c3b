/* Stores that are files, against what happens to files: other programs, newer versions, damage.
 * The rule is: a clear error, and a file that cannot be understood is left as it is. */
#include <sqlite3.h>
#include <unistd.h>

#include "report/html/html.h"
#include "report/json.h"
#include "report/terminal/digest.h"
#include "report/text.h"
#include "same_run.h"
#include "store/store.h"

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

TEST(a_store_that_is_only_read_is_not_created)
{
    struct store *store = NULL;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK(store_open(in_folder("no.db"), false, &store, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "'assay run' creates it");
    CHECK(access(in_folder("no.db"), F_OK) != 0);
    fclose(fopen(in_folder("empty.db"), "w"));
    CHECK(store_open(in_folder("empty.db"), false, &store, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "the store is empty");
    CHECK(store == NULL);
}

TEST(a_place_that_cannot_be_written_is_named)
{
    struct store *store = NULL;
    BUF_AUTO error;
    buf_init(&error, 1000);
    fclose(fopen(in_folder("file"), "w"));
    CHECK(store_open(in_folder("file/history.db"), true, &store, &error) == ASSAY_ERR_IO);
    CHECK_CONTAINS(error.text, in_folder("file/history.db"));
    CHECK(store_open("/proc/assay/history.db", true, &store, &error) == ASSAY_ERR_IO);
    CHECK_CONTAINS(error.text, "/proc/assay");
    CHECK(store == NULL);
}

TEST_MAIN
