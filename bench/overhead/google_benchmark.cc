// The same bodies for Google Benchmark (libbenchmark-dev).
#include <benchmark/benchmark.h>

#include "xorshift.h"

static void add(benchmark::State &state)
{
    uint64_t x = 1;
    for (auto _ : state) {
        x += 3;
        benchmark::DoNotOptimize(x);
    }
}

static void step(benchmark::State &state)
{
    uint64_t x = XORSHIFT_SEED;
    for (auto _ : state) {
        x = xorshift(x);
        benchmark::DoNotOptimize(x);
    }
}

static void steps2000(benchmark::State &state)
{
    uint64_t x = XORSHIFT_SEED;
    for (auto _ : state)
        for (int i = 0; i < 2000; i++) {
            x = xorshift(x);
            benchmark::DoNotOptimize(x);
        }
}

BENCHMARK(add);
BENCHMARK(step)->Name("xorshift");
BENCHMARK(steps2000);
BENCHMARK_MAIN();
