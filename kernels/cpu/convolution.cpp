#include "kernels/cpu/convolution.h"
#include "core/ops/convolution_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/shape.h"
#include "kernels/math/arithmetic.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/convolution.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/product-inl.h"
#include "kernels/cpu/window-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// A convolution of row-major images as matrix products: for each image and group, the filters [filters,
/// depth] times the columns [depth, positions] that image_to_columns() makes.
struct Plan {
  Sweep sweep;
  std::int64_t groups, tasks;      // a task is an image and a group
  std::int64_t channels, filters;  // of a group
  std::int64_t depth, positions;
  bool direct;  // the image is its own columns

  Plan(const Tensor& x, const Tensor& weight, const Tensor& y, const Conv2dOptions& options)
      : sweep{.window = {.kernel = image_size(weight.shape()),
                         .stride = options.stride,
                         .padding = options.padding,
                         .dilation = options.dilation},
              .image = image_size(x.shape()),
              .places = image_size(y.shape())},
        groups(options.groups),
        tasks(x.shape()[0] * groups),
        channels(weight.shape()[1]),
        filters(weight.shape()[0] / groups),
        depth(channels * sweep.elements()),
        positions(sweep.positions()),
        direct(sweep.elements() == 1 && options.stride == Pair(1) && options.padding == Pair(0)) {}

  std::int64_t image_block() const { return channels * sweep.pixels(); }
  std::int64_t result_block() const { return filters * positions; }
  std::int64_t weight_block() const { return filters * depth; }

  /// Calls f(task, slot) for all tasks, at most kSlots at once, and done(first, count) after each lot: a slot
  /// is scratch memory that one task has for itself.
  static constexpr std::int64_t kSlots = 16;
  template <class F, class Done>
  void run(const F& f, const Done& done) const {
    const std::int64_t grain = kProductGrain / (weight_block() * positions) + 1;
    for (std::int64_t first = 0; first < tasks; first += kSlots) {
      const std::int64_t count = std::min(kSlots, tasks - first);
      parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slot = begin; slot < end; ++slot) f(first + slot, slot);
      });
      done(first, count);
    }
  }
  template <class F>
  void run(const F& f) const {
    run(f, [](std::int64_t, std::int64_t) {});
  }
};

/// Scratch memory for the tasks that run at once.
template <class T>
class Scratch {
 public:
  Scratch(const Plan& plan, std::int64_t each, bool needed = true)
      : each_(each),
        memory_(empty({needed ? std::min(plan.tasks, Plan::kSlots) : 0, each}, {.dtype = dtype_of<T>})),
        first_(memory_.data<T>()) {}
  T* slot(std::int64_t i) const { return first_ + i * each_; }

 private:
  std::int64_t each_;
  Tensor memory_;
  T* first_;
};

template <class T>
void conv2d_typed(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  const Plan plan(x, weight, y, options);
  Scratch<T> scratch(plan, plan.depth * plan.positions, !plan.direct);
  const T *const images = x.data<T>(), *const filters = weight.data<T>();
  T* const to = y.data<T>();
  plan.run([&](std::int64_t task, std::int64_t slot) {
    const T* columns = images + task * plan.image_block();
    if (!plan.direct) {
      image_to_columns(plan.sweep, plan.channels, columns, scratch.slot(slot));
      columns = scratch.slot(slot);
    }
    own_product(Product<T>{.m = plan.filters,
                           .n = plan.positions,
                           .k = plan.depth,
                           .a = filters + task % plan.groups * plan.weight_block(),
                           .a_row_stride = plan.depth,
                           .a_column_stride = 1,
                           .b = columns,
                           .b_row_stride = plan.positions,
                           .b_column_stride = 1,
                           .y = to + task * plan.result_block()});
  });
}

template <class T>
void input_gradient_typed(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                          Tensor& dx) {
  const Plan plan(dx, weight, grad, options);
  Scratch<T> scratch(plan, plan.depth * plan.positions, !plan.direct);
  const T *const filters = weight.data<T>(), *const from = grad.data<T>();
  T* const to = dx.data<T>();
  plan.run([&](std::int64_t task, std::int64_t slot) {
    T* const image = to + task * plan.image_block();
    T* const columns = plan.direct ? image : scratch.slot(slot);
    own_product(Product<T>{.m = plan.depth,
                           .n = plan.positions,
                           .k = plan.filters,
                           .a = filters + task % plan.groups * plan.weight_block(),
                           .a_row_stride = 1,
                           .a_column_stride = plan.depth,
                           .b = from + task * plan.result_block(),
                           .b_row_stride = plan.positions,
                           .b_column_stride = 1,
                           .y = columns});
    if (!plan.direct) columns_to_image(plan.sweep, plan.channels, columns, image);
  });
}

/// Each image's part of the gradient by itself; they are added in the images' order.
template <class T>
void weight_gradient_typed(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  const Plan plan(x, dw, grad, options);
  Scratch<T> scratch(plan, plan.depth * plan.positions, !plan.direct);
  Scratch<T> parts(plan, plan.weight_block());
  const T *const images = x.data<T>(), *const from = grad.data<T>();
  T* const to = dw.data<T>();
  std::fill_n(to, dw.numel(), T(0));
  const auto multiply = [&](std::int64_t task, std::int64_t slot) {
    const T* columns = images + task * plan.image_block();
    if (!plan.direct) {
      image_to_columns(plan.sweep, plan.channels, columns, scratch.slot(slot));
      columns = scratch.slot(slot);
    }
    own_product(Product<T>{.m = plan.filters,
                           .n = plan.depth,
                           .k = plan.positions,
                           .a = from + task * plan.result_block(),
                           .a_row_stride = plan.positions,
                           .a_column_stride = 1,
                           .b = columns,
                           .b_row_stride = 1,
                           .b_column_stride = plan.positions,
                           .y = parts.slot(slot)});
  };
  plan.run(multiply, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t slot = 0; slot < count; ++slot) {
      const T* part = parts.slot(slot);
      T* total = to + (first + slot) % plan.groups * plan.weight_block();
      for (std::int64_t i = 0; i < plan.weight_block(); ++i) total[i] += part[i];
    }
  });
}

/// Whether the library did it, where this build has one.
template <class Call>
bool in_library(const Tensor& x, const Call& call) {
  if constexpr (kHasLibraryProduct) {
    return x.dtype() == DType::f32 && call();
  } else {
    return false;
  }
}

void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  if (in_library(x, [&] { return library_conv2d(x, weight, bias, options, y); })) return;
  const Tensor images = contiguous(x);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    in_rows(y, [&](Tensor& rows) { conv2d_typed<T>(images, weight, options, rows); });
    if (!bias.defined()) return;
    binary_typed<math::Add, T>(y, expand(reshape(bias, {bias.numel(), 1, 1}), y.shape()), y, kCheapGrain);
  });
}

void conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                           Tensor& dx) {
  if (in_library(grad, [&] { return library_conv2d_input_gradient(grad, weight, options, dx); })) return;
  const Tensor images = contiguous(grad);
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    in_rows(dx, [&](Tensor& rows) { input_gradient_typed<T>(images, weight, options, rows); });
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (in_library(x, [&] { return library_conv2d_weight_gradient(grad, x, options, dw); })) return;
  dispatch<FloatingTypes>(
      x.dtype(), [&]<class T>() { weight_gradient_typed<T>(contiguous(grad), contiguous(x), options, dw); });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::conv2d.set(kCpu, conv2d);
  kernels::conv2d_input_gradient.set(kCpu, conv2d_input_gradient);
  kernels::conv2d_weight_gradient.set(kCpu, conv2d_weight_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_convolution() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
