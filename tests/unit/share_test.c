/* src/stats/share against equations that can be solved by hand: no hits, (1 - p)^n = 1 - level; one
 * hit of two, 1 - p^2 = 1 - level; all but one, 1 - p^n = 1 - level. */
#include "harness.h"
#include "stats/share.h"
#include "stats/special.h"

TEST(no_hits_prove_the_root_of_what_may_err)
{
    CHECK_NEAR(share_upper_bound(0, 1, 0.95), 0.95, 1e-12);
    CHECK_NEAR(share_upper_bound(0, 2, 0.95), 1 - sqrt(0.05), 1e-12);
    CHECK_NEAR(share_upper_bound(0, 24, 0.95), 1 - pow(0.05, 1.0 / 24), 1e-12);
    CHECK_NEAR(share_upper_bound(0, 3000, 0.95), 1 - pow(0.05, 1.0 / 3000), 1e-9);
}

TEST(all_but_one_prove_a_root_from_above)
{
    CHECK_NEAR(share_upper_bound(1, 2, 0.95), sqrt(0.95), 1e-12);
    CHECK_NEAR(share_upper_bound(4, 5, 0.99), pow(0.99, 0.2), 1e-12);
}

/* Clopper and Pearson's 90 % interval of 1 in 20 ends at 0.2161; its upper half is our bound. */
TEST(one_of_twenty_proves_what_the_tables_say)
{
    CHECK_NEAR(share_upper_bound(1, 20, 0.95), 0.2161, 2e-4);
}

TEST(all_hits_or_none_tried_prove_nothing)
{
    CHECK_EQ(share_upper_bound(7, 7, 0.95), 1);
    CHECK_EQ(share_upper_bound(0, 0, 0.95), 1);
}

TEST(at_the_bound_so_few_hits_have_just_the_probability_that_may_err)
{
    for (size_t hits = 0; hits < 9; hits++) {
        double bound = share_upper_bound(hits, 40, 0.95);
        CHECK_NEAR(binomial_cdf(hits, 40, bound), 0.05, 1e-9);
    }
}

TEST_MAIN
