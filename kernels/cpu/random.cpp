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
#include "kernels/math/distributions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

// Distributions: each maps a batch of Philox blocks to random values of type T, kPerBlock of them a block.

struct UniformF32 {
  using T = float;
  static constexpr std::int64_t kPerBlock = 4;

  template <class F = Position<float>::V, class Bits = Position<std::uint64_t>::V>
  void operator()(const PhiloxBatch& batch, float* y) const {
    if constexpr (std::is_same_v<F, float>) {
      for (std::int64_t i = 0; i < 2 * kPhiloxBatch; ++i) {
        y[2 * i] = math::uniform_f32(static_cast<std::uint32_t>(batch.bits[i]));
        y[2 * i + 1] = math::uniform_f32(static_cast<std::uint32_t>(batch.bits[i] >> 32));
      }
    } else {
      const hn::ScalableTag<std::uint32_t> words;
      const hn::ScalableTag<std::int32_t> integers;
      for (std::int64_t i = 0; i < 2 * kPhiloxBatch; i += Bits::kLanes) {
        const Vector<std::uint32_t> bits = hn::BitCast(words, Bits::load(batch.bits + i).value);
        const F whole = hn::ConvertTo(typename F::Tag(), hn::BitCast(integers, shift_right<8>(bits).value));
        (whole * F(0x1p-24F)).store(y + 2 * i);
      }
    }
  }
};

/// A Vector of doubles where there are Vectors, else one double; and as many random bits.
using Reals = Position<double>::V;
using RealBits = Position<std::uint64_t>::V;
constexpr std::int64_t kReals = Position<double>::kWidth;

struct UniformF64 {
  using T = double;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const PhiloxBatch& batch, double* y) const {
    for (std::int64_t i = 0; i < 2 * kPhiloxBatch; i += kReals) {
      const RealBits bits = Position<std::uint64_t>{i, kReals}.load(batch.bits);
      Position<double>{i, kReals}.store(math::uniform_f64<Reals>(bits), y);
    }
  }
};

/// The elements at even and at odd indices.
template <class Bits>
void load_pairs(const std::uint64_t* bits, Bits& first, Bits& second) {
  if constexpr (std::is_same_v<Bits, std::uint64_t>) {
    first = bits[0];
    second = bits[1];
  } else {
    hn::LoadInterleaved2(typename Bits::Tag(), bits, first.value, second.value);
  }
}

template <class F, class T>
void store_pairs(const math::NormalPair<F>& pair, T* y) {
  if constexpr (std::is_same_v<F, double>) {
    y[0] = static_cast<T>(pair.first);
    y[1] = static_cast<T>(pair.second);
  } else if constexpr (std::is_same_v<T, double>) {
    hn::StoreInterleaved2(pair.first.value, pair.second.value, typename F::Tag(), y);
  } else {
    const hn::Rebind<T, typename F::Tag> narrow;
    hn::StoreInterleaved2(hn::DemoteTo(narrow, pair.first.value), hn::DemoteTo(narrow, pair.second.value),
                          narrow, y);
  }
}

template <class Element>
struct Normal {
  using T = Element;
  static constexpr std::int64_t kPerBlock = 2;

  void operator()(const PhiloxBatch& batch, T* y) const {
    for (std::int64_t i = 0; i < 2 * kPhiloxBatch; i += 2 * kReals) {
      RealBits first, second;
      load_pairs(batch.bits + i, first, second);
      store_pairs(math::normal_pair<Reals>(first, second), y + i);
    }
  }
};

template <class Integer>
struct Integers {
  using T = Integer;
  static constexpr std::int64_t kPerBlock = 2;
  std::uint64_t low, range;

  void operator()(const PhiloxBatch& batch, T* y) const {
    std::uint64_t values[2 * kPhiloxBatch];
    for (std::int64_t i = 0; i < 2 * kPhiloxBatch; i += kReals) {
      const Position<std::uint64_t> at{i, kReals};
      at.store(math::random_integer(at.load(batch.bits), low, range), values);
    }
    for (std::int64_t i = 0; i < 2 * kPhiloxBatch; ++i)
      y[i] = convert<T>(static_cast<std::int64_t>(values[i]));
  }
};

/// Generates elements [begin, end) of y.
template <class Distribution>
void generate_range(typename Distribution::T* y, const RandomStream& stream, const Distribution& distribution,
                    std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t kValues = kPhiloxBatch * Distribution::kPerBlock;
  for_each_philox_batch(
      stream, Distribution::kPerBlock, begin, end,
      [&](const PhiloxBatch& batch, std::int64_t skip, std::int64_t element, std::int64_t n) {
        if (n == kValues) return distribution(batch, y + element);
        typename Distribution::T values[kValues];
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
  dispatch<NumericTypes>(y.dtype(), [&]<class T>() {
    generate(y, stream, Integers<T>{static_cast<std::uint64_t>(low), range});
  });
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
