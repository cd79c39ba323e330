#include "core/ops/optimizer.h"
#include "kernels/math/optimizer.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/optimizer.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// A parameter reads and writes up to seven numbers for each element, so fewer elements make a thread's worth
/// of work.
constexpr std::int64_t kUpdateGrain = kCheapGrain / 4;

template <class T>
void sgd_plain(const math::SgdUpdate<T>& update, T* parameter, const T* gradient, std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) update(parameter[i], gradient[i]);
}

template <class T>
void sgd_momentum(const math::SgdUpdate<T>& update, T* parameter, const T* gradient, T* velocity,
                  std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) update(parameter[i], gradient[i], velocity[i]);
}

template <class T>
void adam(const math::AdamUpdate<T>& update, T* parameter, const T* gradient, T* first, T* second,
          std::int64_t n) {
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) update(parameter[i], gradient[i], first[i], second[i]);
}

/// The elements of one parameter's tensors, as T; null for a moment that is not kept.
template <class T>
struct Pointers {
  T* parameter;
  const T* gradient;
  T* first;
  T* second;

  explicit Pointers(ParameterUpdate& update)
      : parameter(static_cast<T*>(update.parameter.raw_data())),
        gradient(static_cast<const T*>(update.gradient.raw_data())),
        first(static_cast<T*>(update.first.raw_data())),
        second(static_cast<T*>(update.second.raw_data())) {}
};

template <class T>
void sgd_typed(const SgdStep& step, ParameterUpdate& update) {
  const math::SgdUpdate<T> change(step);
  const Pointers<T> p(update);
  parallel_for(update.parameter.numel(), kUpdateGrain, [&](std::int64_t begin, std::int64_t end) {
    if (p.first) {
      sgd_momentum(change, p.parameter + begin, p.gradient + begin, p.first + begin, end - begin);
    } else {
      sgd_plain(change, p.parameter + begin, p.gradient + begin, end - begin);
    }
  });
}

template <class T>
void adam_typed(const AdamStep& step, ParameterUpdate& update) {
  const math::AdamUpdate<T> change(step);
  const Pointers<T> p(update);
  parallel_for(update.parameter.numel(), kUpdateGrain, [&](std::int64_t begin, std::int64_t end) {
    adam(change, p.parameter + begin, p.gradient + begin, p.first + begin, p.second + begin, end - begin);
  });
}

void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates) {
  for (ParameterUpdate& update : updates) {
    dispatch<FloatingTypes>(update.parameter.dtype(), [&]<class T>() { sgd_typed<T>(step, update); });
  }
}

void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates) {
  for (ParameterUpdate& update : updates) {
    dispatch<FloatingTypes>(update.parameter.dtype(), [&]<class T>() { adam_typed<T>(step, update); });
  }
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::sgd_step.set(kCpu, sgd_step);
  kernels::adam_step.set(kCpu, adam_step);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_optimizer() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
