/* src/session/gate: names that only one side has, and which run is the last one like this;
 * catalogues, runs and the store are made up, nothing is measured. */
#include "harness.h"
#include "session/gate/against.h"
#include "session/gate/work.h"

/* A gate over a baseline and a catalogue that are given as "suite/name:params" lists. */
struct scene {
    struct arena arena;
    struct run baseline;
    struct catalog today;
    comparison_vec rows;
    struct gate_facts facts;
};

static void split_id(struct arena *arena, const char *id, const char *module,
                     struct benchmark *benchmark)
{
    const char *slash = strchr(id, '/'), *colon = strchr(id, ':');
    const char *end = colon ? colon : id + strlen(id);
    *benchmark =
        (struct benchmark){.id = id,
                           .suite = arena_copy_n(arena, id, (size_t)(slash - id)),
                           .name = arena_copy_n(arena, slash + 1, (size_t)(end - slash - 1)),
                           .params = colon ? colon + 1 : "",
                           .module = module};
}

static void add_old(struct scene *scene, const char *id, enum outcome outcome)
{
    struct result *result = vec_add(&scene->baseline.results);
    CHECK(result != NULL);
    *result = (struct result){.outcome = outcome, .reason = "", .warning = ""};
    split_id(&scene->arena, id, "then/work_bench.so", &result->benchmark);
}

static void add_new(struct scene *scene, const char *id)
{
    struct benchmark *benchmark = vec_add(&scene->today.benchmarks);
    CHECK(benchmark != NULL);
    split_id(&scene->arena, id, "now/work_bench.so", benchmark);
}

static void release(struct scene *scene)
{
    vec_release(&scene->rows);
    vec_release(&scene->today.benchmarks);
    vec_release(&scene->today.failures);
    run_release(&scene->baseline);
    arena_release(&scene->arena);
}

static void unmatched(struct scene *scene, char *const *arguments, int count)
{
    struct gate_request request = {
        .catalog = &scene->today, .arguments = arguments, .argument_count = count};
    struct gate_work work = {.request = &request,
                             .arena = &scene->arena,
                             .rows = &scene->rows,
                             .facts = &scene->facts,
                             .baseline = &scene->baseline};
    scene->rows.count = 0;
    CHECK(gate_add_unmatched(&work) == ASSAY_OK);
    for (size_t i = 0; i < scene->rows.count; i++)
        CHECK_EQ(scene->rows.items[i].gate, GATE_UNDECIDED);
}

static void renamed(const char *old, const char *now, const char *reason)
{
    struct scene scene = {0};
    add_old(&scene, "s/steady", OUTCOME_OK);
    add_old(&scene, old, OUTCOME_OK);
    add_new(&scene, "s/steady");
    add_new(&scene, now);
    unmatched(&scene, NULL, 0);
    CHECK_EQ(scene.rows.count, 1);
    CHECK_STR(scene.rows.items[0].benchmark, old);
    CHECK_CONTAINS(scene.rows.items[0].reason, reason);
    release(&scene);
}

TEST(a_similar_name_with_the_same_parameters_is_a_likely_rename)
{
    renamed("s/parse_header:n=1", "s/parse_headers:n=1", "perhaps renamed to s/parse_headers:n=1");
    renamed("s/lookup", "other/lookup", "perhaps renamed to other/lookup");
}

TEST(the_same_place_in_a_module_of_as_many_is_a_likely_rename)
{
    renamed("s/alpha", "s/completely_other", "perhaps renamed to s/completely_other");
}

TEST(other_parameters_are_another_benchmark)
{
    renamed("s/parse:n=1", "s/parse:n=2", "renamed or removed");
}

TEST(a_benchmark_that_the_baseline_has_is_nobodys_new_name)
{
    struct scene scene = {0};
    add_old(&scene, "s/parse_header", OUTCOME_OK);
    add_old(&scene, "s/parse_headers", OUTCOME_OK);
    add_new(&scene, "s/parse_headers");
    unmatched(&scene, NULL, 0);
    CHECK_EQ(scene.rows.count, 1);
    CHECK_CONTAINS(scene.rows.items[0].reason, "renamed or removed");
    release(&scene);
}

TEST(what_failed_then_is_not_missed_and_what_was_not_selected_neither)
{
    static char steady[] = "steady";
    char *const words[] = {steady};
    struct scene scene = {0};
    add_old(&scene, "s/broken", OUTCOME_FAILED);
    add_old(&scene, "s/gone", OUTCOME_OK);
    add_new(&scene, "s/steady");
    unmatched(&scene, NULL, 0);
    CHECK_EQ(scene.rows.count, 1);
    CHECK_STR(scene.rows.items[0].benchmark, "s/gone");
    unmatched(&scene, words, 1);
    CHECK_EQ(scene.rows.count, 0);
    release(&scene);
}

TEST(a_module_that_cannot_be_listed_is_a_failed_row)
{
    struct scene scene = {0};
    struct module_failure *failure = vec_add(&scene.today.failures);
    CHECK(failure != NULL);
    *failure = (struct module_failure){"x_bench.so", "no module"};
    unmatched(&scene, NULL, 0);
    CHECK_EQ(scene.rows.count, 1);
    CHECK_EQ(scene.rows.items[0].outcome, OUTCOME_FAILED);
    CHECK_STR(scene.rows.items[0].reason, "no module");
    release(&scene);
}

/* ---- the last run like this ---- */

/* Rows are newest first; the digit that ends an id says which benchmark its run has. */
static const struct run_row ROWS[] = {
    {"r9-1", "2026-11-21T09", "", "", "", "quick", "done", 0, 0, 0, 0, "cpu", 0, 0, 0},
    {"r8-1", "2026-11-21T08", "", "", "", "quick", "interrupted", 0, 0, 0, 0, "cpu", 0, 0, 0},
    {"r7-1", "2026-11-21T07", "", "", "", "stress", "done", 0, 0, 0, 0, "cpu", 0, 0, 0},
    {"r6-1", "2026-11-21T06", "", "", "", "quick", "done", 0, 0, 0, 0, "other", 0, 0, 0},
    {"r5-2", "2026-11-21T05", "", "", "", "quick", "done", 0, 0, 0, 0, "cpu", 0, 0, 0},
    {"r4-1", "2026-11-21T04", "", "", "", "quick", "done", 0, 0, 0, 0, "cpu", 0, 0, 0},
    {"r3-1", "2026-11-21T03", "", "", "", "quick", "done", 0, 0, 0, 0, "cpu", 0, 0, 0},
};

static assay_status made_up_runs(struct store *store, size_t limit, struct arena *arena,
                                 run_row_vec *rows)
{
    (void)store;
    (void)limit;
    (void)arena;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct run_row *row = vec_add(rows);
        CHECK(row != NULL);
        *row = ROWS[i];
    }
    return ASSAY_OK;
}

static void fill(struct run *run, const char *id)
{
    struct result *result = vec_add(&run->results);
    CHECK(result != NULL);
    run->id = id;
    *result = (struct result){.benchmark = {.id = id[3] == '1' ? "s/a" : "s/b"}};
    CHECK(result_add_measurement(result, &METRICS[METRIC_TIME]) != NULL);
}

static assay_status made_up_load(struct store *store, const char *id, struct run *ret_run)
{
    (void)store;
    *ret_run = (struct run){0};
    fill(ret_run, id);
    return ASSAY_OK;
}

static const char *last_of(const char *id, const char *started_at, struct buf *error)
{
    static const struct store_ops OPS = {.runs = made_up_runs, .load = made_up_load};
    struct store store = {.ops = &OPS};
    struct run run = {
        .started_at = started_at, .plan.profile = "quick", .environment.fingerprint = "cpu"};
    struct run last = {0};
    fill(&run, id);
    assay_status status = against_last(&store, &run, &last, error);
    const char *found = status == ASSAY_OK ? last.id : "";
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_NOT_FOUND);
    run_release(&run);
    run_release(&last);
    return found;
}

TEST(the_last_run_has_machine_profile_and_a_benchmark_in_common_and_was_finished)
{
    CHECK_STR(last_of("r9-1", "2026-11-21T09", NULL), "r4-1");
    CHECK_STR(last_of("r4-1", "2026-11-21T04", NULL), "r3-1");
    CHECK_STR(last_of("rx-2", "2026-11-21T10", NULL), "r5-2");
}

TEST(without_one_it_is_said)
{
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK_STR(last_of("r3-1", "2026-11-21T03", &error), "");
    CHECK_CONTAINS(error.text, "no earlier run has this machine");
}

TEST_MAIN
