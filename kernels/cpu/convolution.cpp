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
  std::int64_t slots;  // the number of tasks at once: fewer if their columns are large
  bool is_pointwise;   // 1x1 kernel, stride 1, no padding: the image is its own columns

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
        slots(std::min(tasks, std::clamp<std::int64_t>(kMaxColumns / (depth * positions), 1, kMaxSlots))),
        is_pointwise(geometry.kernel_numel() == 1 && options.stride == Pair(1) &&
                     options.padding == Pair(0)) {}

  // Of one group, too.
  std::int64_t image_numel() const { return group_channels * geometry.pixels(); }
  std::int64_t output_numel() const { return group_filters * positions; }
  std::int64_t weight_numel() const { return group_filters * depth; }

  /// Calls f(task, slot) for all tasks, in rounds. A slot is the workspace that one task has to itself.
  template <class F>
  void run(const F& f) const {
    const std::int64_t grain = kProductGrain / (weight_numel() * positions) + 1;
    for (std::int64_t first = 0; first < tasks; first += slots) {
      parallel_for(std::min(slots, tasks - first), grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slot = begin; slot < end; ++slot) f(first + slot, slot);
      });
    }
  }

 private:
  static constexpr std::int64_t kMaxSlots = 16, kMaxColumns = 1 << 25;
};

/// Workspace for the tasks of a round, `slot_numel` elements each.
template <class T>
class Workspace {
 public:
  Workspace(const Im2colConvolution& problem, std::int64_t slot_numel, bool needed = true)
      : slot_numel_(slot_numel),
        memory_(empty({needed ? problem.slots : 0, slot_numel}, {.dtype = dtype_of<T>})),
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
    multiply_or_fall_back(Product<T>{.m = problem.group_filters,
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
  const bool has_errors = needs_errors<T>(problem.geometry);
  Workspace<T> errors(problem, problem.image_numel(), has_errors);
  const T *const weights = weight.data<T>(), *const from = grad.data<T>();
  T* const to = dx.data<T>();
  problem.run([&](std::int64_t task, std::int64_t slot) {
    T* const image = to + task * problem.image_numel();
    T* const columns = problem.is_pointwise ? image : workspace.slot(slot);
    const Product<T> product{.m = problem.depth,
                             .n = problem.positions,
                             .k = problem.group_filters,
                             .a = weights + task % problem.groups * problem.weight_numel(),
                             .a_row_stride = 1,
                             .a_column_stride = problem.depth,
                             .b = from + task * problem.output_numel(),
                             .b_row_stride = problem.positions,
                             .b_column_stride = 1,
                             .y = columns};
    // col2im() adds the kernel's elements to these sums.
    const bool is_long = problem.group_filters * problem.geometry.kernel_numel() > kLongSum;
    is_long ? multiply_long(product) : multiply_or_fall_back(product);
    if (problem.is_pointwise) return;
    col2im(problem.geometry, problem.group_channels, columns, image,
           has_errors ? errors.slot(slot) : nullptr);
  });
}

/// The gradient of the weight sums over the positions of all images. Blocks of positions are added in f64, in
/// tasks that depend on the shapes alone, whose results are added in order.
template <class T>
class WeightGradient {
 public:
  WeightGradient(const Im2colConvolution& problem, const Tensor& grad, const Tensor& x, Tensor& dw)
      : p_(problem),
        grad_(grad.data<T>()),
        x_(x.data<T>()),
        dw_(dw.data<T>()),
        numel_(dw.numel()),
        positions_(problem.tasks / problem.groups * problem.positions),
        tasks_(std::clamp<std::int64_t>(kMaxTotals / numel_, 1, std::min(kTasks, blocks()))) {}

  void run() const {
    const std::int64_t workspace_numel = (p_.depth + p_.group_filters) * kExactBlock;
    Tensor totals = zeros({tasks_, numel_}, {.dtype = DType::f64}),
           workspaces = empty({tasks_, workspace_numel}, {.dtype = dtype_of<T>});
    double* const to = totals.data<double>();
    T* const workspace = workspaces.data<T>();
    parallel_for(tasks_, kProductGrain / ceil_div(numel_ * positions_, tasks_) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   [[maybe_unused]] const SingleThreadScope single_thread;
                   for (std::int64_t task = begin; task < end; ++task)
                     run_task(task, workspace + task * workspace_numel, to + task * numel_);
                 });
    add_partials(to, tasks_, numel_, dw_);
  }

 private:
  static constexpr std::int64_t kTasks = 16, kMaxTotals = 1 << 23;

  std::int64_t blocks() const { return ceil_div(positions_, kExactBlock); }

  void run_task(std::int64_t task, T* workspace, double* totals) const {
    for (std::int64_t block = blocks() * task / tasks_; block < blocks() * (task + 1) / tasks_; ++block) {
      const std::int64_t begin = block * kExactBlock, end = std::min(positions_, begin + kExactBlock);
      for (std::int64_t group = 0; group < p_.groups; ++group)
        add_block(begin, end, group, workspace, totals + group * p_.weight_numel());
    }
  }

  /// Adds the products of one group at positions [begin, end) of all images.
  void add_block(std::int64_t begin, std::int64_t end, std::int64_t group, T* columns, double* totals) const {
    const std::int64_t length = end - begin;
    T* const gradients = columns + p_.depth * length;
    for (std::int64_t at = begin; at < end;) {
      const std::int64_t plane = at / p_.positions * p_.groups + group, first = at % p_.positions;
      const std::int64_t last = std::min(p_.positions, first + end - at);
      im2col(p_.geometry, p_.group_channels, x_ + plane * p_.image_numel(), {first, last},
             columns + (at - begin), length);
      for (std::int64_t filter = 0; filter < p_.group_filters; ++filter)
        std::copy_n(grad_ + plane * p_.output_numel() + filter * p_.positions + first, last - first,
                    gradients + filter * length + (at - begin));
      at += last - first;
    }
    add_exactly(Product<T>{.m = p_.group_filters,
                           .n = p_.depth,
                           .k = length,
                           .a = gradients,
                           .a_row_stride = length,
                           .a_column_stride = 1,
                           .b = columns,
                           .b_row_stride = 1,
                           .b_column_stride = length,
                           .y = nullptr},
                totals);
  }

  const Im2colConvolution& p_;
  const T *grad_, *x_;
  T* dw_;
  std::int64_t numel_, positions_, tasks_;
};

/// sums += x. All operands are dense in the same order.
void add_terms(const Tensor& x, Tensor& sums, Tensor& errors) {
  const auto* const terms = x.data<float>();
  auto *const to = sums.data<float>(), *const lost = errors.data<float>();
  parallel_for(sums.numel(), kCheapGrain, [&](std::int64_t begin, std::int64_t end) {
    INDEPENDENT
    for (std::int64_t i = begin; i < end; ++i) math::add_compensated(terms[i], to[i], lost[i]);
  });
}

/// Adds the rounding errors to the sums.
void correct(Tensor& sums, const Tensor& errors) {
  auto* const to = sums.data<float>();
  const auto* const lost = errors.data<float>();
  parallel_for(sums.numel(), kCheapGrain, [&](std::int64_t begin, std::int64_t end) {
    INDEPENDENT
    for (std::int64_t i = begin; i < end; ++i) to[i] = math::corrected(to[i], lost[i]);
  });
}

/// y = the sum of convolutions, by the library, of slices of the channels of x and of an axis of the weight.
/// Each adds at most kLongSum terms. All but the last are equally long, so that there are few primitives.
/// @param convolve  computes a slice: convolve(x, weight, y); it returns false where the library fails
/// @return          false if the library failed
template <class Convolve>
bool convolve_slices(const Tensor& x, const Tensor& weight, int weight_axis, Tensor& y,
                     const Convolve& convolve) {
  constexpr std::int64_t kBlock = 16;  // channels that the library processes together
  const std::int64_t channels = x.shape()[1];
  const std::int64_t longest = kLongSum / (weight.shape()[2] * weight.shape()[3]) / kBlock * kBlock;
  if (longest == 0) return false;
  const std::int64_t length = ceil_div(ceil_div(channels, ceil_div(channels, longest)), kBlock) * kBlock;
  Tensor errors = zeros({y.numel()}), terms = empty_like(y);
  for (std::int64_t first = 0; first < channels; first += length) {
    const std::int64_t last = std::min(channels, first + length);
    Tensor& to = first == 0 ? y : terms;
    if (!convolve(slice(x, 1, first, last), slice(weight, weight_axis, first, last), to)) return false;
    if (first > 0) add_terms(terms, y, errors);
  }
  correct(y, errors);
  return true;
}

/// convolve_slices() for each group, of which axis 0 of the weight has all.
template <class Convolve>
bool convolve_groups(const Tensor& x, const Tensor& weight, int weight_axis, std::int64_t groups, Tensor& y,
                     const Convolve& convolve) {
  if (groups == 1) return convolve_slices(x, weight, weight_axis, y, convolve);
  for (std::int64_t group = 0; group < groups; ++group) {
    const auto part = [&](const Tensor& whole, int axis) {
      const std::int64_t length = whole.shape()[axis] / groups;
      return slice(whole, axis, group * length, (group + 1) * length);
    };
    Tensor to = part(y, 1);
    Tensor sums = empty_images(to.shape(), is_channels_last(y), y.dtype(), y.device());
    if (!convolve_slices(part(x, 1), part(weight, 0), weight_axis, sums, convolve)) return false;
    kernels::copy(sums, to);
  }
  return true;
}

/// Calls the library where this build has one.
/// @return  whether it computed the result
template <class Call>
bool run_library(const Tensor& x, const Call& call) {
  if constexpr (kHasLibraryProduct) {
    return x.dtype() == DType::f32 && call();
  } else {
    return false;
  }
}

Conv2dOptions without_groups(Conv2dOptions options) {
  options.groups = 1;
  return options;
}

void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  const bool is_long = weight.numel() / weight.shape()[0] > kLongSum;
  if (!is_long && run_library(x, [&] { return library_conv2d(x, weight, bias, options, y); })) return;
  const auto convolve = [&](const Tensor& channels, const Tensor& filters, Tensor& sums) {
    return library_conv2d(channels, filters, {}, without_groups(options), sums);
  };
  if (!is_long ||
      !run_library(x, [&] { return convolve_groups(x, weight, 1, options.groups, y, convolve); })) {
    const Tensor images = contiguous(x);
    dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
      in_rows(y, [&](Tensor& contiguous_y) { conv2d_typed<T>(images, weight, options, contiguous_y); });
    });
  }
  if (!bias.defined()) return;
  const Tensor expanded_bias = expand(reshape(bias, {bias.numel(), 1, 1}), y.shape());
  dispatch<FloatingTypes>(x.dtype(),
                          [&]<class T>() { binary_typed<math::Add, T>(y, expanded_bias, y, kCheapGrain); });
}

void conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                           Tensor& dx) {
  const bool is_long = weight.numel() / dx.shape()[1] > kLongSum;
  const auto convolve = [&](const Tensor& gradients, const Tensor& filters, Tensor& sums) {
    return library_conv2d_input_gradient(gradients, filters, without_groups(options), sums);
  };
  if (run_library(grad, [&] {
        return is_long ? convolve_groups(grad, weight, 0, options.groups, dx, convolve)
                       : library_conv2d_input_gradient(grad, weight, options, dx);
      }))
    return;
  const Tensor images = contiguous(grad);
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    in_rows(dx,
            [&](Tensor& contiguous_dx) { input_gradient_typed<T>(images, weight, options, contiguous_dx); });
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  // The library adds in an order that depends on the number of threads, so it gets one.
  constexpr std::int64_t kMaxCost = 1 << 26;
  const std::int64_t terms = grad.numel() / grad.shape()[1];
  const bool is_small = terms * dw.numel() <= kMaxCost;
  if (is_small && terms <= kLongSum && run_library(x, [&] {
        [[maybe_unused]] const SingleThreadScope single_thread;
        return library_conv2d_weight_gradient(grad, x, options, dw);
      }))
    return;
  const Tensor images = contiguous(x), gradients = contiguous(grad);
  const Im2colConvolution problem(images, dw, gradients, options);
  dispatch<FloatingTypes>(x.dtype(),
                          [&]<class T>() { WeightGradient<T>(problem, gradients, images, dw).run(); });
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
