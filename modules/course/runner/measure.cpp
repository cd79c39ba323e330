// For the program that measures functions of the host.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocated = 0, peak = 0;  // bytes; the peak is that since it was set

}  // namespace

// Of the whole program, plug-ins included.
void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(std::max<std::size_t>(bytes, 1));
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = allocated += malloc_usable_size(memory);
  std::size_t before = peak;
  while (before < now && !peak.compare_exchange_weak(before, now)) {
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) allocated -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { operator delete(memory); }

namespace tinytorch::course {
namespace {

std::size_t memory_of(const std::function<void()>& call) {
  const std::size_t before = allocated;
  peak = before;
  call();
  return peak - before;
}

double seconds_of(const std::function<void()>& call, std::size_t calls) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < calls; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median_of_seconds(const std::function<void()>& call) {
  constexpr double kLeast = 1e-3;  // a sample, for which the clock's resolution does not count
  std::size_t calls = 1;
  while (seconds_of(call, calls) < kLeast) calls *= 2;
  std::array<double, 11> samples{};
  for (double& each : samples) each = seconds_of(call, calls) / static_cast<double>(calls);
  std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
  return samples[samples.size() / 2];
}

}  // namespace

void measure(const std::string& what, const std::function<void()>& call) {
  const std::size_t bytes = memory_of(call);
  const double seconds = median_of_seconds(call);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), R"({"seconds": %.9g, "bytes": %zu})", seconds, bytes);
  ::testing::Test::RecordProperty(what, text.data());
}

}  // namespace tinytorch::course
