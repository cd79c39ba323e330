// The main function of the benchmarks: Google Benchmark's, which refuses arguments that it does not know.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
