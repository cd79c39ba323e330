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

/// The elements at a position of a moment, which may be null: not kept.
template <class T>
class OptionalMoment {
 public:
  using V = typename Position<T>::V;

  OptionalMoment(T* elements, const Position<T>& at) : elements_(elements), at_(at) {
    if (elements != nullptr) value_ = at.load(elements);
  }
  /// The elements at the position, or null.
  HWY_INLINE V* get() { return elements_ != nullptr ? &value_ : nullptr; }
  HWY_INLINE void store() const {
    if (elements_ != nullptr) at_.store(value_, elements_);
  }

 private:
  T* elements_;
  Position<T> at_;
  V value_ = V(0);
};

template <class Update, class T>
void update_plain(const Update& update, T* parameter, const T* gradient, std::int64_t n) {
  for_each_position<T>(n, [&](const Position<T>& at) HWY_ATTR {
    auto p = at.load(parameter);
    update(p, at.load(gradient));
    at.store(p, parameter);
  });
}

/// The updates that keep one moment.
template <class Update, class T>
void update_moment(const Update& update, T* parameter, const T* gradient, T* moment, std::int64_t n) {
  for_each_position<T>(n, [&](const Position<T>& at) HWY_ATTR {
    auto p = at.load(parameter), m = at.load(moment);
    update(p, at.load(gradient), m);
    at.store(p, parameter);
    at.store(m, moment);
  });
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
  if (p.first != nullptr) return update_moment(update, p.parameter, p.gradient, p.first, n);
  update_plain(update, p.parameter, p.gradient, n);
}
template <class T>
void update_range(const math::AdamUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  for_each_position<T>(n, [&](const Position<T>& at) HWY_ATTR {
    auto parameter = at.load(p.parameter), first = at.load(p.first), second = at.load(p.second);
    OptionalMoment<T> largest(p.third, at);
    update(parameter, at.load(p.gradient), first, second, largest.get());
    at.store(parameter, p.parameter);
    at.store(first, p.first);
    at.store(second, p.second);
    largest.store();
  });
}
template <class T>
void update_range(const math::RmspropUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  for_each_position<T>(n, [&](const Position<T>& at) HWY_ATTR {
    auto parameter = at.load(p.parameter), squares = at.load(p.first);
    OptionalMoment<T> velocity(p.second, at), mean(p.third, at);
    update(parameter, at.load(p.gradient), squares, velocity.get(), mean.get());
    at.store(parameter, p.parameter);
    at.store(squares, p.first);
    velocity.store();
    mean.store();
  });
}
template <class T>
void update_range(const math::AdagradUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  update_moment(update, p.parameter, p.gradient, p.first, n);
}
template <class T>
void update_range(const math::LionUpdate<T>& update, const ParameterPointers<T>& p, std::int64_t n) {
  update_moment(update, p.parameter, p.gradient, p.first, n);
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
