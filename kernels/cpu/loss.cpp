#include "core/internal/object_pool.h"
#include "core/ops/loss_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/loss.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/loss-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

using kernels::LossForm;

/// Calls f<T>(loss) with the dtype and the loss.
template <class F>
void dispatch_typed_loss(DType dtype, const LossForm& form, const F& f) {
  dispatch<FloatingTypes>(dtype, [&]<class T>() {
    math::dispatch_loss(form, [&](const auto& loss) { f.template operator()<T>(loss); });
  });
}

void losses(const LossForm& form, const Tensor& prediction, const Tensor& target, Tensor& losses) {
  dispatch_typed_loss(losses.dtype(), form, [&]<class T>(const auto& loss) {
    using Op = math::LossOf<std::remove_cvref_t<decltype(loss)>>;
    binary_typed<Op, T>(prediction, target, losses, kMathGrain<T>, Op{loss});
  });
}

void loss_gradient(const LossForm& form, const Tensor& prediction, const Tensor& target, const Tensor& grad,
                   Tensor& dx) {
  dispatch_typed_loss(dx.dtype(), form, [&]<class T>(const auto& loss) {
    using Op = math::LossGradientOf<std::remove_cvref_t<decltype(loss)>>;
    map_typed<Op, T>(dx, kMathGrain<T>, Op{loss}, prediction, target, grad);
  });
}

/// Partial sums of this many losses are added in order, whatever the number of threads.
constexpr std::int64_t kLossChunk = 1 << 14;

void total_loss(const LossForm& form, const double& n, const Tensor& prediction, const Tensor& target,
                Tensor& total) {
  const std::int64_t numel = prediction.numel(), chunks = (numel + kLossChunk - 1) / kLossChunk;
  PoolVector<double> sums(static_cast<std::size_t>(chunks));
  dispatch_typed_loss(total.dtype(), form, [&]<class T>(const auto& loss) {
    const math::LossOf<std::remove_cvref_t<decltype(loss)>> op{loss};
    const T *x = static_cast<const T*>(prediction.raw_data()), *t = static_cast<const T*>(target.raw_data());
    parallel_for(chunks, kMathGrain<T> / kLossChunk + 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t chunk = first; chunk < last; ++chunk) {
        const std::int64_t begin = chunk * kLossChunk;
        sums[static_cast<std::size_t>(chunk)] = map_and_sum(op, std::min(kLossChunk, numel - begin),
                                                            static_cast<T*>(nullptr), x + begin, t + begin);
      }
    });
    const double sum = fold_row<SumFold<double>>(sums.data(), 1, chunks);
    *static_cast<T*>(total.raw_data()) = static_cast<T>(sum / n);
  });
}

void register_loss_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::losses.set(kCpu, losses);
  kernels::total_loss.set(kCpu, total_loss);
  kernels::loss_gradient.set(kCpu, loss_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_loss_kernels);
void register_loss() { HWY_DYNAMIC_DISPATCH(register_loss_kernels)(); }
}  // namespace tinytorch::cpu
#endif
