#include "kernels/cpu/convolution.h"
#include "core/ops/convolution_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/shape.h"
#include "kernels/math/arithmetic.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
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

/// A convolution of row-major images as matrix products (im2col + GEMM): for each image and group, the
/// filters [filters, depth] times the columns [depth, positions] of im2col().
struct Im2colConvolution {
  WindowGeometry geometry;
  std::int64_t groups, tasks;                  // a task is one group of one image
  std::int64_t group_channels, group_filters;  // of one group
  std::int64_t depth, positions;
  bool is_pointwise;  // 1x1 kernel, stride 1, no padding: the image is its own columns

  Im2colConvolution(const Tensor& x, const Tensor& weight, const Tensor& y, const Conv2dOptions& options)
      : geometry{.window = {.kernel = image_size(weight.shape()),
                            .stride = options.stride,
                            .padding = options.padding,
                            .dilation = options.dilation},
                 .image = image_size(x.shape()),
                 .output = image_size(y.shape())},
        groups(options.groups),
        tasks(x.shape()[0] * groups),
        group_channels(weight.shape()[1]),
        group_filters(weight.shape()[0] / groups),
        depth(group_channels * geometry.kernel_numel()),
        positions(geometry.positions()),
        is_pointwise(geometry.kernel_numel() == 1 && options.stride == Pair(1) &&
                     options.padding == Pair(0)) {}

  // Of one group, too.
  std::int64_t image_numel() const { return group_channels * geometry.pixels(); }
  std::int64_t output_numel() const { return group_filters * positions; }
  std::int64_t weight_numel() const { return group_filters * depth; }

  /// Calls f(task, slot) for all tasks, in rounds of at most kSlots, and done(first task, slots) after each
  /// round. A slot is the workspace that one task has to itself.
  static constexpr std::int64_t kSlots = 16;
  template <class F, class Done>
  void run(const F& f, const Done& done) const {
    const std::int64_t grain = kProductGrain / (weight_numel() * positions) + 1;
    for (std::int64_t first = 0; first < tasks; first += kSlots) {
      const std::int64_t slots = std::min(kSlots, tasks - first);
      parallel_for(slots, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slot = begin; slot < end; ++slot) f(first + slot, slot);
      });
      done(first, slots);
    }
  }
  template <class F>
  void run(const F& f) const {
    run(f, [](std::int64_t, std::int64_t) {});
  }
};

/// Workspace for the tasks of a round, `slot_numel` elements each.
template <class T>
class Workspace {
 public:
  Workspace(const Im2colConvolution& problem, std::int64_t slot_numel, bool needed = true)
      : slot_numel_(slot_numel),
        memory_(empty({needed ? std::min(problem.tasks, Im2colConvolution::kSlots) : 0, slot_numel},
                      {.dtype = dtype_of<T>})),
        first_(memory_.data<T>()) {}
  T* slot(std::int64_t i) const { return first_ + i * slot_numel_; }

 private:
  std::int64_t slot_numel_;
  Tensor memory_;
  T* first_;
};

template <class T>
void conv2d_typed(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  const Im2colConvolution problem(x, weight, y, options);
  Workspace<T> workspace(problem, problem.depth * problem.positions, !problem.is_pointwise);
  const T *const images = x.data<T>(), *const weights = weight.data<T>();
  T* const to = y.data<T>();
  problem.run([&](std::int64_t task, std::int64_t slot) {
    const T* columns = images + task * problem.image_numel();
    if (!problem.is_pointwise) {
      im2col(problem.geometry, problem.group_channels, columns, workspace.slot(slot));
      columns = workspace.slot(slot);
    }
    own_product(Product<T>{.m = problem.group_filters,
                           .n = problem.positions,
                           .k = problem.depth,
                           .a = weights + task % problem.groups * problem.weight_numel(),
                           .a_row_stride = problem.depth,
                           .a_column_stride = 1,
                           .b = columns,
                           .b_row_stride = problem.positions,
                           .b_column_stride = 1,
                           .y = to + task * problem.output_numel()});
  });
}

template <class T>
void input_gradient_typed(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                          Tensor& dx) {
  const Im2colConvolution problem(dx, weight, grad, options);
  Workspace<T> workspace(problem, problem.depth * problem.positions, !problem.is_pointwise);
  const T *const weights = weight.data<T>(), *const from = grad.data<T>();
  T* const to = dx.data<T>();
  problem.run([&](std::int64_t task, std::int64_t slot) {
    T* const image = to + task * problem.image_numel();
    T* const columns = problem.is_pointwise ? image : workspace.slot(slot);
    own_product(Product<T>{.m = problem.depth,
                           .n = problem.positions,
                           .k = problem.group_filters,
                           .a = weights + task % problem.groups * problem.weight_numel(),
                           .a_row_stride = 1,
                           .a_column_stride = problem.depth,
                           .b = from + task * problem.output_numel(),
                           .b_row_stride = problem.positions,
                           .b_column_stride = 1,
                           .y = columns});
    if (!problem.is_pointwise) col2im(problem.geometry, problem.group_channels, columns, image);
  });
}

/// Computes the gradient of each image by itself, and adds these in the order of the images.
template <class T>
void weight_gradient_typed(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  const Im2colConvolution problem(x, dw, grad, options);
  Workspace<T> workspace(problem, problem.depth * problem.positions, !problem.is_pointwise);
  Workspace<T> partials(problem, problem.weight_numel());
  const T *const images = x.data<T>(), *const from = grad.data<T>();
  T* const to = dw.data<T>();
  std::fill_n(to, dw.numel(), T(0));
  const auto multiply = [&](std::int64_t task, std::int64_t slot) {
    const T* columns = images + task * problem.image_numel();
    if (!problem.is_pointwise) {
      im2col(problem.geometry, problem.group_channels, columns, workspace.slot(slot));
      columns = workspace.slot(slot);
    }
    own_product(Product<T>{.m = problem.group_filters,
                           .n = problem.depth,
                           .k = problem.positions,
                           .a = from + task * problem.output_numel(),
                           .a_row_stride = problem.positions,
                           .a_column_stride = 1,
                           .b = columns,
                           .b_row_stride = 1,
                           .b_column_stride = problem.positions,
                           .y = partials.slot(slot)});
  };
  problem.run(multiply, [&](std::int64_t first, std::int64_t slots) {
    for (std::int64_t slot = 0; slot < slots; ++slot) {
      const T* partial = partials.slot(slot);
      T* total = to + (first + slot) % problem.groups * problem.weight_numel();
      for (std::int64_t i = 0; i < problem.weight_numel(); ++i) total[i] += partial[i];
    }
  });
}

/// Calls the library where this build has one. @return  whether it computed the result
template <class Call>
bool run_library(const Tensor& x, const Call& call) {
  if constexpr (kHasLibraryProduct) {
    return x.dtype() == DType::f32 && call();
  } else {
    return false;
  }
}

void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  if (run_library(x, [&] { return library_conv2d(x, weight, bias, options, y); })) return;
  const Tensor images = contiguous(x);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    in_rows(y, [&](Tensor& contiguous_y) { conv2d_typed<T>(images, weight, options, contiguous_y); });
    if (!bias.defined()) return;
    binary_typed<math::Add, T>(y, expand(reshape(bias, {bias.numel(), 1, 1}), y.shape()), y, kCheapGrain);
  });
}

void conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                           Tensor& dx) {
  if (run_library(grad, [&] { return library_conv2d_input_gradient(grad, weight, options, dx); })) return;
  const Tensor images = contiguous(grad);
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    in_rows(dx,
            [&](Tensor& contiguous_dx) { input_gradient_typed<T>(images, weight, options, contiguous_dx); });
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (run_library(x, [&] { return library_conv2d_weight_gradient(grad, x, options, dw); })) return;
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
