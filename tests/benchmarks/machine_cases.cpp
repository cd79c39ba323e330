// Compiled once for each instruction set, as the kernels are.
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/targets.h"
#include "tests/benchmarks/cases.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/benchmarks/machine_cases.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace benchmarks::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;

/// Independent chains of multiply-adds: more than a processor has in flight.
constexpr std::int64_t kChains = 12;

/// @return  the number of floating-point operations of one thread
double multiply_adds(std::int64_t rounds, float* sink) {
  const D d;
  const auto factor = hn::Set(d, 0.999f), addend = hn::Set(d, 0.001f);
  const auto start = hn::Iota(d, 0.0f);
  // Different values, or else the compiler computes one chain for all.
  auto a = start, b = a + start, c = b + start, e = c + start, f = e + start, g = f + start, h = g + start,
       i = h + start, j = i + start, k = j + start, l = k + start, m = l + start;
  for (std::int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, addend);
    b = hn::MulAdd(b, factor, addend);
    c = hn::MulAdd(c, factor, addend);
    e = hn::MulAdd(e, factor, addend);
    f = hn::MulAdd(f, factor, addend);
    g = hn::MulAdd(g, factor, addend);
    h = hn::MulAdd(h, factor, addend);
    i = hn::MulAdd(i, factor, addend);
    j = hn::MulAdd(j, factor, addend);
    k = hn::MulAdd(k, factor, addend);
    l = hn::MulAdd(l, factor, addend);
    m = hn::MulAdd(m, factor, addend);
  }
  const auto sum = ((a + b) + (c + e)) + ((f + g) + (h + i)) + ((j + k) + (l + m));
  *sink = hn::GetLane(sum);
  return 2.0 * static_cast<double>(kChains * rounds) * static_cast<double>(hn::Lanes(d));
}

/// Sums n floats, a multiple of 4 vectors, from four positions at a time.
float read(const float* x, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t quarter = n / 4;
  auto a = hn::Zero(d), b = a, c = a, e = a;
  for (std::int64_t i = 0; i + lanes <= quarter; i += lanes) {
    a = a + hn::LoadU(d, x + i);
    b = b + hn::LoadU(d, x + quarter + i);
    c = c + hn::LoadU(d, x + 2 * quarter + i);
    e = e + hn::LoadU(d, x + 3 * quarter + i);
  }
  return hn::GetLane((a + b) + (c + e));
}

/// y = x, past the caches. Both are aligned, and n is a multiple of a vector.
void copy(const float* x, float* y, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) hn::Stream(hn::Load(d, x + i), d, y + i);
  hwy::FlushStream();
}

void write(float* y, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto value = hn::Set(d, 1.0f);
  for (std::int64_t i = 0; i < n; i += lanes) hn::Stream(value, d, y + i);
  hwy::FlushStream();
}

}  // namespace benchmarks::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace benchmarks {
namespace {

HWY_EXPORT(multiply_adds);
HWY_EXPORT(read);
HWY_EXPORT(copy);
HWY_EXPORT(write);

constexpr std::int64_t kFloats = 1 << 26;  // 256 MB: more than caches hold
constexpr std::int64_t kRounds = 1 << 18;  // of multiply-adds, about a tenth of a millisecond
constexpr std::int64_t kBlock = 1 << 10;   // floats: chunks of threads are multiples of it

using tinytorch::cpu::max_threads;
using tinytorch::cpu::parallel_for;

std::unique_ptr<float, void (*)(void*)> aligned_floats() {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  auto* floats = static_cast<float*>(std::aligned_alloc(kHugePage, kFloats * sizeof(float)));
  if (floats == nullptr) throw std::bad_alloc();
  madvise(floats, kFloats * sizeof(float), MADV_HUGEPAGE);  // as tensors have them
  parallel_for(kFloats, kBlock,
               [&](std::int64_t begin, std::int64_t end) { std::fill(floats + begin, floats + end, 1.0f); });
  return {floats, std::free};
}

/// f(begin, end) for blocks, in the program's threads.
template <class F>
void for_blocks(const F& f) {
  parallel_for(kFloats / kBlock, 1,
               [&](std::int64_t begin, std::int64_t end) { f(begin * kBlock, (end - begin) * kBlock); });
}

Case multiply_add_case() {
  double operations = 0;  // those of a thread are known after a call
  float sink = 0;
  operations = HWY_DYNAMIC_DISPATCH(multiply_adds)(1, &sink) * static_cast<double>(kRounds * max_threads());
  const Row row{
      .name = "multiply-adds", .group = kMachine, .call = "multiply-adds", .operations = operations};
  return {row, [] {
            return Prepared{.call = [] {
              parallel_for(max_threads(), 1, [](std::int64_t begin, std::int64_t end) {
                float result = 0;
                for (std::int64_t i = begin; i < end; ++i)
                  HWY_DYNAMIC_DISPATCH(multiply_adds)(kRounds, &result);
                volatile float used = result;
                static_cast<void>(used);
              });
            }};
          }};
}

Case memory_case(const char* name, double arrays, void (*call)(const float* x, float* y, std::int64_t n)) {
  return {{.name = name, .group = kMachine, .call = name}, [arrays, call] {
            const std::shared_ptr<float> x = aligned_floats(), y = aligned_floats();
            return Prepared{.call =
                                [x, y, call] {
                                  for_blocks([&](std::int64_t begin, std::int64_t n) {
                                    call(x.get() + begin, y.get() + begin, n);
                                  });
                                },
                            .bytes = arrays * static_cast<double>(kFloats) * sizeof(float)};
          }};
}

void read_blocks(const float* x, float*, std::int64_t n) {
  volatile float used = HWY_DYNAMIC_DISPATCH(read)(x, n);
  static_cast<void>(used);
}

}  // namespace

std::vector<Case> machine_cases() {
  hwy::SupportedTargets();  // chooses the instruction set
  std::vector<Case> cases;
  cases.push_back(multiply_add_case());
  cases.push_back(memory_case("read of memory", 1, read_blocks));
  cases.push_back(memory_case("copy of memory", 2, [](const float* x, float* y, std::int64_t n) {
    HWY_DYNAMIC_DISPATCH(copy)(x, y, n);
  }));
  cases.push_back(memory_case("write of memory", 1, [](const float*, float* y, std::int64_t n) {
    HWY_DYNAMIC_DISPATCH(write)(y, n);
  }));
  return cases;
}

}  // namespace benchmarks
#endif
