/* Benchmarks of the suite NAME.  The API is assay.h, documented in place; nothing is linked.
 * Build:  COMPILE
 * Run:    assay run ./MODULE */
#define ASSAY_SUITE "NAME"
#include <assay.h>

#include <numeric>
#include <vector>

/* What is measured: replace it by a call into the code that matters to you. */
static uint64_t sum_bytes(const std::vector<unsigned char> &data)
{
    return std::accumulate(data.begin(), data.end(), uint64_t{0});
}

/* The oracle: nothing is timed unless a known input gives the known answer. */
static void check(struct assay_bench *b)
{
    assay_expect(b, sum_bytes({1, 2, 3}) == 6, "1 + 2 + 3 is %d", (int)sum_bytes({1, 2, 3}));
}

/* Once a launch and untimed: what the work needs, and how much of it one iteration does. */
static void setup(struct assay_bench *b)
{
    b->bytes = (double)assay_param(b, "n");
    b->state = assay_random_bytes(b, (size_t)b->bytes);
}

ASSAY_BENCH(total, .description = "sums bytes", .sweep = "n=64,4096", .setup = setup,
            .check = check)
{
    const auto *bytes = static_cast<const unsigned char *>(b->state);
    const std::vector<unsigned char> data(bytes, bytes + static_cast<size_t>(b->bytes));
    ASSAY_LOOP(b)
    {
        assay_keep(sum_bytes(data));
    }
}
