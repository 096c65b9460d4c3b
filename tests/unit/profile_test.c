/* Who overrides whom in a plan, and how pairs fit the size of a suite. */
#include "harness.h"
#include "session/place/profile.h"

static struct config config_of(const char *text)
{
    struct config config;
    const struct yaml_source source = {text, strlen(text), "assay.yaml"};
    CHECK(config_parse(&source, &config, NULL) == ASSAY_OK);
    return config;
}

TEST(pairs_take_limits_and_the_seed_of_the_file_and_not_its_launches)
{
    struct config config = config_of("launches: 3\ntime_limit: 7s\nseed: 42\n");
    struct plan plan = profile_pairs("gate", &config, &(struct plan){0});
    CHECK_STR(plan.profile, "gate");
    CHECK_EQ(plan.launches, 40);
    CHECK_EQ(plan.limit_seconds, 7);
    CHECK_EQ(plan.limit_is_firm, 1);
    CHECK_EQ(plan.seed, 42);
    config_release(&config);
}

TEST(what_is_said_of_pairs_goes_before_all)
{
    struct config config = config_of("seed: 42\n");
    struct plan said = {.launches = 8, .measure_seconds = 0.2, .seed = 5};
    struct plan plan = profile_pairs("compare", &config, &said);
    CHECK_EQ(plan.launches, 8);
    CHECK_EQ(plan.measure_seconds, 0.2);
    CHECK_EQ(plan.seed, 5);
    CHECK(plan.warmup_seconds > 0);
    config_release(&config);
}

static struct plan fitted(size_t benchmarks, struct plan said)
{
    struct config config = config_of("");
    struct plan plan = profile_pairs("gate", &config, &said);
    profile_fit(benchmarks, &said, &plan);
    config_release(&config);
    return plan;
}

TEST(a_small_suite_keeps_the_length_of_launches)
{
    CHECK_EQ(fitted(0, (struct plan){0}).measure_seconds, 0.05);
    CHECK_EQ(fitted(100, (struct plan){0}).measure_seconds, 0.05);
    CHECK_EQ(fitted(100, (struct plan){0}).warmup_seconds, 0.01);
}

TEST(launches_of_a_large_suite_are_short_and_never_nothing)
{
    struct plan large = fitted(500, (struct plan){0}), huge = fitted(100000, (struct plan){0});
    CHECK(large.measure_seconds < 0.02 && large.measure_seconds > huge.measure_seconds);
    CHECK(large.warmup_seconds < large.measure_seconds);
    CHECK(huge.measure_seconds >= 0.001 && huge.warmup_seconds > 0);
}

TEST(a_length_that_was_said_is_kept_in_any_suite)
{
    struct plan plan = fitted(100000, (struct plan){.measure_seconds = 0.03});
    CHECK_EQ(plan.measure_seconds, 0.03);
    CHECK(plan.warmup_seconds < 0.01);
}

static struct plan quick(size_t benchmarks, const char *text, struct plan said)
{
    struct config config = config_of(text);
    const struct profile_request request = {.plan = said};
    struct plan plan;
    CHECK_EQ(profile_plan(&request, &config, &plan, NULL), ASSAY_OK);
    profile_fit_quick(benchmarks, &request, &config, &plan);
    config_release(&config);
    return plan;
}

TEST(a_quick_run_of_many_has_short_launches)
{
    CHECK_EQ(quick(50, "", (struct plan){0}).measure_seconds, 0.1);
    CHECK(quick(400, "", (struct plan){0}).measure_seconds < 0.05);
    CHECK(quick(400, "", (struct plan){0}).warmup_seconds < 0.05);
    CHECK(quick(100000, "", (struct plan){0}).measure_seconds >= 0.01);
}

TEST(a_quick_run_of_very_many_has_fewer_launches)
{
    CHECK_EQ(quick(400, "", (struct plan){0}).launches, 5);
    CHECK_EQ(quick(100000, "", (struct plan){0}).launches, 3);
    CHECK_EQ(quick(100000, "", (struct plan){.launches = 7}).launches, 7);
    CHECK_EQ(quick(100000, "launches: 6\n", (struct plan){0}).launches, 6);
}

TEST(a_benchmark_may_state_a_longer_limit_unless_somebody_said_one)
{
    const struct benchmark plain = {.limit_seconds = 0}, patient = {.limit_seconds = 600};
    const struct plan unsaid = quick(1, "", (struct plan){0}),
                      said = quick(1, "", (struct plan){.limit_seconds = 5}),
                      written = quick(1, "time_limit: 7s\n", (struct plan){0}),
                      pairs = profile_pairs("gate", &(struct config){.path = ""}, &said);
    CHECK_EQ(plan_limit_seconds(&unsaid, &plain), 60);
    CHECK_EQ(plan_limit_seconds(&unsaid, &patient), 600);
    CHECK_EQ(plan_limit_seconds(&said, &patient), 5);
    CHECK_EQ(plan_limit_seconds(&written, &patient), 7);
    CHECK_EQ(plan_limit_seconds(&pairs, &patient), 5);
}

TEST(what_is_said_or_another_profile_is_kept)
{
    CHECK_EQ(quick(400, "", (struct plan){.measure_seconds = 0.2}).measure_seconds, 0.2);
    CHECK(quick(400, "profile: standard\n", (struct plan){0}).measure_seconds > 0.1);
}

TEST_MAIN
