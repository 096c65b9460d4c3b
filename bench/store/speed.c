/* How fast a store is, through the calls that assay itself uses.
 *
 *   store-speed WHERE SERIES RUNS full|normal    (a path, or an address of an empty database)
 *
 * Writes RUNS runs of SERIES benchmarks with one measurement each (median, interval, counts, as the
 * importers make them), each run one call that returns when it is committed; then asks.  `normal`
 * is SQLite's synchronous=NORMAL; the store itself sets FULL.  Prints "what TAB value" a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "store/sqlite/sqlite.h"

struct bench {
    struct store *store;
    const char *where;
    size_t series, runs;
    uint64_t state;
};

/* Wall time; with ASSAY_BENCH_CPU the process's own, for a busy machine. */
static double now(void)
{
    static int clock = -1;
    struct timespec t;
    if (clock < 0)
        clock = getenv("ASSAY_BENCH_CPU") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double drawn(struct bench *bench)
{
    bench->state ^= bench->state << 13;
    bench->state ^= bench->state >> 7;
    bench->state ^= bench->state << 17;
    return (double)(bench->state >> 11) * (1.0 / 9007199254740992.0);
}

static void must(const struct bench *bench, assay_status status, const char *what)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "store-speed: %s: %s\n", what, bench->store ? bench->store->error.text : "");
    exit(1);
}

static const char *run_id(struct arena *arena, size_t number)
{
    return arena_printf(arena, "20260101-%06zu-%04zx", number, number & 0xffff);
}

static struct run make_run(const struct bench *bench)
{
    struct run run = {.branch = "main", .tag = "", .label = "", .plan.profile = "import"};
    run.environment = (struct environment){.hostname = "ci-runner-1",
                                           .cpu = "",
                                           .kernel = "",
                                           .os = "",
                                           .compiler = "",
                                           .governor = "",
                                           .fingerprint = "ci-runner-1|tool"};
    for (size_t i = 0; i < bench->series; i++) {
        struct result *result = vec_add(&run.results);
        if (result == NULL)
            exit(1);
        *result = (struct result){.reason = "", .warning = ""};
        result->benchmark = (struct benchmark){
            .id = arena_printf(&run.arena, "suite/bench_%zu", i),
            .suite = "suite",
            .name = arena_printf(&run.arena, "bench_%zu", i),
            .params = "",
            .description = "",
            .module = "results.json",
            .compiler = "",
            .tags = "",
        };
        if (result_add_measurement(result, &METRICS[METRIC_TIME]) == NULL)
            exit(1);
    }
    return run;
}

/* 1 % of noise, intervals of about 1 %, sometimes other counts of samples. */
static void draw_values(struct bench *bench, struct run *run)
{
    for (size_t i = 0; i < bench->series; i++) {
        struct summary *summary = &run->results.items[i].measurements.items[0].summary;
        const double median = 1000.0 * (double)(i + 1) * (1 + 0.01 * drawn(bench));
        *summary = (struct summary){.sample_count = 100 + (size_t)(20 * drawn(bench)),
                                    .launch_count = 5,
                                    .median = median,
                                    .interval = {median * (1 - 0.01 * drawn(bench)),
                                                 median * (1 + 0.01 * drawn(bench)), 0.95}};
    }
}

static void ingest(struct bench *bench)
{
    double seconds = 0, worst = 0;
    struct run run = make_run(bench);
    for (size_t number = 0; number < bench->runs; number++) {
        struct arena arena = {0};
        const size_t minutes = 10 * number;
        run.id = run_id(&arena, number);
        run.commit = arena_printf(&arena, "%040zx", number * 2654435761u);
        run.started_at = arena_printf(&arena, "%04zu-%02zu-%02zuT%02zu:%02zu:00Z",
                                      2000 + minutes / 483840, 1 + minutes / 40320 % 12,
                                      1 + minutes / 1440 % 28, minutes / 60 % 24, minutes % 60);
        draw_values(bench, &run);
        const double start = now();
        must(bench, bench->store->ops->put_run(bench->store, &run), "put_run");
        const double took = now() - start;
        seconds += took;
        worst = took > worst ? took : worst;
        arena_release(&arena);
    }
    run_release(&run);
    printf("ingest, rows/s\t%.0f\n", (double)(bench->runs * bench->series) / seconds);
    printf("commit of a run, mean ms\t%.3f\n", seconds / (double)bench->runs * 1e3);
    printf("commit of a run, worst ms\t%.3f\n", worst * 1e3);
}

static bool takes_id(void *id, const struct benchmark *benchmark)
{
    return strcmp(id, benchmark->id) == 0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { ASKED = 101 };

static void tell_median(const char *what, double seconds[ASKED])
{
    const double first = seconds[0];
    qsort(seconds, ASKED, sizeof *seconds, by_value);
    printf("%s, ms\t%.4f\n%s, first, ms\t%.4f\n", what, seconds[ASKED / 2] * 1e3, what,
           first * 1e3);
}

static void ask_trend(struct bench *bench, const char *what, size_t last)
{
    double seconds[ASKED];
    for (int i = 0; i < ASKED; i++) {
        char id[64];
        struct arena arena = {0};
        history_row_vec rows = {0};
        snprintf(id, sizeof id, "suite/bench_%zu", (size_t)(drawn(bench) * (double)bench->series));
        const struct benchmark_filter filter = {takes_id, id, last};
        const double start = now();
        must(bench, bench->store->ops->history(bench->store, &filter, "time_ns", &arena, &rows),
             what);
        seconds[i] = now() - start;
        if (rows.count != (last > 0 && last < bench->runs ? last : bench->runs))
            exit(1);
        vec_release(&rows);
        arena_release(&arena);
    }
    tell_median(what, seconds);
}

/* Median of one run against that of another, for each benchmark that both have. */
static double ratios(const struct outline *a, const struct outline *b)
{
    struct outline_index index = {.outline = b};
    const struct outline_result *other;
    double sum = 0;
    for (size_t i = 0; i < a->results.count; i++) {
        const struct outline_result *own = &a->results.items[i];
        if (outline_find(&index, own->benchmark->id, &other) != ASSAY_OK)
            exit(1);
        if (other != NULL)
            sum += outline_points(a, own)->median / outline_points(b, other)->median;
    }
    outline_index_release(&index);
    return sum;
}

static void ask_pairs(struct bench *bench)
{
    double seconds[ASKED], sum = 0;
    for (int i = 0; i < ASKED; i++) {
        struct arena arena = {0};
        struct outline a = {0}, b = {0};
        const size_t newest = bench->runs - 1 - (size_t)(drawn(bench) * (double)bench->runs / 10);
        const char *ids[] = {run_id(&arena, newest), run_id(&arena, newest > 50 ? newest - 50 : 0)};
        const double start = now();
        must(bench, bench->store->ops->outline(bench->store, ids[0], &a), "outline");
        must(bench, bench->store->ops->outline(bench->store, ids[1], &b), "outline");
        sum += ratios(&a, &b);
        seconds[i] = now() - start;
        if (a.results.count != bench->series)
            exit(1);
        outline_release(&a);
        outline_release(&b);
        arena_release(&arena);
    }
    if (sum <= 0)
        exit(1);
    tell_median("two runs, all results", seconds);
}

static void tell_bytes(const struct bench *bench, const char *what)
{
    struct stat file;
    if (stat(bench->where, &file) == 0)
        printf("%s, bytes a row\t%.2f\n", what,
               (double)file.st_size / (double)(bench->runs * bench->series));
}

/* All runs; the file gives back what they do not need any more. */
static void seal_all(struct bench *bench)
{
    struct arena arena = {0};
    const char **ids = calloc(bench->runs, sizeof *ids);
    if (ids == NULL)
        exit(1);
    for (size_t i = 0; i < bench->runs; i++)
        ids[i] = run_id(&arena, i);
    const double start = now();
    must(bench, bench->store->ops->seal(bench->store, ids, bench->runs), "seal");
    must(bench, bench->store->ops->vacuum(bench->store), "vacuum");
    printf("sealing all, rows/s\t%.0f\n", (double)(bench->runs * bench->series) / (now() - start));
    tell_bytes(bench, "sealed");
    free(ids);
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    struct bench bench = {.state = 20261121};
    BUF_AUTO error;
    buf_init(&error, 8192);
    if (argc != 5) {
        fprintf(stderr, "usage: store-speed WHERE SERIES RUNS full|normal\n");
        return 2;
    }
    bench.where = argv[1];
    bench.series = strtoul(argv[2], NULL, 10);
    bench.runs = strtoul(argv[3], NULL, 10);
    if (store_open(bench.where, true, &bench.store, &error) != ASSAY_OK) {
        fprintf(stderr, "store-speed: %s\n", error.text);
        return 1;
    }
    if (store_is_file(bench.where) && strcmp(argv[4], "normal") == 0)
        sqlite3_exec(((struct sqlite_store *)bench.store)->db, "PRAGMA synchronous=NORMAL", NULL,
                     NULL, NULL);
    ingest(&bench);
    ask_trend(&bench, "trend, all points", 0);
    ask_trend(&bench, "trend, last 500", 500);
    ask_pairs(&bench);
    tell_bytes(&bench, "as written");
    seal_all(&bench);
    store_close(bench.store);
    return 0;
}
