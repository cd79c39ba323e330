#include "core/ops/creation_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/creation.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct FillInnerLoop {
  T* y;
  T value;
  std::int64_t stride;

  void operator()(const PerOperand<1>& offset, std::int64_t n) const {
    T* to = y + offset[0];
    if (stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = value;
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i * stride] = value;
    }
  }
};

template <class T>
void fill_typed(T value, Tensor& y) {
  const IterationSpace<1> space = make_iteration_space<1>({&y});
  for_each_inner_loop(space, kCheapGrain,
                      FillInnerLoop<T>{static_cast<T*>(y.raw_data()), value, space.inner_strides()[0]});
}

void fill(const Scalar& value, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { fill_typed<T>(value.to<T>(), y); });
}

/// y[i] = start + i * step of integers, which wraps around.
template <class T>
void arange_run(T* y, std::uint64_t start, std::uint64_t step, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i)
    y[i] = convert<T>(static_cast<std::int64_t>(start + static_cast<std::uint64_t>(i) * step));
}

/// y[i] = start + i * step in f64. i is the sum of two integers, as processors convert vectors of 32 bits.
template <class T>
void arange_run(T* y, double start, double step, std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t kBlock = 1024;
  for (std::int64_t first = begin; first < end; first += kBlock) {
    const auto n = static_cast<std::int32_t>(std::min(kBlock, end - first));
    const auto offset = static_cast<double>(first);
    for (std::int32_t i = 0; i < n; ++i) y[first + i] = convert<T>(start + (offset + i) * step);
  }
}

template <class T>
void arange_typed(const Scalar& start, const Scalar& step, Tensor& y) {
  T* to = static_cast<T*>(y.raw_data());
  const bool is_integral =
      !is_floating(y.dtype()) && !is_floating(start.dtype()) && !is_floating(step.dtype());
  parallel_for(y.numel(), kCheapGrain, [&](std::int64_t begin, std::int64_t end) {
    if (is_integral) {
      arange_run(to, static_cast<std::uint64_t>(start.to<std::int64_t>()),
                 static_cast<std::uint64_t>(step.to<std::int64_t>()), begin, end);
    } else {
      arange_run(to, start.to<double>(), step.to<double>(), begin, end);
    }
  });
}

void arange(const Scalar& start, const Scalar& step, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { arange_typed<T>(start, step, y); });
}

void register_creation_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::fill.set(kCpu, fill);
  kernels::arange.set(kCpu, arange);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_creation_kernels);
void register_creation() { HWY_DYNAMIC_DISPATCH(register_creation_kernels)(); }
}  // namespace tinytorch::cpu
#endif
