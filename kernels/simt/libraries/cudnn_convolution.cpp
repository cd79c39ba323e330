#include "cudnn_objects.h"
#include "job.h"

#include <algorithm>
#include <cstdint>
#include <limits>

// Parameters have the names of NVIDIA's documentation.
// NOLINTBEGIN(readability-identifier-naming)

struct cudnnFilterStruct {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
  bool set = false;
  int dims[4] = {};
};

struct cudnnConvolutionStruct {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  bool set = false, flips = false;
  int groups = 1;
  int padding[2] = {}, stride[2] = {}, dilation[2] = {};
};

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* filterDesc) {
  if (filterDesc == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *filterDesc = simt::handles<cudnnFilterStruct>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filterDesc) {
  return simt::handles<cudnnFilterStruct>().destroy(filterDesc) ? CUDNN_STATUS_SUCCESS
                                                                : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t filterDesc, cudnnDataType_t dataType,
                                         cudnnTensorFormat_t format, int nbDims, const int filterDimA[]) {
  if (!simt::is_live(filterDesc) || filterDimA == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (dataType != CUDNN_DATA_FLOAT && dataType != CUDNN_DATA_DOUBLE) return CUDNN_STATUS_BAD_PARAM;
  if (format != CUDNN_TENSOR_NCHW && format != CUDNN_TENSOR_NHWC) return CUDNN_STATUS_BAD_PARAM;
  if (nbDims != 4) return CUDNN_STATUS_NOT_SUPPORTED;
  if (std::any_of(filterDimA, filterDimA + nbDims, [](int dim) { return dim <= 0; }))
    return CUDNN_STATUS_BAD_PARAM;
  *filterDesc = {.type = dataType, .format = format, .set = true, .dims = {}};
  std::copy_n(filterDimA, nbDims, filterDesc->dims);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convDesc) {
  if (convDesc == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *convDesc = simt::handles<cudnnConvolutionStruct>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convDesc) {
  return simt::handles<cudnnConvolutionStruct>().destroy(convDesc) ? CUDNN_STATUS_SUCCESS
                                                                   : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t convDesc, int arrayLength,
                                              const int padA[], const int filterStrideA[],
                                              const int dilationA[], cudnnConvolutionMode_t mode,
                                              cudnnDataType_t computeType) {
  if (!simt::is_live(convDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (padA == nullptr || filterStrideA == nullptr || dilationA == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (mode != CUDNN_CONVOLUTION && mode != CUDNN_CROSS_CORRELATION) return CUDNN_STATUS_BAD_PARAM;
  if (computeType != CUDNN_DATA_FLOAT && computeType != CUDNN_DATA_DOUBLE) return CUDNN_STATUS_BAD_PARAM;
  if (arrayLength != 2) return CUDNN_STATUS_NOT_SUPPORTED;
  for (int i = 0; i < arrayLength; ++i)
    if (padA[i] < 0 || filterStrideA[i] < 1 || dilationA[i] < 1) return CUDNN_STATUS_BAD_PARAM;
  convDesc->type = computeType;
  convDesc->set = true;
  convDesc->flips = mode == CUDNN_CONVOLUTION;
  std::copy_n(padA, arrayLength, convDesc->padding);
  std::copy_n(filterStrideA, arrayLength, convDesc->stride);
  std::copy_n(dilationA, arrayLength, convDesc->dilation);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convDesc, int groupCount) {
  if (!simt::is_live(convDesc) || groupCount < 1) return CUDNN_STATUS_BAD_PARAM;
  convDesc->groups = groupCount;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convDesc, cudnnMathType_t mathType) {
  if (!simt::is_live(convDesc)) return CUDNN_STATUS_BAD_PARAM;
  return mathType == CUDNN_DEFAULT_MATH || mathType == CUDNN_FMA_MATH ? CUDNN_STATUS_SUCCESS
                                                                      : CUDNN_STATUS_BAD_PARAM;
}

namespace {

// The scratch memory that each call requires and overwrites.
constexpr std::size_t kWorkspace = 512;

// The arguments of a convolution in any direction: x, w and y, or their gradients.
struct Convolution {
  cudnnTensorStruct x_desc, y_desc;
  cudnnFilterStruct w_desc;
  cudnnConvolutionStruct desc;
  const void *x = nullptr, *w = nullptr, *y = nullptr;
  void* result = nullptr;
  void* workspace = nullptr;
  double alpha = 1, beta = 0;
};

std::int64_t offset(const cudnnTensorStruct& desc, int n, int c, int h, int w) {
  return std::int64_t{n} * desc.strides[0] + std::int64_t{c} * desc.strides[1] +
         std::int64_t{h} * desc.strides[2] + std::int64_t{w} * desc.strides[3];
}

std::int64_t offset(const cudnnFilterStruct& desc, int o, int c, int k, int l) {
  const std::int64_t channels = desc.dims[1], height = desc.dims[2], width = desc.dims[3];
  return desc.format == CUDNN_TENSOR_NCHW ? ((o * channels + c) * height + k) * width + l
                                          : ((o * height + k) * width + l) * channels + c;
}

// The image index of filter element k for output index 0, on axis 0 or 1. It may be before the image.
int first_index(const Convolution& conv, int axis, int k) {
  const int tap = conv.desc.flips ? conv.w_desc.dims[2 + axis] - 1 - k : k;
  return tap * conv.desc.dilation[axis] - conv.desc.padding[axis];
}

// The image index of filter element k for output index i; negative: outside of the image.
int image_index(const Convolution& conv, int axis, int i, int k) {
  const int at = i * conv.desc.stride[axis] + first_index(conv, axis, k);
  return at < conv.x_desc.dims[2 + axis] ? at : -1;
}

// Calls visit(i, j, h, w) for all output indices (i, j) for which filter element (k, l) is at pixel (h, w).
template <class Visit>
void for_each_output(const Convolution& conv, int k, int l, const Visit& visit) {
  for (int i = 0; i < conv.y_desc.dims[2]; ++i) {
    const int h = image_index(conv, 0, i, k);
    if (h < 0) continue;
    for (int j = 0; j < conv.y_desc.dims[3]; ++j) {
      const int w = image_index(conv, 1, j, l);
      if (w >= 0) visit(i, j, h, w);
    }
  }
}

int filters_per_group(const Convolution& conv) { return conv.w_desc.dims[0] / conv.desc.groups; }

// out = alpha sum + beta out, rounded once. The sum was added one after another in T: a GPU's float sums are
// no more exact than these.
template <class T>
void blend(const Convolution& conv, T sum, T& out) {
  double value = conv.alpha * double{sum};
  if (conv.beta != 0) value += conv.beta * double{out};
  out = static_cast<T>(value);
}

// Overwrites the workspace, as the real library may.
void overwrite_workspace(const Convolution& conv) {
  auto* const bytes = static_cast<double*>(conv.workspace);
  for (std::size_t i = 0; i < kWorkspace / sizeof(double); ++i)
    bytes[i] = std::numeric_limits<double>::quiet_NaN();
}

template <class T>
void forward(const Convolution& conv) {
  overwrite_workspace(conv);
  const auto* const x = static_cast<const T*>(conv.x);
  const auto* const w = static_cast<const T*>(conv.w);
  auto* const y = static_cast<T*>(conv.result);
  const int* const filter = conv.w_desc.dims;
  for (int n = 0; n < conv.y_desc.dims[0]; ++n)
    for (int o = 0; o < conv.y_desc.dims[1]; ++o)
      for (int i = 0; i < conv.y_desc.dims[2]; ++i)
        for (int j = 0; j < conv.y_desc.dims[3]; ++j) {
          const int first = o / filters_per_group(conv) * filter[1];
          T sum = 0;
          for (int k = 0; k < filter[2]; ++k)
            for (int l = 0; l < filter[3]; ++l) {
              const int row = image_index(conv, 0, i, k), column = image_index(conv, 1, j, l);
              if (row < 0 || column < 0) continue;
              for (int c = 0; c < filter[1]; ++c)
                sum += x[offset(conv.x_desc, n, first + c, row, column)] * w[offset(conv.w_desc, o, c, k, l)];
            }
          blend(conv, sum, y[offset(conv.y_desc, n, o, i, j)]);
        }
}

// The output index for which filter element k is at `pixel`; -1: there is none.
int output_index(const Convolution& conv, int axis, int pixel, int k) {
  const int distance = pixel - first_index(conv, axis, k), stride = conv.desc.stride[axis];
  if (distance < 0 || distance % stride != 0) return -1;
  return distance / stride < conv.y_desc.dims[2 + axis] ? distance / stride : -1;
}

// For each pixel, the sum over all filter elements that cover it.
template <class T>
void backward_data(const Convolution& conv) {
  overwrite_workspace(conv);
  const auto* const w = static_cast<const T*>(conv.w);
  const auto* const dy = static_cast<const T*>(conv.y);
  auto* const dx = static_cast<T*>(conv.result);
  const int* const filter = conv.w_desc.dims;
  for (int n = 0; n < conv.x_desc.dims[0]; ++n)
    for (int c = 0; c < conv.x_desc.dims[1]; ++c)
      for (int row = 0; row < conv.x_desc.dims[2]; ++row)
        for (int column = 0; column < conv.x_desc.dims[3]; ++column) {
          const int first = c / filter[1] * filters_per_group(conv);
          T sum = 0;
          for (int k = 0; k < filter[2]; ++k)
            for (int l = 0; l < filter[3]; ++l) {
              const int i = output_index(conv, 0, row, k), j = output_index(conv, 1, column, l);
              if (i < 0 || j < 0) continue;
              for (int o = first; o < first + filters_per_group(conv); ++o)
                sum += dy[offset(conv.y_desc, n, o, i, j)] * w[offset(conv.w_desc, o, c % filter[1], k, l)];
            }
          blend(conv, sum, dx[offset(conv.x_desc, n, c, row, column)]);
        }
}

template <class T>
void backward_filter(const Convolution& conv) {
  overwrite_workspace(conv);
  const auto* const x = static_cast<const T*>(conv.x);
  const auto* const dy = static_cast<const T*>(conv.y);
  auto* const dw = static_cast<T*>(conv.result);
  const int* const filter = conv.w_desc.dims;
  for (int o = 0; o < filter[0]; ++o)
    for (int c = 0; c < filter[1]; ++c)
      for (int k = 0; k < filter[2]; ++k)
        for (int l = 0; l < filter[3]; ++l) {
          const int channel = o / filters_per_group(conv) * filter[1] + c;
          T sum = 0;
          for (int n = 0; n < conv.x_desc.dims[0]; ++n)
            for_each_output(conv, k, l, [&](int i, int j, int h, int v) {
              sum += x[offset(conv.x_desc, n, channel, h, v)] * dy[offset(conv.y_desc, n, o, i, j)];
            });
          blend(conv, sum, dw[offset(conv.w_desc, o, c, k, l)]);
        }
}

bool is_packed(const cudnnTensorStruct& desc, cudnnTensorFormat_t format) {
  const int channels = desc.dims[1], height = desc.dims[2], width = desc.dims[3];
  const int nchw[4] = {channels * height * width, height * width, width, 1};
  const int nhwc[4] = {channels * height * width, 1, width * channels, channels};
  return std::equal(desc.strides, desc.strides + 4, format == CUDNN_TENSOR_NCHW ? nchw : nhwc);
}

int expected_size(const Convolution& conv, int axis) {
  const int extent = conv.desc.dilation[axis] * (conv.w_desc.dims[2 + axis] - 1) + 1;
  return (conv.x_desc.dims[2 + axis] + 2 * conv.desc.padding[axis] - extent) / conv.desc.stride[axis] + 1;
}

// Fills in the descriptors and checks that they agree.
cudnnStatus_t describe(Convolution& conv, cudnnTensorDescriptor_t x_desc, cudnnFilterDescriptor_t w_desc,
                       cudnnConvolutionDescriptor_t desc, cudnnTensorDescriptor_t y_desc) {
  if (!simt::is_set(x_desc) || !simt::is_set(y_desc)) return CUDNN_STATUS_BAD_PARAM;
  if (!simt::is_live(w_desc) || !w_desc->set || !simt::is_live(desc) || !desc->set)
    return CUDNN_STATUS_BAD_PARAM;
  conv.x_desc = *x_desc, conv.y_desc = *y_desc, conv.w_desc = *w_desc, conv.desc = *desc;
  if (x_desc->rank != 4 || y_desc->rank != 4) return CUDNN_STATUS_NOT_SUPPORTED;
  const bool one_type =
      x_desc->type == y_desc->type && x_desc->type == w_desc->type && x_desc->type == desc->type;
  const int *x = x_desc->dims, *y = y_desc->dims, *w = w_desc->dims;
  const bool fits = x[0] == y[0] && x[1] == w[1] * desc->groups && y[1] == w[0] && w[0] % desc->groups == 0 &&
                    y[2] == expected_size(conv, 0) && y[3] == expected_size(conv, 1);
  if (!one_type || !fits) return CUDNN_STATUS_BAD_PARAM;
  // cuDNN supports NHWC for float, and mixed formats hardly at all.
  const bool channels_last = w_desc->format == CUDNN_TENSOR_NHWC;
  if (channels_last && x_desc->type == CUDNN_DATA_DOUBLE) return CUDNN_STATUS_NOT_SUPPORTED;
  if (channels_last && !(is_packed(*x_desc, w_desc->format) && is_packed(*y_desc, w_desc->format)))
    return CUDNN_STATUS_NOT_SUPPORTED;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t workspace(cudnnHandle_t handle, cudnnTensorDescriptor_t x_desc, cudnnFilterDescriptor_t w_desc,
                        cudnnConvolutionDescriptor_t desc, cudnnTensorDescriptor_t y_desc, bool known,
                        std::size_t* bytes) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!known || bytes == nullptr) return CUDNN_STATUS_BAD_PARAM;
  Convolution conv;
  const cudnnStatus_t status = describe(conv, x_desc, w_desc, desc, y_desc);
  if (status == CUDNN_STATUS_SUCCESS) *bytes = kWorkspace;
  return status;
}

// Checks what is left and runs the convolution, whose pointers are in `conv`.
cudnnStatus_t run(cudnnHandle_t handle, const char* name, void (*work)(const Convolution&), Convolution& conv,
                  std::size_t workspace_bytes, const void* alpha, const void* beta) {
  if (conv.workspace == nullptr || workspace_bytes < kWorkspace) return CUDNN_STATUS_BAD_PARAM;
  if (alpha == nullptr || beta == nullptr || conv.result == nullptr) return CUDNN_STATUS_BAD_PARAM;
  conv.alpha = simt::scalar(alpha, conv.x_desc.type);
  conv.beta = simt::scalar(beta, conv.x_desc.type);
  const cudaError_t error = simt::run_job(handle->stream, name, work, conv);
  if (error == cudaErrorMemoryAllocation) return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  return error == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}

bool is_known(cudnnConvolutionFwdAlgo_t algo) {
  return algo == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM ||
         algo == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
}
bool is_known(cudnnConvolutionBwdDataAlgo_t algo) { return algo == CUDNN_CONVOLUTION_BWD_DATA_ALGO_1; }
bool is_known(cudnnConvolutionBwdFilterAlgo_t algo) { return algo == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1; }

}  // namespace

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc, const cudnnFilterDescriptor_t wDesc,
    const cudnnConvolutionDescriptor_t convDesc, const cudnnTensorDescriptor_t yDesc,
    cudnnConvolutionFwdAlgo_t algo, std::size_t* sizeInBytes) {
  return workspace(handle, xDesc, wDesc, convDesc, yDesc, is_known(algo), sizeInBytes);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha,
                                      const cudnnTensorDescriptor_t xDesc, const void* x,
                                      const cudnnFilterDescriptor_t wDesc, const void* w,
                                      const cudnnConvolutionDescriptor_t convDesc,
                                      cudnnConvolutionFwdAlgo_t algo, void* workSpace,
                                      std::size_t workSpaceSizeInBytes, const void* beta,
                                      const cudnnTensorDescriptor_t yDesc, void* y) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!is_known(algo) || x == nullptr || w == nullptr) return CUDNN_STATUS_BAD_PARAM;
  Convolution conv;
  if (const cudnnStatus_t status = describe(conv, xDesc, wDesc, convDesc, yDesc)) return status;
  if (simt::repeats_elements(*yDesc)) return CUDNN_STATUS_BAD_PARAM;
  conv.x = x, conv.w = w, conv.result = y, conv.workspace = workSpace;
  const auto work = xDesc->type == CUDNN_DATA_DOUBLE ? forward<double> : forward<float>;
  return run(handle, "cudnnConvolutionForward", work, conv, workSpaceSizeInBytes, alpha, beta);
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
    cudnnHandle_t handle, const cudnnFilterDescriptor_t wDesc, const cudnnTensorDescriptor_t dyDesc,
    const cudnnConvolutionDescriptor_t convDesc, const cudnnTensorDescriptor_t dxDesc,
    cudnnConvolutionBwdDataAlgo_t algo, std::size_t* sizeInBytes) {
  return workspace(handle, dxDesc, wDesc, convDesc, dyDesc, is_known(algo), sizeInBytes);
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           const cudnnFilterDescriptor_t wDesc, const void* w,
                                           const cudnnTensorDescriptor_t dyDesc, const void* dy,
                                           const cudnnConvolutionDescriptor_t convDesc,
                                           cudnnConvolutionBwdDataAlgo_t algo, void* workSpace,
                                           std::size_t workSpaceSizeInBytes, const void* beta,
                                           const cudnnTensorDescriptor_t dxDesc, void* dx) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!is_known(algo) || w == nullptr || dy == nullptr) return CUDNN_STATUS_BAD_PARAM;
  Convolution conv;
  if (const cudnnStatus_t status = describe(conv, dxDesc, wDesc, convDesc, dyDesc)) return status;
  if (simt::repeats_elements(*dxDesc)) return CUDNN_STATUS_BAD_PARAM;
  conv.w = w, conv.y = dy, conv.result = dx, conv.workspace = workSpace;
  const auto work = dxDesc->type == CUDNN_DATA_DOUBLE ? backward_data<double> : backward_data<float>;
  return run(handle, "cudnnConvolutionBackwardData", work, conv, workSpaceSizeInBytes, alpha, beta);
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc, const cudnnTensorDescriptor_t dyDesc,
    const cudnnConvolutionDescriptor_t convDesc, const cudnnFilterDescriptor_t dwDesc,
    cudnnConvolutionBwdFilterAlgo_t algo, std::size_t* sizeInBytes) {
  return workspace(handle, xDesc, dwDesc, convDesc, dyDesc, is_known(algo), sizeInBytes);
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha,
                                             const cudnnTensorDescriptor_t xDesc, const void* x,
                                             const cudnnTensorDescriptor_t dyDesc, const void* dy,
                                             const cudnnConvolutionDescriptor_t convDesc,
                                             cudnnConvolutionBwdFilterAlgo_t algo, void* workSpace,
                                             std::size_t workSpaceSizeInBytes, const void* beta,
                                             const cudnnFilterDescriptor_t dwDesc, void* dw) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!is_known(algo) || x == nullptr || dy == nullptr) return CUDNN_STATUS_BAD_PARAM;
  Convolution conv;
  if (const cudnnStatus_t status = describe(conv, xDesc, dwDesc, convDesc, dyDesc)) return status;
  conv.x = x, conv.y = dy, conv.result = dw, conv.workspace = workSpace;
  const auto work = xDesc->type == CUDNN_DATA_DOUBLE ? backward_filter<double> : backward_filter<float>;
  return run(handle, "cudnnConvolutionBackwardFilter", work, conv, workSpaceSizeInBytes, alpha, beta);
}

// NOLINTEND(readability-identifier-naming)
