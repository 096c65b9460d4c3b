// The bodies cpu and memory for Google Benchmark (libbenchmark-dev).
#include <benchmark/benchmark.h>
#include <vector>

#include "bodies.h"

static void cpu(benchmark::State &state)
{
    uint64_t steps = STEPS_OF(CPU_STEPS), x = XORSHIFT_SEED;
    benchmark::DoNotOptimize(steps);
    for (auto _ : state) {
        x = work_cpu(x, steps);
        benchmark::DoNotOptimize(x);
    }
}

static void memory(benchmark::State &state)
{
    uint64_t hops = STEPS_OF(MEMORY_HOPS);
    uint32_t at = 0;
    std::vector<uint32_t> chain(MEMORY_BYTES / sizeof(uint32_t));
    link_chain(chain.data(), MEMORY_BYTES / 64, XORSHIFT_SEED);
    benchmark::DoNotOptimize(hops);
    for (auto _ : state) {
        at = work_memory(chain.data(), at, hops);
        benchmark::DoNotOptimize(at);
    }
}

BENCHMARK(cpu);
BENCHMARK(memory);
BENCHMARK_MAIN();
