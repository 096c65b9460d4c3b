/* compare/evidence.c on made-up pairs: what a launch says by either estimator, which one decides,
 * and what batches of one launch are worth.  The random numbers are fixed; nothing is timed. */
#include <math.h>

#include "compare/evidence.h"
#include "compare/verdict.h"
#include "harness.h"

static uint64_t state;

/* xorshift64*, Vigna 2016: uniform in [0, 1). */
static double uniform(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 0x2545f4914f6cdd1du) >> 11) * 0x1p-53;
}

static void add_pair(pair_vec *pairs, uint32_t launch, double old_ns, double new_ns)
{
    struct pair_sample *pair = vec_add(pairs);
    CHECK(pair != NULL);
    *pair = (struct pair_sample){old_ns, new_ns, launch, 1};
}

/* Eight pairs: sorted log ratios of 1, 1, 2, 2, 2, 2, 4, 4; a quarter is cut at each end, four 2s
 * are left.  The fastest tenth of eight slots is the fastest one: 100 of the old, 100 of the new.
 */
TEST(a_launch_is_the_trimmed_mean_of_its_pairs_and_the_ratio_of_the_fastest)
{
    static const double RATIOS[] = {4, 2, 1, 2, 2, 4, 2, 1};
    struct evidence evidence = {0};
    pair_vec pairs = {0};
    for (size_t i = 0; i < 8; i++)
        add_pair(&pairs, 0, 100, 100 * RATIOS[i]);
    CHECK_EQ(evidence_add_launches(&pairs, &evidence), ASSAY_OK);
    CHECK_EQ(evidence_count(&evidence), 1);
    CHECK_NEAR(evidence_ratio(&evidence, ESTIMATOR_TRIMMED), 2, 1e-12);
    CHECK_NEAR(evidence_ratio(&evidence, ESTIMATOR_LOWEST), 1, 1e-12);
    vec_release(&pairs);
    evidence_release(&evidence);
}

/* Most slots are hit by bursts that add up to 20 times their time; four of ten are not. */
static double in_bursts(double ns)
{
    return uniform() < 0.4 ? ns : ns * (1 + 20 * uniform());
}

static double evenly(double ns)
{
    return ns * (1 + 0.05 * (uniform() - 0.5));
}

static struct evidence made_of(double (*disturb)(double), double ratio, pair_vec *pairs)
{
    struct evidence evidence = {0};
    state = 88172645463325252u;
    for (uint32_t launch = 0; launch < 8; launch++)
        for (size_t i = 0; i < 200; i++)
            add_pair(pairs, launch, disturb(100), disturb(100 * ratio));
    CHECK_EQ(evidence_add_launches(pairs, &evidence), ASSAY_OK);
    return evidence;
}

TEST(bursts_of_noise_make_the_fastest_slots_decide)
{
    pair_vec pairs = {0};
    struct evidence evidence = made_of(in_bursts, 1.01, &pairs);
    CHECK_EQ(evidence.estimator, ESTIMATOR_LOWEST);
    CHECK_NEAR(evidence_ratio(&evidence, ESTIMATOR_LOWEST), 1.01, 1e-9);
    struct interval lowest, trimmed;
    CHECK_EQ(evidence_interval(&evidence, ESTIMATOR_LOWEST, 0.99, &lowest), ASSAY_OK);
    CHECK_EQ(evidence_interval(&evidence, ESTIMATOR_TRIMMED, 0.99, &trimmed), ASSAY_OK);
    CHECK(lowest.low > 1 && lowest.high < 1.02);
    CHECK(trimmed.low < 1 && trimmed.high > 1.02);
    vec_release(&pairs);
    evidence_release(&evidence);
}

TEST(even_noise_leaves_the_trimmed_mean_to_decide)
{
    pair_vec pairs = {0};
    struct evidence evidence = made_of(evenly, 1.01, &pairs);
    CHECK_EQ(evidence.estimator, ESTIMATOR_TRIMMED);
    vec_release(&pairs);
    evidence_release(&evidence);
}

static void swap_sides(pair_vec *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        double old_ns = pairs->items[i].old_ns;
        pairs->items[i].old_ns = pairs->items[i].new_ns;
        pairs->items[i].new_ns = old_ns;
    }
}

TEST(which_side_is_called_old_changes_the_sign_and_nothing_else)
{
    double (*const disturb[])(double) = {in_bursts, evenly};
    for (size_t k = 0; k < 2; k++) {
        pair_vec pairs = {0};
        struct evidence one = made_of(disturb[k], 1.3, &pairs), other = {0};
        swap_sides(&pairs);
        CHECK_EQ(evidence_add_launches(&pairs, &other), ASSAY_OK);
        CHECK_EQ(other.estimator, one.estimator);
        for (int e = 0; e < ESTIMATOR_COUNT; e++)
            CHECK_NEAR(evidence_ratio(&one, (enum estimator)e) *
                           evidence_ratio(&other, (enum estimator)e),
                       1, 1e-12);
        vec_release(&pairs);
        evidence_release(&one);
        evidence_release(&other);
    }
}

/* The fastest slots are alike to the last digit, so that they would decide; the rest says
 * "three times as slow".  No noise does that: the trimmed mean has the word. */
TEST(where_the_estimators_contradict_each_other_the_trimmed_mean_decides)
{
    pair_vec pairs = {0};
    struct evidence evidence = {0};
    struct comparison comparison = {0};
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    state = 1;
    for (uint32_t launch = 0; launch < 8; launch++)
        for (size_t i = 0; i < 200; i++)
            add_pair(&pairs, launch, i % 5 == 0 ? 100 : evenly(200),
                     i % 5 == 0 ? 100 : evenly(600));
    CHECK_EQ(evidence_add_launches(&pairs, &evidence), ASSAY_OK);
    CHECK_EQ(evidence.estimator, ESTIMATOR_LOWEST);
    CHECK_EQ(verdict_from_evidence(&evidence, &rules, &comparison), ASSAY_OK);
    CHECK_EQ(comparison.estimator, ESTIMATOR_TRIMMED);
    CHECK_NEAR(comparison.ratio, 3, 0.01);
    CHECK_STR(verdict_name(comparison.verdict), "slower");
    vec_release(&pairs);
    evidence_release(&evidence);
}

/* ---- one launch ---- */

static struct evidence batches_of(double memory, pair_vec *pairs)
{
    struct evidence evidence = {0};
    double drift = 0;
    state = 88172645463325252u;
    for (size_t i = 0; i < 2000; i++) {
        drift = memory * drift + (uniform() - 0.5) * 0.02;
        add_pair(pairs, 0, 100, 101 * exp(drift));
    }
    CHECK_EQ(evidence_from_batches(pairs, &evidence), ASSAY_OK);
    return evidence;
}

TEST(one_launch_is_cut_into_batches_after_its_first_quarter)
{
    pair_vec pairs = {0};
    struct evidence evidence = batches_of(0, &pairs);
    struct interval ratio;
    CHECK(evidence.within_launch);
    CHECK_EQ(evidence_interval(&evidence, ESTIMATOR_TRIMMED, 0.99, &ratio), ASSAY_OK);
    CHECK(ratio.low > 1.008 && ratio.low < 1.01 && ratio.high > 1.01 && ratio.high < 1.012);
    for (size_t i = 0; i < pairs.count / 4; i++)
        pairs.items[i].new_ns *= 3; /* the pilots are not looked at again */
    struct evidence same = {0};
    CHECK_EQ(evidence_from_batches(&pairs, &same), ASSAY_OK);
    CHECK_EQ(evidence_ratio(&same, ESTIMATOR_TRIMMED),
             evidence_ratio(&evidence, ESTIMATOR_TRIMMED));
    vec_release(&pairs);
    evidence_release(&evidence);
    evidence_release(&same);
}

TEST(neighbours_that_resemble_each_other_make_longer_batches_and_a_wider_interval)
{
    pair_vec pairs = {0}, others = {0};
    struct evidence independent = batches_of(0, &pairs), drifting = batches_of(0.995, &others);
    struct interval narrow, wide;
    CHECK_EQ(drifting.logs[0].count, EVIDENCE_BATCHES_MIN);
    CHECK(drifting.correlation > 0.1);
    CHECK_EQ(evidence_interval(&independent, ESTIMATOR_TRIMMED, 0.99, &narrow), ASSAY_OK);
    CHECK_EQ(evidence_interval(&drifting, ESTIMATOR_TRIMMED, 0.99, &wide), ASSAY_OK);
    CHECK(log(wide.high / wide.low) > 10 * log(narrow.high / narrow.low));
    vec_release(&pairs);
    vec_release(&others);
    evidence_release(&independent);
    evidence_release(&drifting);
}

TEST(too_few_pairs_and_times_of_nothing_are_refused)
{
    struct evidence evidence = {0};
    pair_vec pairs = {0};
    CHECK_EQ(evidence_add_launches(&pairs, &evidence), ASSAY_ERR_TOO_FEW);
    for (size_t i = 0; i + 1 < EVIDENCE_PAIRS_MIN; i++)
        add_pair(&pairs, 0, 1, 1);
    CHECK_EQ(evidence_from_batches(&pairs, &evidence), ASSAY_ERR_TOO_FEW);
    add_pair(&pairs, 0, 1, 0);
    CHECK_EQ(evidence_from_batches(&pairs, &evidence), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(evidence_add_launches(&pairs, &evidence), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(evidence_count(&evidence), 0);
    vec_release(&pairs);
    evidence_release(&evidence);
}

TEST_MAIN
