/* Every allocation of the doctor's rules, arithmetic and pages fails once: it must say so and leave
 * nothing behind. */
#include "harness.h"
#include "report/doctor.h"
#include "session/doctor/noise.h"
#include "session/doctor/remedies.h"
#include "session/doctor/rules.h"

static bool judge(void *arg)
{
    struct arena arena = {0};
    symptom_vec findings = {0};
    assay_status status = rules_apply(arg, &arena, &findings);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    vec_release(&findings);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(rules_survive_failing_allocations)
{
    struct doctor_facts facts = {.host = {.cores = 2, .memory_bytes = 1, .governor = "x"}};
    CHECK(torture(judge, &facts) >= 3);
}

static bool advise(void *arg)
{
    remedy_vec advice = {0};
    assay_status status = remedies_find(arg, &advice);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    vec_release(&advice);
    return status == ASSAY_OK;
}

TEST(advice_survives_failing_allocations)
{
    struct doctor_facts facts = {.host = {.pressure_cpu = 1}};
    CHECK(torture(advise, &facts) >= 1);
}

static bool fold(void *arg)
{
    struct noise_row row = {.reason = ""};
    assay_status status = noise_fold(arg, 2, &row);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    return status == ASSAY_OK;
}

TEST(folding_survives_failing_allocations)
{
    struct noise_trial trials[] = {{{0.9, 1.1, 0.99}, 1, 1}, {{0.9, 1.1, 0.99}, 1, 1}};
    CHECK(torture(fold, trials) >= 1);
}

static bool write_pages(void *arg)
{
    BUF_AUTO text, json;
    buf_init(&text, 1 << 20);
    buf_init(&json, 1 << 20);
    report_text_doctor(arg, &text);
    assay_status status = report_json_doctor(arg, &json);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    return status == ASSAY_OK && text.status == ASSAY_OK;
}

TEST(reports_survive_failing_allocations)
{
    struct noise_row row = {.benchmark = "a/b", .reason = "", .comparisons = 1};
    struct symptom finding = {"load", MARK_WARNING, "a text", NOT_KNOWN, ""};
    struct remedy advice = {"quiet", "a text", "a command", "an experience"};
    struct diagnosis diagnosis = {
        .environment = {.hostname = "h", .cpu = "c", .kernel = "k", .os = "o"},
        .machine = {&finding, 1, 1},
        .noise = {.rows = {&row, 1, 1}, .comparisons = 1},
        .noise_reason = "",
        .advice = {&advice, 1, 1}};
    CHECK(torture(write_pages, &diagnosis) >= 2);
}

TEST_MAIN
