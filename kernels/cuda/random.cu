// Compiled without fused multiply-adds (cmake/cuda.cmake): see kernels/math/distributions-inl.h.
#include "core/ops/random_kernels.h"

#include "core/convert.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/distributions-inl.h"
#include "kernels/math/random.h"

namespace tinytorch::cuda {
namespace {

/// Distributions: functors that turn a Philox block into kPerBlock random numbers of type T.
struct UniformF32 {
  using T = float;
  static constexpr int kPerBlock = 4;

  __device__ void operator()(const math::PhiloxBlock& block, float (&y)[kPerBlock]) const {
    for (int w = 0; w < 4; ++w) y[w] = math::uniform_f32(block.word[w]);
  }
};

struct UniformF64 {
  using T = double;
  static constexpr int kPerBlock = 2;

  __device__ void operator()(const math::PhiloxBlock& block, double (&y)[kPerBlock]) const {
    for (int half = 0; half < 2; ++half) y[half] = math::uniform_f64<double>(block.pair(half));
  }
};

template <class Real>
struct Normal {
  using T = Real;
  static constexpr int kPerBlock = 2;

  __device__ void operator()(const math::PhiloxBlock& block, T (&y)[kPerBlock]) const {
    const auto pair = math::normal_pair<double>(block.pair(0), block.pair(1));
    y[0] = static_cast<T>(pair.first);
    y[1] = static_cast<T>(pair.second);
  }
};

template <class Integer>
struct Integers {
  using T = Integer;
  static constexpr int kPerBlock = 2;
  std::uint64_t low, range;

  __device__ void operator()(const math::PhiloxBlock& block, T (&y)[kPerBlock]) const {
    for (int half = 0; half < 2; ++half)
      y[half] = convert<T>(static_cast<std::int64_t>(math::random_integer(block.pair(half), low, range)));
  }
};

// One thread per Philox block: nothing is read, each random number is written once. The writes hide the ten
// rounds of 32-bit multiplications; they do not hide the f64 functions of randn, which bound its speed.
template <class Distribution>
__global__ void __launch_bounds__(kThreads) generate_blocks(RandomStream stream, Distribution distribution,
                                                            std::uint64_t n, typename Distribution::T* y) {
  const std::uint64_t block_index = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::uint64_t first = block_index * Distribution::kPerBlock;
  if (first >= n) return;  // saves the work; the check below is still needed
  typename Distribution::T values[Distribution::kPerBlock];
  distribution(math::philox(stream.seed, stream.offset + block_index), values);
  for (int i = 0; i < Distribution::kPerBlock; ++i) {
    if (within(first + static_cast<std::uint64_t>(i), n))
      y[first + static_cast<std::uint64_t>(i)] = values[i];
  }
}

template <class Distribution>
void generate(Tensor& y, const RandomStream& stream, const Distribution& distribution) {
  const OnDevice on(y.device());
  launch(KERNEL(generate_blocks<Distribution>), blocks_for(y.numel(), kThreads * Distribution::kPerBlock),
         threads_for(ceil_div(y.numel(), Distribution::kPerBlock)), 0, on.stream(), stream, distribution,
         static_cast<std::uint64_t>(y.numel()), static_cast<typename Distribution::T*>(y.raw_data()));
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

}  // namespace

void register_random() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::random_uniform.set(kCuda, random_uniform);
  kernels::random_normal.set(kCuda, random_normal);
  kernels::random_integers.set(kCuda, random_integers);
}

}  // namespace tinytorch::cuda
