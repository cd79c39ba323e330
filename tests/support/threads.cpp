#include "tests/support/threads.h"

#include <gtest/gtest.h>

#include <cstring>

// OpenMP's own functions, without compiling this file for OpenMP; absent where the library was built without
// it.
extern "C" {
[[gnu::weak]] void omp_set_num_threads(int threads);
[[gnu::weak]] int omp_get_max_threads();
}

namespace tinytorch::testing {

void expect_same_bits(const std::vector<std::function<Tensor()>>& calls) {
  const auto use_threads = [](int count) {
    if (omp_set_num_threads != nullptr) omp_set_num_threads(count);
  };
  const int before = omp_get_max_threads != nullptr ? omp_get_max_threads() : 1;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    use_threads(1);
    const std::vector<double> one = calls[i]().to_vector<double>();
    use_threads(2);
    const std::vector<double> two = calls[i]().to_vector<double>();
    ASSERT_EQ(one.size(), two.size());
    EXPECT_EQ(std::memcmp(one.data(), two.data(), one.size() * sizeof(double)), 0) << "call " << i;
  }
  use_threads(before);
}

}  // namespace tinytorch::testing
