#include "kernels/math/dropout.h"
#include "core/ops/dropout_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dropout.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/random-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void dropout_range(const RandomStream& stream, const math::Dropout<T>& apply, const T* x, T* y,
                   std::int64_t begin, std::int64_t end) {
  std::uint32_t word[4 * kPhiloxBatch];
  for_each_philox_batch(
      stream, 4, begin, end,
      [&](const PhiloxBatch& batch, std::int64_t skip, std::int64_t element, std::int64_t n) {
        for (std::int64_t i = 0; i < 2 * kPhiloxBatch; ++i) {
          word[2 * i] = static_cast<std::uint32_t>(batch.bits[i]);
          word[2 * i + 1] = static_cast<std::uint32_t>(batch.bits[i] >> 32);
        }
        INDEPENDENT
        for (std::int64_t i = 0; i < n; ++i) y[element + i] = apply(word[skip + i], x[element + i]);
      });
}

void dropout(const RandomStream& stream, const double& p, const Tensor& x, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const math::Dropout<T> apply(p);
    const T* input = static_cast<const T*>(x.raw_data());
    T* output = static_cast<T*>(y.raw_data());
    parallel_for(y.numel(), kRandomGrain, [&](std::int64_t begin, std::int64_t end) {
      dropout_range(stream, apply, input, output, begin, end);
    });
  });
}

void register_dropout_kernels() { kernels::dropout.set(DeviceType::cpu, dropout); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_dropout_kernels);
void register_dropout() { HWY_DYNAMIC_DISPATCH(register_dropout_kernels)(); }
}  // namespace tinytorch::cpu
#endif
