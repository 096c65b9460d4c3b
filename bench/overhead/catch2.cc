// The same bodies for Catch2 (catch2, version 2).
#define CATCH_CONFIG_MAIN
#define CATCH_CONFIG_ENABLE_BENCHMARKING
#include <catch2/catch.hpp>

#include "xorshift.h"

TEST_CASE("bodies")
{
    uint64_t a = 1, x = XORSHIFT_SEED, y = XORSHIFT_SEED;
    BENCHMARK("add")
    {
        return a += 3;
    };
    BENCHMARK("xorshift")
    {
        return x = xorshift(x);
    };
    BENCHMARK("steps2000")
    {
        for (int i = 0; i < 2000; i++) {
            y = xorshift(y);
            __asm__ volatile("" : "+r"(y));
        }
        return y;
    };
}
