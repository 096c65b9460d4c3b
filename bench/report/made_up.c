/* Reports of made-up runs: a large one whose writing is timed, and those that a test opens since no
 * real run has them.
 *
 *   report-made-up many BENCHMARKS SAMPLES FILE    prints the fastest of 5 rounds in milliseconds
 *   report-made-up hostile|empty|failed FILE       */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/stacks/stacks.h"
#include "probe/clock.h"
#include "report/web/web.h"

enum { LAUNCHES = 5, ROUNDS = 5 };

static const char HOSTILE[] =
    "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'"
    "\">\xE2\x80\xAEgnp.exe\xE2\x81\xA6 \x01 & ' \" `${x}` {{x}}";

static void *must(void *memory)
{
    if (memory == NULL)
        exit(3);
    return memory;
}

/* 0 to 1, the same each time. */
static double next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Skewed, as times are: a floor, scatter, some far slower. */
static double made_up_time(uint64_t *state, double level)
{
    double scatter = 0;
    for (int i = 0; i < 4; i++)
        scatter += next_random(state);
    return level * (1 + 0.01 * scatter + (next_random(state) < 0.02 ? next_random(state) : 0));
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_summary(struct result *result)
{
    struct measurement *time = must(result_add_measurement(result, &METRICS[METRIC_TIME]));
    const size_t count = result->samples.count;
    double *times = must(malloc((count + 1) * sizeof *times)), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += times[i] = result->samples.items[i].ns / (double)result->samples.items[i].iterations;
    qsort(times, count, sizeof *times, compare_times);
    const double median = times[count / 2];
    time->summary = (struct summary){.sample_count = count,
                                     .launch_count = LAUNCHES,
                                     .median = median,
                                     .interval = {median * 0.99, median * 1.012, 0.95},
                                     .mean = sum / (double)count,
                                     .sd = median * 0.1,
                                     .mad = median * 0.01,
                                     .min = times[0],
                                     .max = times[count - 1],
                                     .outliers = {0, 0, 3, 7, 0.6},
                                     .autocorrelation = 0.1,
                                     .effective_sample_count = (double)count * 0.8,
                                     .bootstrap_median = {median * 0.99, median * 1.01, 0.95},
                                     .bootstrap_mean = {median, median * 1.03, 0.95}};
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        const double value = times[(size_t)((double)(count - 1) * PERCENTILE_RANKS[i] / 100)];
        time->summary.percentiles[i] = (struct percentile){
            PERCENTILE_RANKS[i], value, {value * 0.99, value * 1.01, 0.95}, i < 4};
    }
    free(times);
}

static struct result *add_result(struct run *run, const char *name, const char *params)
{
    struct arena *arena = &run->arena;
    struct result *result = must(vec_add(&run->results));
    *result = (struct result){.benchmark = {.suite = "made_up",
                                            .name = name,
                                            .params = params,
                                            .id = must(arena_printf(arena, "made_up/%s%s%s", name,
                                                                    *params ? ":" : "", params)),
                                            .description = "a benchmark that nobody ran",
                                            .module = "build/suites/made_up/made_up_bench.so",
                                            .tags = "made_up"},
                              .reason = "",
                              .warning = ""};
    return result;
}

static void add_many(struct run *run, size_t benchmarks, size_t samples)
{
    static const char *const ENGINES[] = {"scalar", "avx2", "avx512", "library"};
    uint64_t state = 1;
    static const struct stacks STACKS = {
        .samples = 1000,
        .cut = 3,
        .cpu_seconds = 3.97,
        .folded = "work;parse;read_word 400\nwork;parse;look_up;hash 250\nwork;sum 200\n"
                  "work;parse 100\nwork;libm.so.6+0x1f0 40\n[deeper callers];walk;walk;walk 10\n"};
    for (size_t i = 0; i < benchmarks; i++) {
        const char *name = must(arena_printf(&run->arena, "work_%02zu", i / 40));
        struct result *result =
            add_result(run, name,
                       must(arena_printf(&run->arena, "engine=%s,n=%zu", ENGINES[i % 4],
                                         (size_t)10 << (i / 4 % 10))));
        result->stacks = i == 0 ? &STACKS : NULL;
        const double level = 50 * pow(2, (double)(i / 4 % 10)) / (1 + (double)(i % 4));
        for (size_t k = 0; k < samples; k++) {
            struct sample *sample = must(vec_add(&result->samples));
            *sample = (struct sample){1000, 1000 * made_up_time(&state, level),
                                      (uint32_t)(k * LAUNCHES / samples)};
        }
        add_summary(result);
    }
}

/* Names and texts that mean harm, numbers that are none. */
static void add_hostile(struct run *run)
{
    char *long_name = must(arena_alloc(&run->arena, 10001));
    memset(long_name, 'x', 10000);
    long_name[10000] = '\0';
    run->label = HOSTILE;
    add_many(run, 3, 40);
    struct result *result = add_result(run, HOSTILE, HOSTILE);
    result->outcome = OUTCOME_FAILED;
    result->reason = HOSTILE;
    result->benchmark.description = HOSTILE;
    result = add_result(run, long_name, "");
    result->outcome = OUTCOME_FAILED;
    result->reason = long_name;
    result = add_result(run, "warned", "n=1");
    struct stacks *stacks = must(arena_alloc(&run->arena, sizeof *stacks));
    *stacks = (struct stacks){
        .samples = 3,
        .cpu_seconds = 0.1,
        .folded = must(arena_printf(&run->arena, "%s 1\n%s;%s 1\n__proto__;constructor 1\n",
                                    HOSTILE, long_name, HOSTILE))};
    result->stacks = stacks;
    result->warning = long_name;
    result = add_result(run, "not_finite", "");
    struct measurement *time = must(result_add_measurement(result, &METRICS[METRIC_TIME]));
    time->summary = (struct summary){.sample_count = 2,
                                     .launch_count = 1,
                                     .median = (double)NAN,
                                     .interval = {-(double)INFINITY, (double)INFINITY, 0.95},
                                     .mean = (double)INFINITY,
                                     .min = -(double)INFINITY};
    const double times[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -5, 0};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct sample *sample = must(vec_add(&result->samples));
        *sample = (struct sample){1, times[i], 0};
    }
}

static void add_failed(struct run *run)
{
    for (int i = 0; i < 5; i++) {
        struct result *result =
            add_result(run, must(arena_printf(&run->arena, "broken_%d", i)), "");
        if (i >= 3) {
            result->benchmark.suite = "other";
            result->benchmark.id = must(arena_printf(&run->arena, "other/broken_%d", i));
        }
        result->outcome = OUTCOME_FAILED;
        result->reason = "ended by signal 11 (Segmentation fault)";
    }
}

static struct run run_open(void)
{
    return (struct run){.id = "20261121-120000-0000",
                        .started_at = "2026-11-21T12:00:00Z",
                        .commit = "0123456789abcdef0123456789abcdef01234567",
                        .branch = "main",
                        .tag = "",
                        .label = "Made up",
                        .plan = {.profile = "standard", .launches = LAUNCHES},
                        .environment = {.hostname = "nowhere",
                                        .cpu = "none",
                                        .kernel = "",
                                        .os = "",
                                        .compiler = "",
                                        .governor = "",
                                        .cores = 1,
                                        .load_1min = 0.1,
                                        .steal_ratio = -1,
                                        .fingerprint = ""}};
}

static int write_page(const struct run *run, const char *path, double *ret_ms)
{
    struct buf page;
    const double begin = clock_now_seconds();
    buf_init(&page, BUF_LENGTH_MAX);
    FILE *file = web_page(run, NULL, &page) == ASSAY_OK ? fopen(path, "we") : NULL;
    bool good = file != NULL && fwrite(page.text, 1, page.length, file) == page.length;
    good = file != NULL && fclose(file) == 0 && good;
    *ret_ms = (clock_now_seconds() - begin) * 1e3;
    buf_release(&page);
    return good ? 0 : 3;
}

int main(int argc, char **argv)
{
    struct run run = run_open();
    const char *kind = argc > 2 ? argv[1] : "";
    double best = (double)INFINITY, ms;
    int code = 0, rounds = 1;
    if (strcmp(kind, "many") == 0 && argc == 5) {
        add_many(&run, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
        rounds = ROUNDS;
    } else if (strcmp(kind, "hostile") == 0) {
        add_hostile(&run);
    } else if (strcmp(kind, "failed") == 0) {
        add_failed(&run);
    } else if (strcmp(kind, "empty") != 0) {
        fputs("report-made-up many BENCHMARKS SAMPLES FILE | hostile|empty|failed FILE\n", stderr);
        return 2;
    }
    for (int i = 0; i < rounds && code == 0; i++) {
        code = write_page(&run, argv[argc - 1], &ms);
        best = fmin(best, ms);
    }
    if (rounds > 1)
        printf("%.1f\n", best);
    run_release(&run);
    return code;
}
