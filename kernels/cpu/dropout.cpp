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
void dropout_run(const RandomStream& stream, const math::Dropout<T>& drop, const T* x, T* y,
                 std::int64_t begin, std::int64_t end) {
  std::uint32_t word[4 * kGroup];
  for_each_group(stream, 4, begin, end,
                 [&](const Group& group, std::int64_t skip, std::int64_t at, std::int64_t n) {
                   for (std::int64_t i = 0; i < kGroup; ++i) {
                     for (int w = 0; w < 4; ++w) word[4 * i + w] = group.word[w][i];
                   }
                   INDEPENDENT
                   for (std::int64_t i = 0; i < n; ++i) y[at + i] = drop(word[skip + i], x[at + i]);
                 });
}

void dropout(const RandomStream& stream, const double& p, const Tensor& x, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const math::Dropout<T> drop(p);
    const T* from = static_cast<const T*>(x.raw_data());
    T* to = static_cast<T*>(y.raw_data());
    parallel_for(y.numel(), kRandomGrain, [&](std::int64_t begin, std::int64_t end) {
      dropout_run(stream, drop, from, to, begin, end);
    });
  });
}

void register_kernels() { kernels::dropout.set(DeviceType::cpu, dropout); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_dropout() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
