#include "core/ops/random.h"
#include "core/convert.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/random.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/random.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// A Philox block and what follows from it, some nanoseconds for each element.
constexpr std::int64_t kRandomGrain = 1 << 14;

/// Philox blocks are made in groups, word by word, so that the rounds vectorise.
constexpr std::int64_t kGroup = 64;

struct Group {
  std::uint32_t word[4][kGroup];

  /// Two words of each block as one number; half is 0 or 1.
  std::uint64_t pair(int half, std::int64_t i) const {
    return static_cast<std::uint64_t>(word[2 * half + 1][i]) << 32 | word[2 * half][i];
  }
};

void make_group(const RandomStream& stream, std::uint64_t first, Group& group) {
  for (std::int64_t i = 0; i < kGroup; ++i) {
    const math::PhiloxBlock block =
        math::philox(stream.seed, stream.offset + first + static_cast<std::uint64_t>(i));
    for (int w = 0; w < 4; ++w) group.word[w][i] = block.word[w];
  }
}

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
  constexpr std::int64_t kNumbers = kGroup * Make::kPerBlock;
  Group group;
  typename Make::T numbers[kNumbers];
  while (begin < end) {
    const std::int64_t block = begin / Make::kPerBlock, skip = begin % Make::kPerBlock;
    make_group(stream, static_cast<std::uint64_t>(block), group);
    make(group, numbers);
    const std::int64_t n = std::min(end - begin, kNumbers - skip);
    std::copy_n(numbers + skip, n, y + begin);
    begin += n;
  }
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
