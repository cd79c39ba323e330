#include "kernels/math/random.h"
#include "core/convert.h"
#include "core/ops/random_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/random.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/random-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

// Distributions: each maps a batch of Philox blocks to random values of type T, kPerBlock of them a block.

struct UniformF32 {
  using T = float;
  static constexpr std::int64_t kPerBlock = 4;

  void operator()(const PhiloxBatch& batch, float* y) const {
    for (std::int64_t i = 0; i < kPhiloxBatch; ++i) {
      for (int w = 0; w < 4; ++w) y[4 * i + w] = math::uniform_f32(batch.word[w][i]);
    }
  }
};

struct UniformF64 {
  using T = double;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const PhiloxBatch& batch, double* y) const {
    for (std::int64_t i = 0; i < kPhiloxBatch; ++i) {
      for (int half = 0; half < 2; ++half) y[2 * i + half] = math::uniform_f64(batch.pair(half, i));
    }
  }
};

template <class Real>
struct Normal {
  using T = Real;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const PhiloxBatch& batch, T* y) const {
    for (std::int64_t i = 0; i < kPhiloxBatch; ++i) {
      const math::NormalPair pair = math::normal_pair(batch.pair(0, i), batch.pair(1, i));
      y[2 * i] = static_cast<T>(pair.first);
      y[2 * i + 1] = static_cast<T>(pair.second);
    }
  }
};

template <class Integer>
struct Integers {
  using T = Integer;
  static constexpr std::int64_t kPerBlock = 2;
  std::int64_t low;
  std::uint64_t range;

  void operator()(const PhiloxBatch& batch, T* y) const {
    for (std::int64_t i = 0; i < kPhiloxBatch; ++i) {
      for (int half = 0; half < 2; ++half) {
        y[2 * i + half] = convert<T>(math::random_integer(batch.pair(half, i), low, range));
      }
    }
  }
};

/// Generates elements [begin, end) of y.
template <class Distribution>
void generate_range(typename Distribution::T* y, const RandomStream& stream, const Distribution& distribution,
                    std::int64_t begin, std::int64_t end) {
  typename Distribution::T values[kPhiloxBatch * Distribution::kPerBlock];
  for_each_philox_batch(
      stream, Distribution::kPerBlock, begin, end,
      [&](const PhiloxBatch& batch, std::int64_t skip, std::int64_t element, std::int64_t n) {
        distribution(batch, values);
        std::copy_n(values + skip, n, y + element);
      });
}

template <class Distribution>
void generate(Tensor& y, const RandomStream& stream, const Distribution& distribution) {
  auto* output = static_cast<typename Distribution::T*>(y.raw_data());
  parallel_for(y.numel(), kRandomGrain, [&](std::int64_t begin, std::int64_t end) {
    generate_range(output, stream, distribution, begin, end);
  });
}

void random_uniform(const RandomStream& stream, Tensor& y) {
  if (y.dtype() == DType::f32) {
    generate(y, stream, UniformF32{});
  } else {
    generate(y, stream, UniformF64{});
  }
}

void random_normal(const RandomStream& stream, Tensor& y) {
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() { generate(y, stream, Normal<T>{}); });
}

void random_integers(const RandomStream& stream, const std::int64_t& low, const std::uint64_t& range,
                     Tensor& y) {
  dispatch<NumericTypes>(y.dtype(), [&]<class T>() { generate(y, stream, Integers<T>{low, range}); });
}

void register_random_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::random_uniform.set(kCpu, random_uniform);
  kernels::random_normal.set(kCpu, random_normal);
  kernels::random_integers.set(kCpu, random_integers);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_random_kernels);
void register_random() { HWY_DYNAMIC_DISPATCH(register_random_kernels)(); }
}  // namespace tinytorch::cpu
#endif
