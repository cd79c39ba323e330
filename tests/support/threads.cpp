#include "tests/support/threads.h"

#include <gtest/gtest.h>

#include <cstring>
#include <exception>
#include <latch>
#include <thread>

// OpenMP's functions, declared here because this file is not compiled with OpenMP. They are null where the
// library was built without it.
extern "C" {
[[gnu::weak]] void omp_set_num_threads(int threads);
[[gnu::weak]] int omp_get_max_threads();
}

namespace tinytorch::testing {

Tensor on_threads(int threads, const std::function<Tensor()>& call) {
  if (omp_set_num_threads == nullptr || omp_get_max_threads == nullptr) return call();
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  const Tensor y = call();
  omp_set_num_threads(before);
  return y;
}

void expect_same_bits(const std::vector<std::function<Tensor()>>& calls) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::vector<double> one = on_threads(1, calls[i]).to_vector<double>();
    for (const int threads : {2, 3}) {
      const std::vector<double> more = on_threads(threads, calls[i]).to_vector<double>();
      ASSERT_EQ(one.size(), more.size());
      EXPECT_EQ(std::memcmp(one.data(), more.data(), one.size() * sizeof(double)), 0)
          << "call " << i << " on " << threads << " threads";
    }
  }
}

void in_threads(int n, const std::function<void(int)>& f) {
  std::latch start(n);
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        f(i);
      } catch (const std::exception& error) {
        ADD_FAILURE() << "thread " << i << ": " << error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tinytorch::testing
