/* Fails every allocation of src/config in turn: each must come back as ASSAY_ERR_MEMORY, with
 * nothing written and nothing leaked.  libfyaml's own allocations are behind its shared library and
 * not met. */
#include <sys/stat.h>

#include "config/config.h"
#include "config/targets.h"
#include "harness.h"

static const char config_text[] = "suites: [a, b, c, d, e, f, g, h, i]\n"
                                  "targets: [t.yaml]\n"
                                  "store: postgres://db/assay\n"
                                  "profile: quick\n"
                                  "launches: 3\n"
                                  "memory_limit: 2 GiB\n";

static bool parse_config(void *arg)
{
    const struct yaml_source source = {config_text, sizeof config_text - 1, "sub/assay.yaml"};
    struct config config = {.set = 12345};
    assay_status status = config_parse(&source, &config, arg);
    if (status != ASSAY_OK) {
        CHECK_EQ(status, ASSAY_ERR_MEMORY);
        CHECK_EQ(config.set, 12345);
        return false;
    }
    CHECK_EQ(config.suites.count, 9);
    config_release(&config);
    return true;
}

TEST(config_survives_every_failing_allocation)
{
    CHECK(torture(parse_config, NULL) >= 3);
}

TEST(config_survives_them_when_the_message_fails_too)
{
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK(torture(parse_config, &error) >= 3);
}

static bool find_config(void *arg)
{
    struct config config = {.set = 12345};
    assay_status status = config_find(arg, &config, NULL);
    if (status != ASSAY_OK) {
        CHECK_EQ(status, ASSAY_ERR_MEMORY);
        CHECK_EQ(config.set, 12345);
        return false;
    }
    CHECK_EQ(config.plan.launches, 3);
    config_release(&config);
    return true;
}

TEST(find_survives_every_failing_allocation)
{
    char path[200];
    snprintf(path, sizeof path, "%s/assay.yaml", test_folder());
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(config_text, file) >= 0 && fclose(file) == 0);
    snprintf(path, sizeof path, "%s/sub", test_folder());
    CHECK(mkdir(path, 0755) == 0);
    CHECK(torture(find_config, path) >= 5);
}

static bool parse_targets(void *arg)
{
    static const char text[] = "targets:\n"
                               "  - {benchmark: a/b, at_most: 1 ms, source: s}\n"
                               "  - {benchmark: a/b, versus: c/d, faster_by: 2}\n"
                               "claims:\n"
                               "  - {benchmark: a/b, value: 1 ms, source: s}\n";
    const struct yaml_source source = {text, sizeof text - 1, "targets.yaml"};
    struct arena arena = {0};
    target_vec targets = {0};
    claim_vec claims = {0};
    const struct targets into = {&arena, &targets, &claims};
    assay_status status = targets_parse(&source, &into, arg);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK_EQ(targets.count, status == ASSAY_OK ? 2 : 0);
    CHECK_EQ(claims.count, status == ASSAY_OK ? 1 : 0);
    vec_release(&targets);
    vec_release(&claims);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(targets_survive_every_failing_allocation)
{
    CHECK(torture(parse_targets, NULL) >= 4);
}

/* A refused file with a message that cannot be stored is still refused. */
static bool refuse_config(void *arg)
{
    struct config config;
    struct buf error;
    buf_init(&error, 1000);
    const struct yaml_source source = {"lanches: 1\n", 11, "assay.yaml"};
    assay_status status = config_parse(&source, &config, &error);
    CHECK(status == ASSAY_ERR_PARSE || status == ASSAY_ERR_MEMORY);
    bool said = error.status == ASSAY_OK && strstr(error.text, "did you mean") != NULL;
    (void)arg;
    buf_release(&error);
    return said;
}

TEST(a_mistake_stays_a_mistake_without_memory_for_its_message)
{
    CHECK(torture(refuse_config, NULL) >= 2);
}

TEST_MAIN
