// Compiled without fused multiply-adds (cmake/cuda.cmake): see kernels/math/random.h.
#include "core/ops/random_kernels.h"

#include "core/convert.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/random.h"

namespace tinytorch::cuda {
namespace {

/// What turns a Philox block into numbers: T are their type, kPerBlock their number.
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
    for (int half = 0; half < 2; ++half) y[half] = math::uniform_f64(block.pair(half));
  }
};

template <class Real>
struct Normal {
  using T = Real;
  static constexpr int kPerBlock = 2;

  __device__ void operator()(const math::PhiloxBlock& block, T (&y)[kPerBlock]) const {
    const math::NormalPair pair = math::normal_pair(block.pair(0), block.pair(1));
    y[0] = static_cast<T>(pair.first);
    y[1] = static_cast<T>(pair.second);
  }
};

template <class Integer>
struct Integers {
  using T = Integer;
  static constexpr int kPerBlock = 2;
  std::int64_t low;
  std::uint64_t range;

  __device__ void operator()(const math::PhiloxBlock& block, T (&y)[kPerBlock]) const {
    for (int half = 0; half < 2; ++half)
      y[half] = convert<T>(math::random_integer(block.pair(half), low, range));
  }
};

// A thread a Philox block: nothing is read, each number is written once. Ten rounds of 32-bit multiplications
// hide behind the writes; the f64 functions of randn do not, and are what it costs.
template <class Make>
__global__ void __launch_bounds__(kThreads)
    generate_blocks(RandomStream stream, Make make, std::uint64_t count, typename Make::T* y) {
  const std::uint64_t number = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::uint64_t first = number * Make::kPerBlock;
  if (first >= count) return;  // before the work, not instead of the check below
  typename Make::T numbers[Make::kPerBlock];
  make(math::philox(stream.seed, stream.offset + number), numbers);
  for (int i = 0; i < Make::kPerBlock; ++i) {
    if (within(first + static_cast<std::uint64_t>(i), count))
      y[first + static_cast<std::uint64_t>(i)] = numbers[i];
  }
}

template <class Make>
void generate(Tensor& y, const RandomStream& stream, const Make& make) {
  const OnDevice on(y.device());
  launch(KERNEL(generate_blocks<Make>), blocks_for(y.numel(), kThreads * Make::kPerBlock),
         threads_for(parts_of(y.numel(), Make::kPerBlock)), 0, on.stream(), stream, make,
         static_cast<std::uint64_t>(y.numel()), static_cast<typename Make::T*>(y.raw_data()));
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

}  // namespace

void register_random() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::random_uniform.set(kCuda, random_uniform);
  kernels::random_normal.set(kCuda, random_normal);
  kernels::random_integers.set(kCuda, random_integers);
}

}  // namespace tinytorch::cuda
