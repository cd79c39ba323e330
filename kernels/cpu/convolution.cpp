#include "kernels/cpu/convolution.h"
#include "core/ops/convolution_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/convolution.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/product-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/cpu/window-inl.h"
#include "kernels/cpu/winograd-inl.h"
#include "kernels/math/arithmetic-inl.h"

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

/// The gradient of the weight sums over the positions of all images: for each group, filters times columns.
template <class T>
class WeightGradient {
 public:
  WeightGradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw)
      : p_(x, dw, grad, options),
        grad_(contiguous(grad)),
        x_(padded(x)),
        dw_(dw.data<T>()),
        positions_(x.shape()[0] * p_.positions),
        filters_(std::min<std::int64_t>(p_.group_filters, 256)),
        rows_(std::min({p_.depth, kLongSumTile / filters_, std::int64_t{512}})) {
    if (p_.is_pointwise) p_.geometry.image = p_.geometry.output = {1, p_.positions};  // one row: fewer copies
  }

  void run() const {
    // Chunks pay where they are long, or their sums are in the cache.
    constexpr std::int64_t kTasks = 16, kLongChunk = 8, kCachedSums = 1 << 15;
    const Tiling tiling(p_.group_filters, p_.depth, filters_, rows_);
    const std::int64_t numel = p_.groups * p_.weight_numel(), blocks = ceil_div(positions_, kBlock);
    const std::int64_t chunks = std::min({ceil_div(kTasks, p_.groups * tiling.numel()), blocks,
                                          std::max(blocks / kLongChunk, kCachedSums / numel)});
    const TiledSums sums{.tiling = tiling,
                         .matrices = p_.groups,
                         .blocks = blocks,
                         .chunks = std::max<std::int64_t>(1, chunks),
                         .cost = numel * positions_};
    const std::int64_t workspace_numel = filters_ * kBlock + rows_ * kColumnStride;
    Tensor workspaces = empty({sums.threads(), workspace_numel}, {.dtype = dtype_of<T>});
    T* const workspace = workspaces.data<T>();
    sums.run(dw_, [&](std::int64_t thread, std::int64_t group, const Tiling::Tile& tile, std::int64_t begin,
                      std::int64_t end, double* totals) {
      for (std::int64_t block = begin; block < end; ++block)
        add_block(block, group, tile, workspace + thread * workspace_numel, totals);
    });
  }

 private:
  static constexpr std::int64_t kBlock = kChainBlock, kColumnStride = kBlock + kRowChunk;

  /// Row-major images, with their padding if that is small, so that im2col() copies whole rows.
  Tensor padded(const Tensor& x) {
    const Pair image = p_.geometry.image, padding = p_.geometry.window.padding;
    if (padding == Pair(0) || 2 * padding.height > image.height || 2 * padding.width > image.width)
      return contiguous(x);
    p_.geometry.window.padding = 0;
    p_.geometry.image = {image.height + 2 * padding.height, image.width + 2 * padding.width};
    Tensor images = zeros({x.shape()[0], x.shape()[1], p_.geometry.image.height, p_.geometry.image.width},
                          {.dtype = x.dtype()});
    Tensor inner = slice(images, 2, padding.height, padding.height + image.height);
    inner = slice(inner, 3, padding.width, padding.width + image.width);
    kernels::copy(x, inner);
    return images;
  }

  /// Adds the products of a tile at a block of positions of all images.
  void add_block(std::int64_t block, std::int64_t group, const Tiling::Tile& tile, T* workspace,
                 double* totals) const {
    const std::int64_t begin = block * kBlock, end = std::min(positions_, begin + kBlock);
    const std::span<const T> x(x_.data<T>(), static_cast<std::size_t>(x_.numel()));
    T* const gradients = workspace;
    const std::span<T> columns(gradients + tile.rows * kBlock,
                               static_cast<std::size_t>(tile.columns * kColumnStride));
    for (std::int64_t at = begin; at < end;) {
      const std::int64_t plane = at / p_.positions * p_.groups + group, first = at % p_.positions;
      const std::int64_t last = std::min(p_.positions, first + end - at);
      im2col(p_.geometry, x.subspan(static_cast<std::size_t>(plane * p_.image_numel())),
             {tile.j, tile.j + tile.columns}, {first, last},
             columns.subspan(static_cast<std::size_t>(at - begin)), kColumnStride);
      const T* const from = grad_.data<T>() + plane * p_.output_numel() + tile.i * p_.positions;
      for (std::int64_t row = 0; row < tile.rows; ++row)
        std::copy(from + row * p_.positions + first, from + row * p_.positions + last,
                  gradients + row * kBlock + at - begin);
      at += last - first;
    }
    add_to_totals(Product<T>{.m = tile.rows,
                             .n = tile.columns,
                             .k = end - begin,
                             .a = gradients,
                             .a_row_stride = kBlock,
                             .a_column_stride = 1,
                             .b = columns.data(),
                             .b_row_stride = 1,
                             .b_column_stride = kColumnStride,
                             .y = nullptr},
                  totals);
  }

  Im2colConvolution p_;
  Tensor grad_, x_;  // row-major
  T* dw_;
  std::int64_t positions_;       // of all images, in blocks of kBlock
  std::int64_t filters_, rows_;  // of a tile: filters and rows of columns
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

/// y = the sum of convolutions of slices of the channels of x and of an axis of the weight.
/// Each adds at most kLongSum terms. All but the last are equally long, so that there are few primitives.
/// @param convolve  computes a slice: convolve(x, weight, y); it may return false, and so does this
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

/// Whether the library takes longer to look up its primitive than our own products take for all of it.
bool is_tiny(const Tensor& weight, const Tensor& y) {
  constexpr std::int64_t kTiny = 1 << 13;  // multiplications
  return y.numel() * (weight.numel() / weight.shape()[0]) < kTiny;
}

/// A convolution of up to kLongSum terms.
/// @return  false if it is to be computed by our own products
bool short_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                  Tensor& y) {
  if (winograd_conv2d(x, weight, bias, options, y)) return true;
  return !is_tiny(weight, y) && run_library(x, [&] { return library_conv2d(x, weight, bias, options, y); });
}

bool short_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                 Tensor& dx) {
  return winograd_conv2d_input_gradient(grad, weight, options, dx) ||
         run_library(grad, [&] { return library_conv2d_input_gradient(grad, weight, options, dx); });
}

/// A convolution of f32 with more terms; the bias is not added.
bool long_conv2d(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  return x.dtype() == DType::f32 &&
         convolve_groups(x, weight, 1, options.groups, y,
                         [&](const Tensor& channels, const Tensor& filters, Tensor& sums) {
                           return short_conv2d(channels, filters, {}, without_groups(options), sums);
                         });
}

bool long_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                Tensor& dx) {
  return grad.dtype() == DType::f32 &&
         convolve_groups(grad, weight, 0, options.groups, dx,
                         [&](const Tensor& gradients, const Tensor& filters, Tensor& sums) {
                           return short_conv2d_input_gradient(gradients, filters, without_groups(options),
                                                              sums);
                         });
}

void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  const bool is_long = weight.numel() / weight.shape()[0] > kLongSum;
  if (!is_long && short_conv2d(x, weight, bias, options, y)) return;
  if (!is_long || !long_conv2d(x, weight, options, y)) {
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
  if (is_long ? long_conv2d_input_gradient(grad, weight, options, dx)
              : short_conv2d_input_gradient(grad, weight, options, dx))
    return;
  const Tensor images = contiguous(grad);
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    in_rows(dx,
            [&](Tensor& contiguous_dx) { input_gradient_typed<T>(images, weight, options, contiguous_dx); });
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (winograd_conv2d_weight_gradient(grad, x, options, dw)) return;
  // The library adds in an order that depends on the number of threads, so it gets one.
  constexpr std::int64_t kMaxCost = 1 << 26;
  const std::int64_t terms = grad.numel() / grad.shape()[1];
  const bool is_small = terms * dw.numel() <= kMaxCost;
  if (is_small && terms <= kLongSum && run_library(x, [&] {
        [[maybe_unused]] const SingleThreadScope single_thread;
        return library_conv2d_weight_gradient(grad, x, options, dw);
      }))
    return;
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() { WeightGradient<T>(grad, x, options, dw).run(); });
}

void register_convolution_kernels() {
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
HWY_EXPORT(register_convolution_kernels);
void register_convolution() { HWY_DYNAMIC_DISPATCH(register_convolution_kernels)(); }
}  // namespace tinytorch::cpu
#endif
