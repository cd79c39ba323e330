#include "core/ops/optimizer_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/optimizer.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/optimizer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void sgd_plain(const math::SgdUpdate<T>& update, T* parameter, const T* gradient, std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) update(parameter[i], gradient[i]);
}

/// largest may be null: not kept. The compiler makes a loop for each case.
template <class T>
void adam(const math::AdamUpdate<T>& update, T* parameter, const T* gradient, T* first, T* second, T* largest,
          std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    update(parameter[i], gradient[i], first[i], second[i], largest != nullptr ? largest + i : nullptr);
  }
}

/// velocity and mean may be null: not kept. The compiler makes a loop for each case.
template <class T>
void rmsprop(const math::RmspropUpdate<T>& update, T* parameter, const T* gradient, T* squares, T* velocity,
             T* mean, std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    update(parameter[i], gradient[i], squares[i], velocity != nullptr ? velocity + i : nullptr,
           mean != nullptr ? mean + i : nullptr);
  }
}

/// The updates that keep one moment.
template <class Update, class T>
void one_moment(const Update& update, T* parameter, const T* gradient, T* moment, std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) update(parameter[i], gradient[i], moment[i]);
}

/// Pointers to element `begin` of the tensors of one parameter, as T; null for a moment that is not kept.
template <class T>
struct ParameterPointers {
  T* parameter;
  const T* gradient;
  T* first;
  T* second;
  T* third;

  ParameterPointers(ParameterUpdate& update, std::int64_t begin)
      : parameter(at(update.parameter, begin)),
        gradient(at(update.gradient, begin)),
        first(at(update.first, begin)),
        second(at(update.second, begin)),
        third(at(update.third, begin)) {}

  static T* at(Tensor& x, std::int64_t begin) {
    return x.defined() ? static_cast<T*>(x.raw_data()) + begin : nullptr;
  }
};

template <class T>
void update_range(const math::SgdUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  if (p.first != nullptr) return one_moment(update, p.parameter, p.gradient, p.first, n);
  sgd_plain(update, p.parameter, p.gradient, n);
}
template <class T>
void update_range(const math::AdamUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  adam(update, p.parameter, p.gradient, p.first, p.second, p.third, n);
}
template <class T>
void update_range(const math::RmspropUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  rmsprop(update, p.parameter, p.gradient, p.first, p.second, p.third, n);
}
template <class T>
void update_range(const math::AdagradUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  one_moment(update, p.parameter, p.gradient, p.first, n);
}
template <class T>
void update_range(const math::LionUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  one_moment(update, p.parameter, p.gradient, p.first, n);
}

/// The kernel of an optimizer step with the formula Update<T>.
template <template <class> class Update, class Hyperparameters>
void update_all(const Hyperparameters& step, std::span<ParameterUpdate> updates) {
  for (ParameterUpdate& update : updates) {
    dispatch<FloatingTypes>(update.parameter.dtype(), [&]<class T>() {
      const Update<T> formula(step);
      parallel_for(update.parameter.numel(), kMediumGrain, [&](std::int64_t begin, std::int64_t end) {
        update_range(formula, ParameterPointers<T>(update, begin), end - begin);
      });
    });
  }
}

void register_optimizer_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::sgd_step.set(kCpu, update_all<math::SgdUpdate>);
  kernels::adam_step.set(kCpu, update_all<math::AdamUpdate>);
  kernels::rmsprop_step.set(kCpu, update_all<math::RmspropUpdate>);
  kernels::adagrad_step.set(kCpu, update_all<math::AdagradUpdate>);
  kernels::lion_step.set(kCpu, update_all<math::LionUpdate>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_optimizer_kernels);
void register_optimizer() { HWY_DYNAMIC_DISPATCH(register_optimizer_kernels)(); }
}  // namespace tinytorch::cpu
#endif
