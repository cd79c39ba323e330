#include "core/ops/convolution_kernels.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "core/ops/arithmetic_kernels.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/reduction_kernels.h"
#include "core/ops/shape.h"
#include "kernels/cuda/compensated_convolution.h"
#include "kernels/cuda/error.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/settings.h"
#include "kernels/cuda/stream.h"

// Convolutions by cuDNN, with algorithms that add in a fixed order; those of long f32 sums by our own
// kernels.
namespace tinytorch::cuda {
namespace {

using DnnFilter = Owned<cudnnFilterDescriptor_t, cudnnDestroyFilterDescriptor>;
using DnnConvolution = Owned<cudnnConvolutionDescriptor_t, cudnnDestroyConvolutionDescriptor>;

int dnn_int(std::int64_t length) { return to_int(length, "cuDNN"); }

std::array<int, 2> ints(const Pair& pair) { return {dnn_int(pair.height), dnn_int(pair.width)}; }

std::array<int, 4> ints(const Shape& shape) {
  std::array<int, 4> result;
  std::transform(shape.begin(), shape.end(), result.begin(), dnn_int);
  return result;
}

/// A convolution: x, weight and y, or gradients of these, all row-major or all channels-last, without
/// padding.
struct ConvolutionOperands {
  const Tensor &x, &weight, &y;
  const Conv2dOptions& options;
  bool channels_last;

  cudnnDataType_t type() const { return dnn_type(x.dtype()); }
};

/// The cuDNN descriptors for `images` images of the batch.
struct ConvolutionDescriptors {
  DnnTensor x, y;
  DnnFilter weight;
  DnnConvolution convolution;

  ConvolutionDescriptors(const ConvolutionOperands& operands, std::int64_t images)
      : x(describe(operands, operands.x, images)),
        y(describe(operands, operands.y, images)),
        weight(make_owned<DnnFilter>(
            [](cudnnFilterDescriptor_t* made) { CUDA_CHECK(cudnnCreateFilterDescriptor(made)); })),
        convolution(make_owned<DnnConvolution>(
            [](cudnnConvolutionDescriptor_t* made) { CUDA_CHECK(cudnnCreateConvolutionDescriptor(made)); })) {
    const auto format = operands.channels_last ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
    CUDA_CHECK(cudnnSetFilterNdDescriptor(weight.get(), operands.type(), format, 4,
                                          ints(operands.weight.shape()).data()));
    const Conv2dOptions& options = operands.options;
    CUDA_CHECK(cudnnSetConvolutionNdDescriptor(convolution.get(), 2, ints(options.padding).data(),
                                               ints(options.stride).data(), ints(options.dilation).data(),
                                               CUDNN_CROSS_CORRELATION, operands.type()));
    CUDA_CHECK(cudnnSetConvolutionGroupCount(convolution.get(), dnn_int(options.groups)));
    CUDA_CHECK(
        cudnnSetConvolutionMathType(convolution.get(), allows_tf32() ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH));
  }

 private:
  static DnnTensor describe(const ConvolutionOperands& operands, const Tensor& x, std::int64_t images) {
    const Shape shape{images, x.shape()[1], x.shape()[2], x.shape()[3]};
    Strides strides = contiguous_strides(shape);
    // Computed, because the tensor's own stride along an axis of size 1 may be a different one.
    if (operands.channels_last) strides = {strides[0], 1, shape[3] * shape[1], shape[1]};
    return dnn_tensor(x.dtype(), shape, strides);
  }
};

/// The pointers of one call, and its workspace.
struct ConvolutionPointers {
  const void *x, *weight, *y;
  void* result;  // one of the operands
  void* workspace;
  std::size_t workspace_bytes;
};

// The three directions of a convolution.

struct ConvolutionForward {
  static constexpr const char* kName = "cudnnConvolutionForward";
  static constexpr std::array kAlgorithms{CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
                                          CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM};
  static cudnnStatus_t workspace_size(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                                      cudnnConvolutionFwdAlgo_t algorithm, std::size_t* bytes) {
    return cudnnGetConvolutionForwardWorkspaceSize(handle, of.x.get(), of.weight.get(), of.convolution.get(),
                                                   of.y.get(), algorithm, bytes);
  }
  static cudnnStatus_t run(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                           cudnnConvolutionFwdAlgo_t algorithm, const void* one,
                           const ConvolutionPointers& at, const void* zero) {
    return cudnnConvolutionForward(handle, one, of.x.get(), at.x, of.weight.get(), at.weight,
                                   of.convolution.get(), algorithm, at.workspace, at.workspace_bytes, zero,
                                   of.y.get(), at.result);
  }
};

struct ConvolutionInputGradient {
  static constexpr const char* kName = "cudnnConvolutionBackwardData";
  static constexpr std::array kAlgorithms{CUDNN_CONVOLUTION_BWD_DATA_ALGO_1};
  static cudnnStatus_t workspace_size(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                                      cudnnConvolutionBwdDataAlgo_t algorithm, std::size_t* bytes) {
    return cudnnGetConvolutionBackwardDataWorkspaceSize(handle, of.weight.get(), of.y.get(),
                                                        of.convolution.get(), of.x.get(), algorithm, bytes);
  }
  static cudnnStatus_t run(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                           cudnnConvolutionBwdDataAlgo_t algorithm, const void* one,
                           const ConvolutionPointers& at, const void* zero) {
    return cudnnConvolutionBackwardData(handle, one, of.weight.get(), at.weight, of.y.get(), at.y,
                                        of.convolution.get(), algorithm, at.workspace, at.workspace_bytes,
                                        zero, of.x.get(), at.result);
  }
};

struct ConvolutionWeightGradient {
  static constexpr const char* kName = "cudnnConvolutionBackwardFilter";
  static constexpr std::array kAlgorithms{CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1};
  static cudnnStatus_t workspace_size(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                                      cudnnConvolutionBwdFilterAlgo_t algorithm, std::size_t* bytes) {
    return cudnnGetConvolutionBackwardFilterWorkspaceSize(
        handle, of.x.get(), of.y.get(), of.convolution.get(), of.weight.get(), algorithm, bytes);
  }
  static cudnnStatus_t run(cudnnHandle_t handle, const ConvolutionDescriptors& of,
                           cudnnConvolutionBwdFilterAlgo_t algorithm, const void* one,
                           const ConvolutionPointers& at, const void* zero) {
    return cudnnConvolutionBackwardFilter(handle, one, of.x.get(), at.x, of.y.get(), at.y,
                                          of.convolution.get(), algorithm, at.workspace, at.workspace_bytes,
                                          zero, of.weight.get(), at.result);
  }
};

/// cuDNN 9 has several codes for unsupported operations, 3000 and up.
bool is_unsupported(cudnnStatus_t status) {
  return status == CUDNN_STATUS_NOT_SUPPORTED || status / 1000 == 3;
}

/// One call for images [first, first + images) of the batch.
/// @param result  where the result of these images is written
/// @return  false if cuDNN does not support the convolution; nothing was computed
template <class Direction, class T>
bool convolve_images(const OnDevice& on, const ConvolutionOperands& operands, T* result, std::int64_t first,
                     std::int64_t images) {
  const cudnnHandle_t handle = on.state().libraries().dnn();
  const ConvolutionDescriptors descriptors(operands, images);
  const auto at = [&](const Tensor& x) {
    return static_cast<const T*>(x.raw_data()) + first * (x.numel() / x.shape()[0]);
  };
  ConvolutionPointers pointers{.x = at(operands.x),
                               .weight = operands.weight.raw_data(),
                               .y = at(operands.y),
                               .result = result,
                               .workspace = nullptr,
                               .workspace_bytes = 0};
  for (const auto algorithm : Direction::kAlgorithms) {
    const cudnnStatus_t status =
        Direction::workspace_size(handle, descriptors, algorithm, &pointers.workspace_bytes);
    if (is_unsupported(status)) continue;
    check(status, Direction::kName);
    Storage workspace(operands.y.device(), pointers.workspace_bytes);
    pointers.workspace = workspace.data();
    const T one = 1, zero = 0;
    const cudnnStatus_t done = Direction::run(handle, descriptors, algorithm, &one, pointers, &zero);
    if (is_unsupported(done)) continue;
    check(done, Direction::kName);
    return true;
  }
  return false;
}

/// Calls convolve_images() for chunks of the batch. The result of the chunk from image i on is at offset i *
/// image_stride + (i / chunk) * chunk_stride.
/// @return  as convolve_images()
template <class Direction>
bool convolve_chunks(const ConvolutionOperands& operands, std::int64_t chunk, std::int64_t image_stride,
                     std::int64_t chunk_stride, Tensor& result) {
  const OnDevice on(result.device());
  const std::lock_guard lock(on.state().libraries().mutex());
  const std::int64_t batch = operands.x.shape()[0];
  for (std::int64_t first = 0; first < batch; first += chunk) {
    bool done = false;
    dispatch<FloatingTypes>(result.dtype(), [&]<class T>() {
      T* const to = static_cast<T*>(result.raw_data()) + first * image_stride + first / chunk * chunk_stride;
      done = convolve_images<Direction, T>(on, operands, to, first, std::min(chunk, batch - first));
    });
    if (!done) return false;
  }
  check_work(Direction::kName, cudaSuccess, on.stream());
  return true;
}

/// The number of images of which none of these tensors has 2^31 elements, cuDNN's limit.
std::int64_t largest_chunk(const ConvolutionOperands& operands) {
  const std::int64_t batch = operands.x.shape()[0];
  const std::int64_t image = std::max(operands.x.numel(), operands.y.numel()) / batch;
  return std::clamp<std::int64_t>(largest_index / image, 1, batch);
}

/// The convolution or the gradient of x: the result has a batch axis.
/// @return  as convolve_images()
template <class Direction>
bool convolve(const ConvolutionOperands& operands, Tensor& result) {
  const std::int64_t image = result.numel() / result.shape()[0];
  return convolve_chunks<Direction>(operands, largest_chunk(operands), image, 0, result);
}

/// The gradient of the weight, whose memory is `row` [1, n]. cuDNN sums over at most kMaxPositions positions
/// of several images, which is much only in f64 or TF32; these sums are added in f64.
/// @return  as convolve_images()
bool sum_over_batch(const ConvolutionOperands& operands, Tensor row) {
  constexpr std::int64_t kMaxPositions = 1 << 16;
  const Shape& y = operands.y.shape();
  const std::int64_t chunk =
      std::clamp<std::int64_t>(kMaxPositions / (y[2] * y[3]), 1, largest_chunk(operands));
  const std::int64_t chunks = (y[0] + chunk - 1) / chunk;
  if (chunks == 1) return convolve_chunks<ConvolutionWeightGradient>(operands, chunk, 0, 0, row);
  Tensor partials = empty({chunks, row.numel()}, {.dtype = row.dtype(), .device = row.device()});
  if (!convolve_chunks<ConvolutionWeightGradient>(operands, chunk, 0, row.numel(), partials)) return false;
  kernels::sum(partials, row);
  return true;
}

[[noreturn]] void fail_unsupported(const char* name) {
  fail_cuda(name, "cuDNN has no deterministic algorithm for this convolution");
}

// The kernels by cuDNN: channels-last if it supports that, else with row-major copies.

void conv2d_without_bias(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  if (needs_compensation(x, weight.numel() / weight.shape()[0]))
    return compensated_conv2d(x, weight, options, y);
  if (in_channels_last(x, y) &&
      convolve<ConvolutionForward>({x, ordered_images(weight, true), y, options, true}, y))
    return;
  const Tensor images = contiguous(x);
  in_rows(y, [&](Tensor& rows) {
    if (!convolve<ConvolutionForward>({images, weight, rows, options, false}, rows))
      fail_unsupported(ConvolutionForward::kName);
  });
}

void conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
            Tensor& y) {
  conv2d_without_bias(x, weight, options, y);
  if (bias.defined()) kernels::add(y, expand(reshape(bias, {bias.numel(), 1, 1}), y.shape()), y);
}

void conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                           Tensor& dx) {
  if (needs_compensation(grad, weight.numel() / dx.shape()[1]))
    return compensated_input_gradient(grad, weight, options, dx);
  if (in_channels_last(grad, dx) &&
      convolve<ConvolutionInputGradient>({dx, ordered_images(weight, true), grad, options, true}, dx))
    return;
  const Tensor images = contiguous(grad);
  in_rows(dx, [&](Tensor& rows) {
    if (!convolve<ConvolutionInputGradient>({rows, weight, images, options, false}, rows))
      fail_unsupported(ConvolutionInputGradient::kName);
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (needs_compensation(x, grad.numel() / grad.shape()[1]))
    return compensated_weight_gradient(grad, x, options, dw);
  if (in_channels_last(x, grad)) {
    Tensor ordered = empty_images(dw.shape(), true, dw.dtype(), dw.device());
    const Tensor memory = reshape(permute(ordered, {0, 2, 3, 1}), {1, dw.numel()});
    if (sum_over_batch({x, ordered, grad, options, true}, memory)) return kernels::copy(ordered, dw);
  }
  const Tensor images = contiguous(x), gradients = contiguous(grad);
  if (!sum_over_batch({images, dw, gradients, options, false}, reshape(dw, {1, dw.numel()})))
    fail_unsupported(ConvolutionWeightGradient::kName);
}

}  // namespace

void register_convolution() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::conv2d.set(kCuda, conv2d);
  kernels::conv2d_input_gradient.set(kCuda, conv2d_input_gradient);
  kernels::conv2d_weight_gradient.set(kCuda, conv2d_weight_gradient);
}

}  // namespace tinytorch::cuda
