#include "core/ops/recurrent_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/recurrent.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/vector-inl.h"
#include "kernels/recurrent-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Calls work(row, j, width) for each element of a state [..., width].
struct ForEachElement {
  template <class Work>
  void operator()(const Tensor& state, const Work& work) const {
    const std::int64_t width = state.shape().back();
    parallel_for(state.numel() / width, kCostlyGrain / width + 1, [&](std::int64_t begin, std::int64_t end) {
      const Work own = work;  // whose pointers the stores cannot change
      for (std::int64_t row = begin; row < end; ++row) {
        INDEPENDENT
        for (std::int64_t j = 0; j < width; ++j) own(row, j, width);
      }
    });
  }
};

void register_recurrent_kernels() { math::RecurrentKernels<ForEachElement>::register_for(DeviceType::cpu); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_recurrent_kernels);
void register_recurrent() { HWY_DYNAMIC_DISPATCH(register_recurrent_kernels)(); }
}  // namespace tinytorch::cpu
#endif
