#include "core/ops/loss_kernels.h"
#include "core/ops/shape.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/reduce.h"
#include "kernels/math/loss-inl.h"

namespace tinytorch::cuda {
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
    Map<Op, T, T, T>::run(Op{loss}, losses, prediction, target);
  });
}

void loss_gradient(const LossForm& form, const Tensor& prediction, const Tensor& target, const Tensor& grad,
                   Tensor& dx) {
  dispatch_typed_loss(dx.dtype(), form, [&]<class T>(const auto& loss) {
    using Op = math::LossGradientOf<std::remove_cvref_t<decltype(loss)>>;
    Map<Op, T, T, T, T>::run(Op{loss}, dx, prediction, target, grad);
  });
}

/// The sum of the losses of contiguous operands, which have the same offsets. It reads each once.
template <class Loss, class T>
struct LossFold {
  using Result = double;
  Loss loss;
  double n;
  const T* prediction;
  const T* target;
  T* total;

  __device__ static Result identity() { return 0; }
  __device__ static Result combine(Result a, Result b) { return a + b; }
  template <class Index>
  __device__ Result lift(Index, Index offset, Index) const {
    return static_cast<double>(loss.value(prediction[offset], target[offset]));
  }
  template <class Index>
  __device__ void finish(Index output, Result sum) const {
    total[output] = static_cast<T>(sum / n);
  }
};

void total_loss(const LossForm& form, const double& n, const Tensor& prediction, const Tensor& target,
                Tensor& total) {
  const OnDevice on(total.device());
  const ReductionSpaces spaces = make_reduction_spaces(reshape(prediction, {-1}), reshape(total, {1}));
  dispatch_typed_loss(total.dtype(), form, [&]<class T>(const auto& loss) {
    reduce(on, spaces,
           LossFold<std::remove_cvref_t<decltype(loss)>, T>{
               loss, n, static_cast<const T*>(prediction.raw_data()),
               static_cast<const T*>(target.raw_data()), static_cast<T*>(total.raw_data())});
  });
}

}  // namespace

void register_loss() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::losses.set(kCuda, losses);
  kernels::total_loss.set(kCuda, total_loss);
  kernels::loss_gradient.set(kCuda, loss_gradient);
}

}  // namespace tinytorch::cuda
