/* What is said of all rows of a run together: grade, variants, trade-offs, digest; and how it looks
 * in Markdown when names are hostile. */
#include <math.h>

#include "compare/overview/overview.h"
#include "report/overview/overview.h"
#include "sample_run.h"

static const struct metric RECALL = {"recall", "", HIGHER_IS_BETTER, true};

/* A row of 100 ns, or what is said, with an interval of +-1 %. */
static struct result *add(struct run *run, const char *id, const char *params, double ns)
{
    struct result *result = sample_result(run, id, "sort", params);
    struct measurement *time = result_add_measurement(result, &METRICS[METRIC_TIME]);
    CHECK(time != NULL);
    time->summary.median = ns;
    time->summary.interval = (struct interval){ns * 0.99, ns * 1.01, 0.95};
    return result;
}

static void add_recall(struct result *result, double value)
{
    struct measurement *recall = result_add_measurement(result, &RECALL);
    CHECK(recall != NULL);
    recall->summary.median = value;
}

static void add_target(struct run *run, const char *benchmark, enum target_status status)
{
    struct target *target = vec_add(&run->targets);
    CHECK(target != NULL);
    *target = (struct target){.benchmark = benchmark,
                              .metric = "time_ns",
                              .limit = 200,
                              .source = "",
                              .measured = 100,
                              .status = status};
}

struct judged {
    struct arena arena;
    struct overview overview;
};

static struct judged judge(const struct run *run)
{
    struct judged judged = {.overview.run = run};
    CHECK(overview_judge(&judged.overview, &judged.arena) == ASSAY_OK);
    return judged;
}

static void release(struct judged *judged)
{
    overview_release(&judged->overview);
    arena_release(&judged->arena);
}

static const char *markdown(const struct overview *overview)
{
    static struct buf out;
    buf_release(&out);
    buf_init(&out, BUF_LENGTH_MAX);
    report_overview(overview, &out);
    CHECK(out.status == ASSAY_OK);
    return out.text;
}

static enum grade grade_of(const struct run *run)
{
    struct judged judged = judge(run);
    enum grade grade = judged.overview.grade;
    release(&judged);
    return grade;
}

TEST(each_grade_is_the_first_rule_that_holds)
{
    struct run run = {0};
    CHECK(grade_of(&run) == GRADE_NONE); /* empty */
    struct result *row = add(&run, "suite/a", "", 100);
    CHECK(grade_of(&run) == GRADE_NONE); /* nothing was promised */
    add_target(&run, "suite/a", TARGET_MET);
    CHECK(grade_of(&run) == GRADE_A);
    row->measurements.items[0].summary.interval.high = 103;
    CHECK(grade_of(&run) == GRADE_B); /* +-3 % */
    row->measurements.items[0].summary.interval.high = 106;
    CHECK(grade_of(&run) == GRADE_C); /* +-6 % */
    row->measurements.items[0].summary.interval.level = 0;
    CHECK(grade_of(&run) == GRADE_C); /* no interval is no narrow one */
    row->measurements.items[0].summary.interval = (struct interval){99, 101, 0.95};
    add_target(&run, "suite/a", TARGET_NONE);
    CHECK(grade_of(&run) == GRADE_B); /* it ran and nothing tells whether the target is met */
    add_target(&run, "suite/a", TARGET_MISSED);
    CHECK(grade_of(&run) == GRADE_D);
    run.interrupted = true;
    CHECK(grade_of(&run) == GRADE_F);
    run.interrupted = false;
    sample_result(&run, "suite/b", "b", "")->outcome = OUTCOME_FAILED;
    CHECK(grade_of(&run) == GRADE_F);
    run_release(&run);
}

TEST(targets_of_what_was_not_run_change_no_grade)
{
    struct run run = {.id = "x", .plan = {.profile = "quick"}, .environment = {.cpu = "a CPU"}};
    add(&run, "suite/a", "", 100);
    add_target(&run, "suite/a", TARGET_MET);
    add_target(&run, "suite/elsewhere", TARGET_NONE);
    struct judged judged = judge(&run);
    CHECK(judged.overview.grade == GRADE_A);
    CHECK_EQ(judged.overview.not_run, 1);
    CHECK_EQ(judged.overview.suites.items[0].met, 1);
    const char *text = markdown(&judged.overview);
    CHECK(strstr(text, "suite/elsewhere") == NULL); /* a page is about what was run */
    CHECK_CONTAINS(text, ", 1 of benchmarks that this run left out");
    release(&judged);
    run_release(&run);
}

/* On n=1: x 100, y 200; on n=2: x 400, y 100.  x is behind by 1 and 4: sqrt(4) = 2 in the mean; y
 * by 2 and 1. */
TEST(variants_are_set_against_the_best_of_each_input)
{
    struct run run = {0};
    add(&run, "suite/sort:engine=x,n=1", "engine=x,n=1", 100);
    add(&run, "suite/sort:engine=y,n=1", "engine=y,n=1", 200);
    add(&run, "suite/sort:engine=x,n=2", "engine=x,n=2", 400);
    add(&run, "suite/sort:engine=y,n=2", "engine=y,n=2", 100);
    add(&run, "suite/sort:engine=x,n=3", "engine=x,n=3", 1); /* alone on its input */
    struct judged judged = judge(&run);
    CHECK_EQ(judged.overview.variants.count, 2);
    const struct variant_line *x = &judged.overview.variants.items[0], *y = x + 1;
    CHECK_STR(x->variant, "engine=x");
    CHECK_EQ(x->inputs, 2);
    CHECK(fabs(x->mean - 2) < 1e-12 && fabs(x->least - 1) < 1e-12 && fabs(x->most - 4) < 1e-12);
    CHECK(fabs(y->mean - sqrt(2)) < 1e-12 && fabs(y->most - 2) < 1e-12);
    release(&judged);
    run_release(&run);
}

TEST(the_front_is_what_nothing_beats_in_both)
{
    struct run run = {0};
    add_recall(add(&run, "suite/sort:k=slow", "k=slow", 300), 0.9);
    add_recall(add(&run, "suite/sort:k=good", "k=good", 200), 0.9); /* beats slow */
    add_recall(add(&run, "suite/sort:k=fast", "k=fast", 100), 0.5);
    add_recall(add(&run, "suite/sort:k=even", "k=even", 100), 0.5);     /* a tie beats nobody */
    add_recall(add(&run, "suite/sort:k=fast,n=2", "k=fast,n=2", 1), 1); /* another input */
    struct judged judged = judge(&run);
    const trade_line_vec *trades = &judged.overview.trades;
    CHECK_EQ(trades->count, 5);
    const char *ids[] = {"suite/sort:k=fast", "suite/sort:k=even", "suite/sort:k=good",
                         "suite/sort:k=slow", "suite/sort:k=fast,n=2"};
    for (size_t i = 0; i < trades->count; i++) {
        CHECK_STR(trades->items[i].result->benchmark.id, ids[i]);
        CHECK((trades->items[i].beaten_by != NULL) == (i == 3));
    }
    CHECK_STR(trades->items[3].beaten_by->benchmark.id, "suite/sort:k=good");
    release(&judged);
    run_release(&run);
}

TEST(the_digest_is_of_the_numbers)
{
    struct run run = sample_run("x"), other = sample_run("another name");
    struct judged one = judge(&run), two = judge(&other);
    CHECK_STR(one.overview.digest, two.overview.digest);
    release(&two);
    other.results.items[0].measurements.items[0].summary.median += 1e-9;
    two = judge(&other);
    CHECK(strcmp(one.overview.digest, two.overview.digest) != 0);
    release(&one);
    release(&two);
    run_release(&run);
    run_release(&other);
}

TEST(an_empty_run_is_told_as_one)
{
    struct run run = {.id = "x", .plan = {.profile = "quick"}};
    struct judged judged = judge(&run);
    const char *text = markdown(&judged.overview);
    CHECK_CONTAINS(text, "## Grade: none\n\nBecause nothing was measured");
    CHECK_CONTAINS(text, "None: the run is empty.\n");
    CHECK_CONTAINS(text, "There is no earlier run");
    CHECK(strstr(text, "nan") == NULL && strstr(text, "inf ") == NULL);
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    CHECK(report_json_overview(&judged.overview, &out) == ASSAY_OK);
    CHECK_CONTAINS(out.text, "\"half_width\": null");
    release(&judged);
}

TEST(texts_from_outside_are_no_markup)
{
    struct run run = sample_run("x");
    run.label = "<img src=x onerror=alert(1)> | [a](javascript:b)";
    run.results.items[1].benchmark.id = "suite/*a*|`b`\n# head";
    run.results.items[1].reason = "</td><script>\x1b[31m \xE2\x80\xAE txet";
    struct judged judged = judge(&run);
    const char *text = markdown(&judged.overview);
    CHECK_CONTAINS(text, "&lt;img src=x onerror=alert(1)&gt; \\| \\[a\\](javascript:b)");
    CHECK_CONTAINS(text, "suite/\\*a\\*\\|\\`b\\`?\\# head");
    CHECK(strstr(text, "<") == NULL && strstr(text, "\x1b") == NULL);
    CHECK(strstr(text, "\xE2\x80\xAE") == NULL); /* right to left: it would turn the line round */
    release(&judged);
    run_release(&run);
}

TEST(targets_claims_and_what_moved_stand_beside_measurements)
{
    struct run run = sample_run("now"), then = sample_run("then");
    run.targets.items[0].status = TARGET_MISSED;
    struct claim *claim = vec_add(&run.claims);
    CHECK(claim != NULL);
    *claim = (struct claim){"suite/work:n=10", "time_ns", 500.75, "a paper"};
    struct comparison item = {.benchmark = "suite/work:n=10",
                              .metric = "time_ns",
                              .verdict = VERDICT_SLOWER,
                              .reason = "",
                              .ratio = 1.5,
                              .interval = {1.4, 1.6, .95}};
    const comparison_vec rows = {&item, 1, 1};
    struct judged judged = judge(&run);
    judged.overview.then = &then;
    judged.overview.rows = &rows;
    const char *text = markdown(&judged.overview);
    CHECK_CONTAINS(text, "| missed | suite/work:n=10 | time\\_ns at most 2.000 us | 1.002 us | "
                         "1.001 us .. 1.002 us | page 7 |\n");
    CHECK_CONTAINS(text, "| suite/work:n=10 | time\\_ns | 500.8 ns | 1.002 us | 2 | a paper |\n");
    CHECK_CONTAINS(text, "| slower | +50.0 % | +40.0 .. +60.0 % | suite/work:n=10 |\n");
    CHECK_CONTAINS(text, "## Grade: F\n\nBecause a benchmark failed");
    CHECK_CONTAINS(text, "* A: everything that was run was measured"); /* all rules are there */
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    CHECK(report_json_overview(&judged.overview, &out) == ASSAY_OK);
    CHECK_CONTAINS(out.text, "\"compared_with\": \"then\"");
    release(&judged);
    run_release(&run);
    run_release(&then);
}

TEST_MAIN
