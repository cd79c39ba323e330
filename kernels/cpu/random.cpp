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

/// What turns a group into numbers: T are their type, kPerBlock their number for each block.
struct UniformF32 {
  using T = float;
  static constexpr std::int64_t kPerBlock = 4;

  void operator()(const Group& group, float* y) const {
    for (std::int64_t i = 0; i < kGroup; ++i) {
      for (int w = 0; w < 4; ++w) y[4 * i + w] = math::uniform_f32(group.word[w][i]);
    }
  }
};

struct UniformF64 {
  using T = double;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const Group& group, double* y) const {
    for (std::int64_t i = 0; i < kGroup; ++i) {
      for (int half = 0; half < 2; ++half) y[2 * i + half] = math::uniform_f64(group.pair(half, i));
    }
  }
};

template <class Real>
struct Normal {
  using T = Real;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const Group& group, T* y) const {
    for (std::int64_t i = 0; i < kGroup; ++i) {
      const math::NormalPair pair = math::normal_pair(group.pair(0, i), group.pair(1, i));
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

  void operator()(const Group& group, T* y) const {
    for (std::int64_t i = 0; i < kGroup; ++i) {
      for (int half = 0; half < 2; ++half) {
        y[2 * i + half] = convert<T>(math::random_integer(group.pair(half, i), low, range));
      }
    }
  }
};

/// Elements [begin, end) of y.
template <class Make>
void generate_run(typename Make::T* y, const RandomStream& stream, const Make& make, std::int64_t begin,
                  std::int64_t end) {
  typename Make::T numbers[kGroup * Make::kPerBlock];
  for_each_group(stream, Make::kPerBlock, begin, end,
                 [&](const Group& group, std::int64_t skip, std::int64_t at, std::int64_t n) {
                   make(group, numbers);
                   std::copy_n(numbers + skip, n, y + at);
                 });
}

template <class Make>
void generate(Tensor& y, const RandomStream& stream, const Make& make) {
  auto* to = static_cast<typename Make::T*>(y.raw_data());
  parallel_for(y.numel(), kRandomGrain,
               [&](std::int64_t begin, std::int64_t end) { generate_run(to, stream, make, begin, end); });
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

void register_kernels() {
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
HWY_EXPORT(register_kernels);
void register_random() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
