// The main function of the benchmarks: Google Benchmark's, with the option --backend cpu|cuda in front of its
// own.
#include "modules/cli/output.h"
#include "tests/benchmarks/device.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {
tinytorch::Device device = tinytorch::Device::cpu();
}  // namespace

tinytorch::Device benchmark_device() { return device; }

int main(int argc, char** argv) {
  constexpr int kUsageError = 2;
  try {
    std::vector<char*> arguments(argv, argv + argc);
    if (argc >= 3 && std::string(argv[1]) == "--backend") {
      device = tinytorch::Device::parse(argv[2]);
      arguments.erase(arguments.begin() + 1, arguments.begin() + 3);
    }
    if (!is_available(device)) {
      std::cerr << "backend " << to_string(device) << " is not available: " << unavailable_reason(device.type)
                << '\n';
      return kUsageError;
    }
    int size = static_cast<int>(arguments.size());
    benchmark::Initialize(&size, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(size, arguments.data())) return kUsageError;
    benchmark::AddCustomContext("device", to_string(device) + " (" + describe(device) + ")");
    benchmark::RunSpecifiedBenchmarks();
    return tito::flush_output(EXIT_SUCCESS);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return kUsageError;
  }
}
