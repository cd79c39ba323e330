// The main function of the benchmarks is Google Benchmark's, which rejects unknown arguments.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
