/* Audits with each allocation failing once: ASSAY_ERR_MEMORY, never a verdict from half the data.
 */
#include "compare/bounds/audit.h"
#include "config/audit.h"
#include "harness.h"
#include "report/audit/audit.h"
#include "session/audit/bundle.h"
#include "session/audit/measure.h"

static const char TEXT[] = "audit: x\n"
                           "claims:\n"
                           "  - claim: it is better\n"
                           "    source: page 3\n"
                           "    before: {benchmark: \"s/slow\", module: old.so}\n"
                           "    after: {benchmark: \"s/fast\", module: new.so}\n"
                           "    at_least: 40 %\n";

static bool read_claims(void *arg)
{
    const struct yaml_source source = {TEXT, sizeof TEXT - 1, "dir/a.yaml"};
    struct arena arena = {0};
    audit_claim_vec claims = {0};
    const char *name = NULL;
    (void)arg;
    assay_status status = audit_parse(&source, &arena, &claims, &name, NULL);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK_EQ(claims.count, status == ASSAY_OK ? 1 : 0);
    vec_release(&claims);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(reading_claims_survives_failing_allocations)
{
    CHECK(torture(read_claims, NULL) >= 5);
}

static enum outcome launch(void *self, uint32_t number, pair_vec *pairs, struct buf *reason)
{
    (void)self;
    struct pair_sample *pair = vec_add(pairs);
    if (pair == NULL) {
        buf_error(reason, ASSAY_OK, "out of memory");
        return OUTCOME_FAILED;
    }
    *pair = (struct pair_sample){100, 50 + number % 2, number, 1};
    return OUTCOME_OK;
}

static double now_seconds(void *self)
{
    (void)self;
    return 0;
}

static const struct audit_source_ops OPS = {launch, now_seconds};
static const struct audit_limits LIMITS = {.level = 0.99, .launches = 20};

static bool measure(void *arg)
{
    const struct audit_source source = {&OPS, arg};
    struct arena arena = {0};
    struct audit_finding finding = {.reason = "", .sentence = ""};
    finding.claim = (struct audit_claim){
        .metric = audit_metric_find("time_ns"), .bound = AUDIT_AT_LEAST, .value = 0.4};
    assay_status status = audit_measure(&source, &LIMITS, &arena, &finding);
    bool good = status == ASSAY_OK && finding.outcome == OUTCOME_OK;
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK(!good || finding.verdict == AUDIT_CONFIRMED);
    vec_release(&finding.pairs);
    arena_release(&arena);
    return good;
}

TEST(measuring_a_claim_survives_failing_allocations)
{
    CHECK(torture(measure, NULL) >= 5);
}

static bool verify(void *arg)
{
    struct bundle_file items[] = {
        {"audit.json", "{\"schema\": \"assay.audit/1\", \"files\": [{\"kept\": \"a.yaml\"}]}", 59},
        {"samples.csv", "claim,launch,before,after\n1,0,2,1\n", 34},
        {"a.yaml", TEXT, sizeof TEXT - 1},
        {"SHA256SUMS", "x", 1}};
    const bundle_file_vec files = {items, 4, 4};
    struct arena arena = {0};
    audit_check_vec checks = {0};
    (void)arg;
    assay_status status = bundle_verify(&files, &arena, &checks);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    vec_release(&checks);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(verifying_evidence_survives_failing_allocations)
{
    CHECK(torture(verify, NULL) >= 5);
}

TEST_MAIN
