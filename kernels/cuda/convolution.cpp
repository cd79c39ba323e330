#include "core/ops/convolution_kernels.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "core/ops/arithmetic_kernels.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/shape.h"
#include "kernels/cuda/error.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/settings.h"
#include "kernels/cuda/stream.h"

// Convolutions by cuDNN, with algorithms that add in a fixed order.
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

// The three directions of a convolution, each computing result = direction + beta result.

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
                           const ConvolutionPointers& at, const void* beta) {
    return cudnnConvolutionForward(handle, one, of.x.get(), at.x, of.weight.get(), at.weight,
                                   of.convolution.get(), algorithm, at.workspace, at.workspace_bytes, beta,
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
                           const ConvolutionPointers& at, const void* beta) {
    return cudnnConvolutionBackwardData(handle, one, of.weight.get(), at.weight, of.y.get(), at.y,
                                        of.convolution.get(), algorithm, at.workspace, at.workspace_bytes,
                                        beta, of.x.get(), at.result);
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
                           const ConvolutionPointers& at, const void* beta) {
    return cudnnConvolutionBackwardFilter(handle, one, of.x.get(), at.x, of.y.get(), at.y,
                                          of.convolution.get(), algorithm, at.workspace, at.workspace_bytes,
                                          beta, of.weight.get(), at.result);
  }
};

/// cuDNN 9 has several codes for unsupported operations, 3000 and up.
bool is_unsupported(cudnnStatus_t status) {
  return status == CUDNN_STATUS_NOT_SUPPORTED || status / 1000 == 3;
}

/// One call for images [first, first + images) of the batch. `has_batch` is true if the result has a batch
/// axis, false if it is a sum over the batch.
/// @return  false if cuDNN does not support the convolution; nothing was computed
template <class Direction, class T>
bool convolve_images(const OnDevice& on, const ConvolutionOperands& operands, void* result, bool has_batch,
                     std::int64_t first, std::int64_t images) {
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
  if (has_batch) {
    const Tensor& batch = result == operands.x.raw_data() ? operands.x : operands.y;
    pointers.result = static_cast<T*>(result) + first * (batch.numel() / batch.shape()[0]);
  }
  for (const auto algorithm : Direction::kAlgorithms) {
    const cudnnStatus_t status =
        Direction::workspace_size(handle, descriptors, algorithm, &pointers.workspace_bytes);
    if (is_unsupported(status)) continue;
    check(status, Direction::kName);
    Storage workspace(operands.y.device(), pointers.workspace_bytes);
    pointers.workspace = workspace.data();
    // A sum over the batch is started by the first images; later ones add to it.
    const T one = 1, beta = first > 0 && !has_batch ? T(1) : T(0);
    const cudnnStatus_t done = Direction::run(handle, descriptors, algorithm, &one, pointers, &beta);
    if (is_unsupported(done)) continue;
    check(done, Direction::kName);
    return true;
  }
  return false;
}

/// Calls convolve_images() for chunks of the batch that have less than 2^31 elements, cuDNN's limit.
/// @return  as convolve_images()
template <class Direction>
bool convolve(const ConvolutionOperands& operands, Tensor& result, bool has_batch) {
  const OnDevice on(result.device());
  const std::lock_guard lock(on.state().libraries().mutex());
  const std::int64_t batch = operands.x.shape()[0];
  const std::int64_t image = std::max(operands.x.numel(), operands.y.numel()) / batch;
  const std::int64_t chunk = std::clamp<std::int64_t>(largest_index / image, 1, batch);
  for (std::int64_t first = 0; first < batch; first += chunk) {
    bool done = false;
    dispatch<FloatingTypes>(result.dtype(), [&]<class T>() {
      done = convolve_images<Direction, T>(on, operands, result.raw_data(), has_batch, first,
                                           std::min(chunk, batch - first));
    });
    if (!done) return false;
  }
  check_work(Direction::kName, cudaSuccess, on.stream());
  return true;
}

[[noreturn]] void fail_unsupported(const char* name) {
  fail_cuda(name, "cuDNN has no deterministic algorithm for this convolution");
}

// The kernels: channels-last if cuDNN supports that, else with row-major copies.

void conv2d_without_bias(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  if (in_channels_last(x, y) &&
      convolve<ConvolutionForward>({x, ordered_images(weight, true), y, options, true}, y, true))
    return;
  const Tensor images = contiguous(x);
  in_rows(y, [&](Tensor& rows) {
    if (!convolve<ConvolutionForward>({images, weight, rows, options, false}, rows, true))
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
  if (in_channels_last(grad, dx) &&
      convolve<ConvolutionInputGradient>({dx, ordered_images(weight, true), grad, options, true}, dx, true))
    return;
  const Tensor images = contiguous(grad);
  in_rows(dx, [&](Tensor& rows) {
    if (!convolve<ConvolutionInputGradient>({rows, weight, images, options, false}, rows, true))
      fail_unsupported(ConvolutionInputGradient::kName);
  });
}

void conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw) {
  if (in_channels_last(x, grad)) {
    Tensor ordered = empty_images(dw.shape(), true, dw.dtype(), dw.device());
    if (convolve<ConvolutionWeightGradient>({x, ordered, grad, options, true}, ordered, false))
      return kernels::copy(ordered, dw);
  }
  if (!convolve<ConvolutionWeightGradient>({contiguous(x), dw, contiguous(grad), options, false}, dw, false))
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
