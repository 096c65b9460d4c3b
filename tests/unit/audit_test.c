/* Audits: what a file may claim, when a claim is confirmed or refuted, when measuring ends, and
 * that evidence which was changed is found.  Intervals and executors are made up: nothing is timed.
 */
#include "base/sha256.h"
#include "compare/bounds/audit.h"
#include "config/audit.h"
#include "harness.h"
#include "measure/pair.h"
#include "report/audit/audit.h"
#include "session/audit/bundle.h"
#include "session/audit/measure.h"

/* ---- files ---- */

struct parsed {
    struct arena arena;
    audit_claim_vec claims;
    const char *name;
    struct buf error;
};

static assay_status parse(const char *text, struct parsed *parsed)
{
    const struct yaml_source source = {text, strlen(text), "dir/a.yaml"};
    *parsed = (struct parsed){.name = NULL};
    buf_init(&parsed->error, 4096);
    return audit_parse(&source, &parsed->arena, &parsed->claims, &parsed->name, &parsed->error);
}

static void release(struct parsed *parsed)
{
    vec_release(&parsed->claims);
    arena_release(&parsed->arena);
    buf_release(&parsed->error);
}

#define SIDES                                                                                      \
    "    before: {benchmark: \"s/slow:n=1\"}\n"                                                    \
    "    after: {benchmark: \"s/fast:n=1\"}\n"
#define COMMANDS                                                                                   \
    "    before: {command: sleep 2}\n"                                                             \
    "    after: {command: sleep 1}\n"
#define CLAIM(more) "audit: x\nclaims:\n  - claim: it is better\n    source: page 3\n" more

TEST(an_audit_file_is_read_with_both_sides_metric_and_bound)
{
    struct parsed parsed;
    CHECK_EQ(parse("audit: text\n"
                   "claims:\n"
                   "  - claim: faster\n"
                   "    source: page 3\n"
                   "    before: {benchmark: \"s/a*\", module: build/old.so}\n"
                   "    after: {benchmark: \"s/a*\", module: /new.so}\n"
                   "    at_least: 80%\n"
                   "  - claim: smaller\n"
                   "    source: page 4\n"
                   "    metric: rss_bytes_peak\n"
                   "    before: {command: one 1}\n"
                   "    after: {command: two 2}\n"
                   "    factor: 2.5\n",
                   &parsed),
             ASSAY_OK);
    CHECK_STR(parsed.name, "text");
    CHECK_EQ(parsed.claims.count, 2);
    const struct audit_claim *claim = parsed.claims.items;
    CHECK_STR(claim->text, "faster");
    CHECK_STR(claim->source, "page 3");
    CHECK_STR(claim->before.benchmark, "s/a*");
    CHECK_STR(claim->before.module, "dir/build/old.so");
    CHECK_STR(claim->after.module, "/new.so");
    CHECK_STR(claim->metric->name, "time_ns");
    CHECK_EQ(claim->bound, AUDIT_AT_LEAST);
    CHECK_NEAR(claim->value, 0.8, 1e-15);
    claim++;
    CHECK_STR(claim->before.command, "one 1");
    CHECK_STR(claim->metric->name, "rss_bytes_peak");
    CHECK_EQ(claim->bound, AUDIT_FACTOR);
    CHECK_EQ(claim->value, 2.5);
    release(&parsed);
}

/* The words of the file and the table of metrics are two lists: none may be forgotten. */
TEST(every_metric_can_be_claimed_of_one_kind_of_sides_at_least)
{
    for (size_t i = 0; i < AUDIT_METRIC_COUNT; i++) {
        const struct audit_metric *metric = &AUDIT_METRICS[i];
        const unsigned subjects[] = {AUDIT_OF_BENCHMARKS, AUDIT_OF_COMMANDS};
        CHECK(metric->subjects != 0);
        for (int k = 0; k < 2; k++) {
            struct parsed parsed;
            char text[512];
            snprintf(text, sizeof text, CLAIM("%s    metric: %s\n    same: 1 %%\n"),
                     k == 0 ? SIDES : COMMANDS, metric->name);
            bool fits = (metric->subjects & subjects[k]) != 0;
            CHECK_EQ(parse(text, &parsed), fits ? ASSAY_OK : ASSAY_ERR_PARSE);
            if (fits)
                CHECK(parsed.claims.items[0].metric == metric);
            else
                CHECK_CONTAINS(parsed.error.text, "is not measured of");
            release(&parsed);
        }
    }
}

static void refused(const char *text, const char *want)
{
    struct parsed parsed;
    CHECK_EQ(parse(text, &parsed), ASSAY_ERR_PARSE);
    CHECK_CONTAINS(parsed.error.text, want);
    CHECK_EQ(parsed.claims.count, 0);
    CHECK(parsed.name == NULL);
    release(&parsed);
}

TEST(a_mistake_is_named_with_its_place_and_what_was_meant)
{
    refused(CLAIM(SIDES "    at_lest: 5 %\n"),
            "dir/a.yaml:7:5: unknown key 'at_lest' (did you mean 'at_least'?)");
    refused(CLAIM(SIDES "    at_least: 5\n"), "dir/a.yaml:7:15: 'at_least' wants a percentage with "
                                              "its sign from 0.01 % to 1000000 %, not '5'");
    refused(CLAIM(SIDES "    at_least: -5 %\n"), "wants a percentage");
    refused(CLAIM(SIDES "    at_least: five %\n"), "wants a percentage");
    refused(CLAIM(SIDES "    at_least: '%'\n"), "wants a percentage");
    refused(CLAIM(SIDES "    factor: 1\n"), "'factor' wants a number from 1.0001 to");
    refused(CLAIM(SIDES "    metric: time_n\n    factor: 2\n"), "(did you mean 'time_ns'?)");
    refused(CLAIM(SIDES), "dir/a.yaml:3:5: a claim wants exactly one of");
    refused(CLAIM(SIDES "    factor: 2\n    same: 1 %\n"), "exactly one of");
    refused(CLAIM("    before: {benchmark: a}\n    factor: 2\n"), "the key 'after' is missing");
    refused("audit: x\nclaims:\n  - claim: a\n" SIDES "    factor: 2\n",
            "the key 'source' is missing");
    refused(CLAIM("    before: {benchmark: a, command: b}\n    after: {benchmark: b}\n"),
            "'before' wants exactly one of 'benchmark' and 'command'");
    refused(CLAIM("    before: {module: a.so}\n    after: {benchmark: b}\n"),
            "'before' wants exactly one of");
    refused(CLAIM("    before: {command: a, module: a.so}\n    after: {command: b}\n"),
            "'module' goes with 'benchmark'");
    refused(CLAIM("    before: {command: '  '}\n    after: {command: b}\n"), "'command' is empty");
    refused(CLAIM("    before: a\n    after: {command: b}\n"),
            "'before' wants keys and values, not 'a'");
    refused(CLAIM("    before: {benchmark: a}\n    after: {command: b}\n    factor: 2\n"),
            "both a benchmark or both a command");
    refused(CLAIM("    before: {benchmark: a}\n    after: {benchmark: a}\n    factor: 2\n"),
            "are the same");
    refused("audit: x\nclaims:\n", "'claims' has no claim");
    refused("audit: x\n", "the key 'claims' is missing");
    refused("claims: []\n", "the key 'audit' is missing");
}

TEST(nothing_can_be_cut_by_all_of_it_or_more)
{
    struct parsed parsed;
    refused(CLAIM(SIDES "    at_least: 100 %\n"), "wants less than 100 %");
    refused(CLAIM(SIDES "    metric: items_per_s\n    at_most: 100 %\n"), "wants less than 100 %");
    CHECK_EQ(parse(CLAIM(SIDES "    at_most: 150 %\n"), &parsed), ASSAY_OK);
    release(&parsed);
    CHECK_EQ(parse(CLAIM(SIDES "    metric: items_per_s\n    at_least: 150 %\n"), &parsed),
             ASSAY_OK);
    release(&parsed);
}

/* ---- rules ---- */

static const struct audit_metric *metric_of(const char *name)
{
    const struct audit_metric *metric = audit_metric_find(name);
    CHECK(metric != NULL);
    return metric;
}

static enum audit_verdict judge(const char *metric, enum audit_bound bound, double value,
                                double low, double high)
{
    const struct audit_claim claim = {.metric = metric_of(metric), .bound = bound, .value = value};
    const struct interval ratio = {low, high, 0.99};
    return audit_verdict_of(&ratio, &claim);
}

/* 80 % less time is a ratio of 0.2; the bound belongs to the claim. */
TEST(at_least_so_much_less_is_decided_by_the_whole_interval)
{
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 0.1, 0.24), AUDIT_CONFIRMED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 0.1, 0.25), AUDIT_CONFIRMED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 0.1, 0.2501), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 0.25, 0.9), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 0.2501, 0.9), AUDIT_REFUTED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_LEAST, 0.75, 1.5, 2), AUDIT_REFUTED);
}

TEST(at_least_so_much_more_goes_the_other_way_for_rates)
{
    CHECK_EQ(judge("items_per_s", AUDIT_AT_LEAST, 0.5, 1.5, 9), AUDIT_CONFIRMED);
    CHECK_EQ(judge("items_per_s", AUDIT_AT_LEAST, 0.5, 1.4999, 9), AUDIT_UNDECIDED);
    CHECK_EQ(judge("items_per_s", AUDIT_AT_LEAST, 0.5, 0.1, 1.4999), AUDIT_REFUTED);
}

TEST(a_factor_is_a_quotient_of_costs_and_a_multiple_of_rates)
{
    CHECK_EQ(judge("time_ns", AUDIT_FACTOR, 4, 0.2, 0.25), AUDIT_CONFIRMED);
    CHECK_EQ(judge("time_ns", AUDIT_FACTOR, 4, 0.2, 0.26), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_FACTOR, 4, 0.26, 0.3), AUDIT_REFUTED);
    CHECK_EQ(judge("bytes_per_s", AUDIT_FACTOR, 4, 4, 5), AUDIT_CONFIRMED);
    CHECK_EQ(judge("bytes_per_s", AUDIT_FACTOR, 4, 3.9, 5), AUDIT_UNDECIDED);
    CHECK_EQ(judge("bytes_per_s", AUDIT_FACTOR, 4, 3, 3.9), AUDIT_REFUTED);
}

TEST(at_most_is_what_something_may_cost)
{
    CHECK_EQ(judge("time_ns", AUDIT_AT_MOST, 0.5, 0.1, 1.5), AUDIT_CONFIRMED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_MOST, 0.5, 1.4, 1.6), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_AT_MOST, 0.5, 1.51, 1.6), AUDIT_REFUTED);
    CHECK_EQ(judge("items_per_s", AUDIT_AT_MOST, 0.5, 0.5, 3), AUDIT_CONFIRMED);
    CHECK_EQ(judge("items_per_s", AUDIT_AT_MOST, 0.5, 0.4, 0.49), AUDIT_REFUTED);
}

TEST(the_same_is_bounded_on_both_sides)
{
    CHECK_EQ(judge("time_ns", AUDIT_SAME, 0.25, 0.8, 1.25), AUDIT_CONFIRMED);
    CHECK_EQ(judge("time_ns", AUDIT_SAME, 0.25, 0.79, 1.25), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_SAME, 0.25, 0.8, 1.26), AUDIT_UNDECIDED);
    CHECK_EQ(judge("time_ns", AUDIT_SAME, 0.25, 1.26, 1.3), AUDIT_REFUTED);
    CHECK_EQ(judge("time_ns", AUDIT_SAME, 0.25, 0.7, 0.79), AUDIT_REFUTED);
}

TEST(an_interval_that_is_none_decides_nothing)
{
    const struct audit_claim claim = {
        .metric = metric_of("time_ns"), .bound = AUDIT_AT_LEAST, .value = 0.5};
    CHECK_EQ(audit_verdict_of(&(struct interval){0, HUGE_VAL, 0.99}, &claim), AUDIT_UNDECIDED);
    CHECK_EQ(audit_verdict_of(&(struct interval){0.1, 0.2, 0}, &claim), AUDIT_UNDECIDED);
    CHECK_EQ(audit_verdict_of(&(struct interval){(double)NAN, (double)NAN, 0.99}, &claim),
             AUDIT_UNDECIDED);
}

/* Bonferroni: 12 claims at 1 - 0.01 / 12 err together at most once in a hundred audits. */
TEST(the_level_is_adjusted_over_the_claims)
{
    CHECK_NEAR(audit_level(0), 0.99, 1e-12);
    CHECK_NEAR(audit_level(1), 0.99, 1e-12);
    CHECK_NEAR(audit_level(4), 0.9975, 1e-12);
    CHECK_NEAR(12 * (1 - audit_level(12)), AUDIT_FAMILY_ERROR, 1e-9);
}

/* ---- measuring ---- */

/* A side takes `each_ns` an iteration; whatever runs makes what follows slower by `drift`. */
struct fake {
    double each_ns[2];
    double drift;
    double now_ns, slow;
    uint64_t random;
    size_t launches;
    size_t fail_at; /* launch, counted from 1 */
    enum outcome fail_outcome;
    volatile sig_atomic_t *stop_now; /* raised by the failing launch */
    struct plan plan;
};

static enum outcome fake_open(void *self, struct buf *reason)
{
    (void)self;
    (void)reason;
    return OUTCOME_OK;
}

static double fake_slot(struct fake *fake, double ns)
{
    ns *= fake->slow;
    fake->slow *= 1 + fake->drift;
    fake->now_ns += ns;
    return ns;
}

static enum outcome fake_run(void *self, const struct pair_request *request, pair_vec *pairs,
                             struct buf *reason)
{
    struct fake *fake = self;
    (void)reason;
    for (size_t i = 0; i < request->slots; i++) {
        double ns[2];
        fake->random = fake->random * 6364136223846793005u + 1442695040888963407u;
        int first = (int)(fake->random >> 63);
        for (int k = 0; k < 2; k++)
            ns[k ^ first] =
                fake_slot(fake, (double)request->iterations[k ^ first] * fake->each_ns[k ^ first]);
        struct pair_sample *pair = vec_add(pairs);
        CHECK(pair != NULL);
        *pair = (struct pair_sample){.old_ns = ns[0], .new_ns = ns[1]};
    }
    return OUTCOME_OK;
}

static double fake_seconds(void *self)
{
    return ((struct fake *)self)->now_ns * 1e-9;
}

static void fake_close(void *self)
{
    (void)self;
}

static enum outcome fake_launch(void *self, uint32_t launch, pair_vec *pairs, struct buf *reason)
{
    static const struct pair_executor_ops OPS = {KIND_ONE_PROCESS, fake_open, fake_run,
                                                 fake_seconds, fake_close};
    struct fake *fake = self;
    const struct pair_executor executor = {&OPS, fake};
    CHECK_EQ(launch, fake->launches++);
    enum outcome outcome = pair_measure(&executor, &fake->plan, launch, pairs, reason);
    if (fake->launches != fake->fail_at)
        return outcome;
    if (fake->stop_now != NULL)
        *fake->stop_now = 1;
    buf_error(reason, ASSAY_OK, "the reason of launch");
    return fake->fail_outcome;
}

static const struct plan PLAN = {
    .measure_seconds = 0.05, .warmup_seconds = 0.005, .slot_seconds = 0.0003};
static const struct audit_limits LIMITS = {.level = 0.99, .launches = 20};

struct measured {
    struct arena arena;
    struct audit_finding finding;
};

static void measure(struct fake *fake, const struct audit_limits *limits, enum audit_bound bound,
                    double value, struct measured *measured)
{
    static const struct audit_source_ops OPS = {fake_launch, fake_seconds};
    const struct audit_source source = {&OPS, fake};
    fake->slow = 1;
    fake->random = 7;
    fake->plan = PLAN;
    *measured = (struct measured){
        .finding = {.claim = {.metric = metric_of("time_ns"), .bound = bound, .value = value},
                    .reason = "",
                    .sentence = ""}};
    CHECK_EQ(audit_measure(&source, limits, &measured->arena, &measured->finding), ASSAY_OK);
}

static void measured_release(struct measured *measured)
{
    vec_release(&measured->finding.pairs);
    arena_release(&measured->arena);
}

TEST(measuring_ends_when_a_claim_is_decided_and_not_before_eight_launches)
{
    struct fake fake = {.each_ns = {100, 50}};
    struct measured measured;
    measure(&fake, &LIMITS, AUDIT_AT_LEAST, 0.4, &measured);
    CHECK_EQ(measured.finding.verdict, AUDIT_CONFIRMED);
    CHECK_EQ(fake.launches, AUDIT_LAUNCHES_MIN);
    CHECK_NEAR(measured.finding.ratio, 0.5, 1e-9);
    CHECK_CONTAINS(measured.finding.sentence,
                   "50.0 % less time (50.0 .. 50.0); claimed: at least 40 % less time");
    measured_release(&measured);
    fake = (struct fake){.each_ns = {100, 50}};
    measure(&fake, &LIMITS, AUDIT_FACTOR, 3, &measured);
    CHECK_EQ(measured.finding.verdict, AUDIT_REFUTED);
    CHECK_EQ(fake.launches, AUDIT_LAUNCHES_MIN);
    CHECK_CONTAINS(measured.finding.sentence,
                   "time divided by 2.00 (2.00 .. 2.00); claimed: by at least 3");
    measured_release(&measured);
}

/* Every slot is slower than the one before it: at the end of the eight launches a slot takes about
 * 1.3 times as long as at the start.  Measured one after the other, the same work would seem to
 * have become slower by more than 10 %; paired, it is the same within 1 %. */
TEST(a_machine_that_drifts_does_not_bias_a_claim)
{
    struct fake fake = {.each_ns = {100, 100}, .drift = 2e-4};
    struct measured measured;
    measure(&fake, &LIMITS, AUDIT_SAME, 0.01, &measured);
    const pair_vec *pairs = &measured.finding.pairs;
    CHECK_EQ(measured.finding.verdict, AUDIT_CONFIRMED);
    CHECK_NEAR(measured.finding.ratio, 1, 1e-4);
    double first_half = 0, second_half = 0;
    for (size_t i = 0; i < pairs->count / 2; i++) {
        first_half += pairs->items[i].old_ns;
        second_half += pairs->items[pairs->count - 1 - i].new_ns;
    }
    CHECK(second_half > 1.1 * first_half);
    measured_release(&measured);
}

TEST(a_claim_at_its_bound_uses_up_its_launches_and_stays_undecided)
{
    struct fake fake = {.each_ns = {100, 50.0000001}, .drift = 1e-4};
    struct measured measured;
    measure(&fake, &LIMITS, AUDIT_AT_LEAST, 0.5, &measured);
    CHECK_EQ(measured.finding.verdict, AUDIT_UNDECIDED);
    CHECK_EQ(fake.launches, LIMITS.launches);
    CHECK(strstr(measured.finding.reason, "launches") != NULL);
    measured_release(&measured);
}

TEST(a_budget_ends_measuring_and_too_few_launches_decide_nothing)
{
    struct audit_limits limits = LIMITS;
    struct fake fake = {.each_ns = {100, 50}};
    struct measured measured;
    limits.budget_seconds = 0.2; /* a launch takes 0.06 to 0.1 s */
    measure(&fake, &limits, AUDIT_AT_LEAST, 0.4, &measured);
    CHECK_EQ(measured.finding.verdict, AUDIT_UNDECIDED);
    CHECK(fake.launches >= 2 && fake.launches <= 4);
    CHECK_CONTAINS(measured.finding.reason, "try --full");
    measured_release(&measured);
}

TEST(a_launch_that_fails_leaves_no_verdict_and_its_reason)
{
    const enum outcome outcomes[] = {OUTCOME_FAILED, OUTCOME_SKIPPED};
    for (int i = 0; i < 2; i++)
        for (size_t at = 1; at <= 3; at += 2) {
            struct fake fake = {.each_ns = {100, 50}, .fail_at = at, .fail_outcome = outcomes[i]};
            struct measured measured;
            measure(&fake, &LIMITS, AUDIT_AT_LEAST, 0.4, &measured);
            CHECK_EQ(measured.finding.verdict, AUDIT_NONE);
            CHECK_EQ(measured.finding.outcome, outcomes[i]);
            CHECK_STR(measured.finding.reason, "the reason of launch");
            CHECK_EQ(measured.finding.pairs.count, 0);
            measured_release(&measured);
        }
}

TEST(a_stop_keeps_whole_launches_only)
{
    volatile sig_atomic_t stop = 0;
    struct audit_limits limits = LIMITS;
    struct fake fake = {
        .each_ns = {100, 50}, .fail_at = 3, .fail_outcome = OUTCOME_FAILED, .stop_now = &stop};
    struct measured measured;
    limits.stop = &stop;
    measure(&fake, &limits, AUDIT_AT_LEAST, 0.4, &measured);
    CHECK_EQ(measured.finding.verdict, AUDIT_UNDECIDED);
    CHECK_STR(measured.finding.reason, "interrupted");
    CHECK_EQ(measured.finding.launches, 2);
    CHECK_EQ(measured.finding.pairs.items[measured.finding.pairs.count - 1].launch, 1);
    measured_release(&measured);
}

/* ---- evidence ---- */

static const char CLAIMS[] = CLAIM(SIDES "    at_least: 40 %\n");

/* Evidence in memory of the one claim above, confirmed by eight launches of four pairs. */
struct bundle {
    struct audit audit;
    struct buf json, samples, sums, claims;
    bundle_file_vec files;
};

static void add_file(struct bundle *bundle, const char *name, const struct buf *content)
{
    char digits[SHA256_DIGITS + 1];
    struct bundle_file *file = vec_add(&bundle->files);
    CHECK(file != NULL);
    *file = (struct bundle_file){name, content->text, content->length};
    sha256_text(content->text, content->length, digits);
    if (content != &bundle->sums)
        buf_printf(&bundle->sums, "%s  %s\n", digits, name);
}

static void fill_audit(struct audit *audit)
{
    static char digits[SHA256_DIGITS + 1];
    struct parsed parsed;
    CHECK_EQ(parse(CLAIMS, &parsed), ASSAY_OK);
    sha256_text(CLAIMS, strlen(CLAIMS), digits);
    *audit = (struct audit){.run = {.arena = parsed.arena, .id = "x"}, .id = "audit-x"};
    audit->level = audit_level(1);
    audit->family_error = AUDIT_FAMILY_ERROR;
    struct audit_finding *finding = vec_add(&audit->findings);
    struct audit_file *file = vec_add(&audit->files);
    CHECK(finding != NULL && file != NULL);
    *finding = (struct audit_finding){.claim = parsed.claims.items[0],
                                      .file = "a.yaml",
                                      .reason = "",
                                      .sentence = "",
                                      .measured = {"s/slow:n=1", "s/fast:n=1"}};
    *file = (struct audit_file){.path = "a.yaml", .sha256 = digits, .kept = "claims-1.yaml"};
    for (uint32_t i = 0; i < 32; i++) {
        struct pair_sample *pair = vec_add(&finding->pairs);
        CHECK(pair != NULL);
        *pair = (struct pair_sample){100 + i % 3 / 7.0, 50 + i % 5 / 9.0, i / 4, 1};
    }
    CHECK_EQ(audit_judge(audit->level, &audit->run.arena, finding), ASSAY_OK);
    CHECK_EQ(finding->verdict, AUDIT_CONFIRMED);
    vec_release(&parsed.claims);
    buf_release(&parsed.error);
}

static void refresh(struct bundle *bundle)
{
    static char text[] = "# a report\n";
    const struct buf report = {.text = text, .length = sizeof text - 1};
    bundle->files.count = 0;
    buf_clear(&bundle->sums);
    add_file(bundle, "audit.json", &bundle->json);
    add_file(bundle, "samples.csv", &bundle->samples);
    add_file(bundle, "report.md", &report);
    add_file(bundle, "claims-1.yaml", &bundle->claims);
    add_file(bundle, "SHA256SUMS", &bundle->sums);
}

static void make(struct bundle *bundle)
{
    *bundle = (struct bundle){.files = {0}};
    buf_init(&bundle->json, BUF_LENGTH_MAX);
    buf_init(&bundle->samples, BUF_LENGTH_MAX);
    buf_init(&bundle->sums, BUF_LENGTH_MAX);
    buf_init(&bundle->claims, BUF_LENGTH_MAX);
    fill_audit(&bundle->audit);
    CHECK_EQ(report_json_audit(&bundle->audit, &bundle->json), ASSAY_OK);
    report_csv_audit(&bundle->audit, &bundle->samples);
    buf_puts(&bundle->claims, CLAIMS);
    refresh(bundle);
}

static void bundle_release(struct bundle *bundle)
{
    buf_release(&bundle->json);
    buf_release(&bundle->samples);
    buf_release(&bundle->sums);
    buf_release(&bundle->claims);
    vec_release(&bundle->files);
    audit_release(&bundle->audit);
}

/* Verifies; `what` must have failed with `detail`, or nothing for NULL. */
static void verify(const struct bundle *bundle, const char *what, const char *detail)
{
    struct arena arena = {0};
    audit_check_vec checks = {0};
    bool found = what == NULL;
    CHECK_EQ(bundle_verify(&bundle->files, &arena, &checks), ASSAY_OK);
    CHECK(checks.count > 0);
    for (size_t i = 0; i < checks.count; i++) {
        const struct audit_check *check = &checks.items[i];
        if (check->status != AUDIT_CHECK_FAILED)
            continue;
        if (what == NULL)
            test_fail(__FILE__, __LINE__, "%s: %s", check->what, check->detail);
        found = found || (strcmp(check->what, what) == 0 && strstr(check->detail, detail) != NULL);
    }
    if (!found)
        test_fail(__FILE__, __LINE__, "nothing failed of '%s' with '%s'", what, detail);
    vec_release(&checks);
    arena_release(&arena);
}

/* Replaces the first `from` by `to`, which is as long. */
static void tamper(struct buf *buf, const char *from, const char *to)
{
    char *at = strstr(buf->text, from);
    CHECK(at != NULL && strlen(from) == strlen(to));
    while (*to != '\0')
        *at++ = *to++;
}

TEST(evidence_that_nobody_touched_is_sound)
{
    struct bundle bundle;
    make(&bundle);
    verify(&bundle, NULL, "");
    bundle_release(&bundle);
}

TEST(samples_come_back_bit_for_bit)
{
    struct bundle bundle;
    BUF_AUTO error;
    buf_init(&error, 1000);
    make(&bundle);
    struct audit_finding *finding = &bundle.audit.findings.items[0];
    pair_vec before = finding->pairs;
    finding->pairs = (pair_vec){0};
    CHECK_EQ(bundle_read_samples(bundle.samples.text, bundle.samples.length, &bundle.audit.findings,
                                 &error),
             ASSAY_OK);
    CHECK_EQ(finding->pairs.count, before.count);
    for (size_t i = 0; i < before.count && i < finding->pairs.count; i++) {
        CHECK(finding->pairs.items[i].old_ns == before.items[i].old_ns);
        CHECK(finding->pairs.items[i].new_ns == before.items[i].new_ns);
        CHECK_EQ(finding->pairs.items[i].launch, before.items[i].launch);
    }
    vec_release(&before);
    bundle_release(&bundle);
}

/* Each of them alone: the hash finds it. */
TEST(a_changed_byte_is_found_by_its_hash_and_named)
{
    for (size_t i = 0; i < 4; i++) {
        struct bundle bundle;
        make(&bundle);
        struct bundle_file *file = &bundle.files.items[i];
        char *text = malloc(file->length);
        CHECK(text != NULL);
        memcpy(text, file->text, file->length);
        text[file->length / 2] ^= 1;
        file->text = text;
        verify(&bundle, file->name, "it was changed");
        free(text);
        bundle_release(&bundle);
    }
}

/* With the hashes made anew. */
TEST(changed_evidence_with_fitting_hashes_contradicts_itself)
{
    struct bundle bundle;
    make(&bundle);
    tamper(&bundle.json, "\"confirmed\"", "\"undecided\"");
    refresh(&bundle);
    verify(&bundle, "claim 1", "another 'verdict'");
    tamper(&bundle.json, "\"undecided\"", "\"confirmed\"");
    tamper(&bundle.samples, ",100,", ",010,");
    refresh(&bundle);
    verify(&bundle, "claim 1", "samples give another 'ratio'");
    tamper(&bundle.samples, ",010,", ",100,");
    tamper(&bundle.json, "\"it is better\"", "\"it is Better\"");
    refresh(&bundle);
    verify(&bundle, "claim 1", "another 'claim' than the audit file");
    tamper(&bundle.json, "\"it is Better\"", "\"it is better\"");
    tamper(&bundle.json, "0.4", "0.5");
    refresh(&bundle);
    verify(&bundle, "claim 1", "another 'bound' than the audit file");
    tamper(&bundle.json, "0.5", "0.4");
    tamper(&bundle.claims, "40 %", "30 %");
    refresh(&bundle);
    verify(&bundle, "claims-1.yaml", "not that of audit.json");
    bundle_release(&bundle);
}

TEST(what_is_missing_or_not_named_is_a_failed_check)
{
    for (size_t i = 0; i < 5; i++) {
        struct bundle bundle;
        make(&bundle);
        const char *name = bundle.files.items[i].name;
        bundle.files.items[i] = bundle.files.items[--bundle.files.count];
        verify(&bundle, name, "it is missing");
        bundle_release(&bundle);
    }
    struct bundle bundle;
    make(&bundle);
    tamper(&bundle.sums, "samples.csv", "samples.CSV");
    verify(&bundle, "samples.csv", "SHA256SUMS does not name it");
    bundle_release(&bundle);
}

TEST(a_line_of_samples_that_is_none_is_named)
{
    static const struct {
        const char *text, *want;
    } CASES[] = {
        {"", "it is empty"},
        {"claim,launch,before\n", "line 1"},
        {"claim,launch,before,after", "line 1"},
        {"claim,launch,before,after\n2,0,1,1\n", "line 2"},
        {"claim,launch,before,after\n0,0,1,1\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,1\n1,0,0,1\n", "line 3"},
        {"claim,launch,before,after\n1,0,-1,1\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,inf\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,1e999\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,nan\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,1,1\n", "line 2"},
        {"claim,launch,before,after\n1,3,1,1\n1,2,1,1\n", "line 3"},
        {"claim,launch,before,after\n1,4294967296,1,1\n", "line 2"},
        {"claim,launch,before,after\n1,0,1,1", "line 2"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        BUF_AUTO error;
        struct audit_finding finding = {.reason = ""};
        audit_finding_vec findings = {&finding, 1, 1};
        buf_init(&error, 1000);
        CHECK_EQ(bundle_read_samples(CASES[i].text, strlen(CASES[i].text), &findings, &error),
                 ASSAY_ERR_PARSE);
        CHECK_CONTAINS(error.text, CASES[i].want);
        vec_release(&finding.pairs);
    }
}

TEST_MAIN
