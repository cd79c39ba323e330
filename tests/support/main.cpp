// The main function of every test program: GoogleTest's, with the option --backend cpu|cuda.
#include "modules/cli/output.h"
#include "tests/support/backend.h"

#include "core/allocator.h"
#include "core/device.h"
#include "core/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace tinytorch::testing {
namespace {

constexpr int kUsageError = 2;

Device chosen_backend = Device::cpu();

/// Reads --backend NAME or --backend=NAME. Anything else is an error: with a misspelt option the wrong thing
/// would be tested.
/// @return false after printing an error
/// @throws ValueError  NAME is not a device
bool read_arguments(const std::vector<std::string_view>& arguments) {
  constexpr std::string_view kOption = "--backend";
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    if (name == kOption && i + 1 < arguments.size()) {
      name = arguments[++i];
    } else if (name.starts_with(kOption) && name.substr(kOption.size()).starts_with('=')) {
      name.remove_prefix(kOption.size() + 1);
    } else {
      std::cerr << "unknown argument '" << name
                << "'; this program takes --backend cpu|cuda and --gtest_* options\n";
      return false;
    }
    const Device device = Device::parse(std::string(name));
    if (!is_available(device)) {
      std::cerr << "backend " << name << " is not available: " << unavailable_reason(device.type) << '\n';
      return false;
    }
    chosen_backend = device;
    // The emulated device fills new memory with NaN. Without caching, tests see every element that was not
    // written.
    if (is_emulated(device)) set_memory_caching(device, false);
  }
  return true;
}

}  // namespace

Device backend() { return chosen_backend; }

std::int64_t scaled(std::int64_t n) {
#if defined(__SANITIZE_ADDRESS__)
  const std::int64_t slower = 20;
#elif defined(__SANITIZE_THREAD__)
  const std::int64_t slower = is_emulated(backend()) ? 100 : 1;
#else
  const std::int64_t slower = is_emulated(backend()) ? 20 : 1;
#endif
  return std::max<std::int64_t>(n / slower, 1);
}

}  // namespace tinytorch::testing

int main(int argc, char** argv) {
#ifdef __SANITIZE_ADDRESS__
  // With caching, the memory of tensors is not freed, and AddressSanitizer would not detect a use after free.
  setenv("TINYTORCH_ALLOCATOR_CACHE", "0", /*overwrite=*/0);
#endif
  testing::InitGoogleMock(&argc, argv);  // removes the arguments that it knows
  try {
    if (!tinytorch::testing::read_arguments({argv + 1, argv + argc})) return tinytorch::testing::kUsageError;
  } catch (const tinytorch::Error& error) {
    std::cerr << error.what() << '\n';
    return tinytorch::testing::kUsageError;
  }
  const int result = RUN_ALL_TESTS();
  const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
  if (!GTEST_FLAG_GET(list_tests) && tests.test_to_run_count() == 0) {
    std::cerr << "no test was run: an empty run proves nothing\n";
    return EXIT_FAILURE;
  }
  return tito::flush_output(result);
}
