#include "cudnn_objects.h"
#include "job.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

// Parameters have the names of NVIDIA's documentation.
// NOLINTBEGIN(readability-identifier-naming)

std::size_t cudnnGetVersion() { return CUDNN_VERSION; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_NOT_INITIALIZED:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_INTERNAL_ERROR:
      return "CUDNN_STATUS_INTERNAL_ERROR";
    case CUDNN_STATUS_EXECUTION_FAILED:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "CUDNN_UNKNOWN_STATUS";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *handle = simt::handles<cudnnContext>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  const bool destroyed = simt::handles<cudnnContext>().destroy(handle);
  return destroyed ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_INITIALIZED;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t streamId) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  handle->stream = streamId;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensorDesc) {
  if (tensorDesc == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *tensorDesc = simt::handles<cudnnTensorStruct>().create();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensorDesc) {
  return simt::handles<cudnnTensorStruct>().destroy(tensorDesc) ? CUDNN_STATUS_SUCCESS
                                                                : CUDNN_STATUS_BAD_PARAM;
}

namespace {

// "The total size of the tensor descriptor exceeds the maximum limit of 2 Giga-elements."
bool is_too_large(int rank, const int dims[]) {
  std::int64_t elements = 1;
  for (int i = 0; i < rank; ++i)
    if ((elements *= dims[i]) >= std::int64_t{1} << 31) return true;
  return false;
}

}  // namespace

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensorDesc, cudnnDataType_t dataType,
                                         int nbDims, const int dimA[], const int strideA[]) {
  if (!simt::is_live(tensorDesc) || dimA == nullptr || strideA == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (dataType != CUDNN_DATA_FLOAT && dataType != CUDNN_DATA_DOUBLE) return CUDNN_STATUS_BAD_PARAM;
  if (nbDims < 4 || nbDims > CUDNN_DIM_MAX) return CUDNN_STATUS_NOT_SUPPORTED;
  for (int i = 0; i < nbDims; ++i)
    if (dimA[i] <= 0 || strideA[i] < 0) return CUDNN_STATUS_BAD_PARAM;
  if (is_too_large(nbDims, dimA)) return CUDNN_STATUS_NOT_SUPPORTED;
  *tensorDesc = {};
  tensorDesc->type = dataType;
  tensorDesc->rank = nbDims;
  std::copy_n(dimA, nbDims, tensorDesc->dims);
  std::copy_n(strideA, nbDims, tensorDesc->strides);
  return CUDNN_STATUS_SUCCESS;
}

namespace {

using simt::is_set, simt::repeats_elements, simt::scalar;

// The arguments of a softmax, forward (in is x, out is y) or backward (result is y, in is dy, out is dx).
struct Softmax {
  bool log = false;
  bool over_channels = false;  // else over all dimensions but the first
  double alpha = 1, beta = 0;
  cudnnTensorStruct in_desc, result_desc, out_desc;
  const void* in = nullptr;
  const void* result = nullptr;
  void* out = nullptr;
};

bool is_reduced(const Softmax& softmax, int dim) { return softmax.over_channels ? dim == 1 : dim > 0; }

// The product of the dimensions that are reduced, or of those that are not.
std::int64_t numel(const Softmax& softmax, bool reduced) {
  std::int64_t numel = 1;
  for (int i = 0; i < softmax.in_desc.rank; ++i)
    if (is_reduced(softmax, i) == reduced) numel *= softmax.in_desc.dims[i];
  return numel;
}

// The offset of the element with this linear index over the dimensions that are reduced, or over those that
// are not.
std::int64_t offset(const Softmax& softmax, bool reduced, std::int64_t index, const cudnnTensorStruct& desc) {
  std::int64_t offset = 0;
  for (int i = desc.rank - 1; i >= 0; --i) {
    if (is_reduced(softmax, i) != reduced) continue;
    offset += index % desc.dims[i] * desc.strides[i];
    index /= desc.dims[i];
  }
  return offset;
}

// A group of elements that one sum is over: a view of one of the tensors.
template <class T>
class Group {
 public:
  Group(const Softmax& softmax, std::int64_t index, const cudnnTensorStruct& desc, T* data)
      : softmax_(softmax), desc_(desc), data_(data + offset(softmax, false, index, desc)) {}

  T& operator[](std::int64_t i) const { return data_[offset(softmax_, true, i, desc_)]; }

 private:
  const Softmax& softmax_;
  const cudnnTensorStruct& desc_;
  T* data_;
};

template <class T>
void blend(const Softmax& softmax, double value, T& out) {
  value *= softmax.alpha;
  if (softmax.beta != 0) value += softmax.beta * double{out};
  out = static_cast<T>(value);
}

template <class T>
void forward_group(const Softmax& softmax, std::int64_t index) {
  const Group<const T> x(softmax, index, softmax.in_desc, static_cast<const T*>(softmax.in));
  const Group<T> y(softmax, index, softmax.out_desc, static_cast<T*>(softmax.out));
  const std::int64_t size = numel(softmax, true);
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t i = 0; i < size; ++i) max = std::max(max, double{x[i]});
  for (std::int64_t i = 0; i < size; ++i) sum += std::exp(double{x[i]} - max);
  for (std::int64_t i = 0; i < size; ++i) {
    const double shifted = double{x[i]} - max;
    blend(softmax, softmax.log ? shifted - std::log(sum) : std::exp(shifted) / sum, y[i]);
  }
}

template <class T>
void backward_group(const Softmax& softmax, std::int64_t index) {
  const Group<const T> y(softmax, index, softmax.result_desc, static_cast<const T*>(softmax.result));
  const Group<const T> dy(softmax, index, softmax.in_desc, static_cast<const T*>(softmax.in));
  const Group<T> dx(softmax, index, softmax.out_desc, static_cast<T*>(softmax.out));
  const std::int64_t size = numel(softmax, true);
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += double{dy[i]} * (softmax.log ? 1.0 : double{y[i]});
  for (std::int64_t i = 0; i < size; ++i) {
    const double result = double{y[i]}, gradient = double{dy[i]};
    blend(softmax, softmax.log ? gradient - std::exp(result) * sum : result * (gradient - sum), dx[i]);
  }
}

template <class T>
void forward(const Softmax& softmax) {
  const std::int64_t groups = numel(softmax, false);
  for (std::int64_t index = 0; index < groups; ++index) forward_group<T>(softmax, index);
}

template <class T>
void backward(const Softmax& softmax) {
  const std::int64_t groups = numel(softmax, false);
  for (std::int64_t index = 0; index < groups; ++index) backward_group<T>(softmax, index);
}

bool is_algorithm(cudnnSoftmaxAlgorithm_t algo) {
  return algo == CUDNN_SOFTMAX_ACCURATE || algo == CUDNN_SOFTMAX_LOG;
}
bool is_mode(cudnnSoftmaxMode_t mode) {
  return mode == CUDNN_SOFTMAX_MODE_INSTANCE || mode == CUDNN_SOFTMAX_MODE_CHANNEL;
}

bool is_like(const cudnnTensorStruct& a, const cudnnTensorStruct& b) {
  return a.type == b.type && a.rank == b.rank && std::equal(a.dims, a.dims + a.rank, b.dims);
}

bool has_same_strides(const cudnnTensorStruct& a, const cudnnTensorStruct& b) {
  return std::equal(a.strides, a.strides + a.rank, b.strides);
}

// "For more than 5 dimensions tensors must be packed in their spatial dimensions."
bool is_layout_supported(const cudnnTensorStruct& desc) {
  if (desc.rank <= 5) return true;
  std::int64_t packed = 1;
  for (int i = desc.rank - 1; i >= 2; --i) {
    if (desc.strides[i] != packed) return false;
    packed *= desc.dims[i];
  }
  return true;
}

cudnnStatus_t run(cudnnHandle_t handle, const char* name, void (*work)(const Softmax&),
                  const Softmax& softmax) {
  const bool supported = is_layout_supported(softmax.in_desc) && is_layout_supported(softmax.out_desc);
  if (!supported) return CUDNN_STATUS_NOT_SUPPORTED;
  const cudaError_t error = simt::run_job(handle->stream, name, work, softmax);
  return error == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace

cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode,
                                  const void* alpha, const cudnnTensorDescriptor_t xDesc, const void* x,
                                  const void* beta, const cudnnTensorDescriptor_t yDesc, void* y) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!is_algorithm(algo) || !is_mode(mode)) return CUDNN_STATUS_BAD_PARAM;
  if (alpha == nullptr || beta == nullptr || x == nullptr || y == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (!is_set(xDesc) || !is_set(yDesc) || !is_like(*xDesc, *yDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (x == y && !has_same_strides(*xDesc, *yDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (repeats_elements(*yDesc)) return CUDNN_STATUS_BAD_PARAM;

  Softmax softmax;
  softmax.log = algo == CUDNN_SOFTMAX_LOG;
  softmax.over_channels = mode == CUDNN_SOFTMAX_MODE_CHANNEL;
  softmax.alpha = scalar(alpha, xDesc->type);
  softmax.beta = scalar(beta, xDesc->type);
  softmax.in_desc = *xDesc, softmax.in = x;
  softmax.out_desc = *yDesc, softmax.out = y;
  const auto work = xDesc->type == CUDNN_DATA_DOUBLE ? forward<double> : forward<float>;
  return run(handle, "cudnnSoftmaxForward", work, softmax);
}

cudnnStatus_t cudnnSoftmaxBackward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algo,
                                   cudnnSoftmaxMode_t mode, const void* alpha,
                                   const cudnnTensorDescriptor_t yDesc, const void* y,
                                   const cudnnTensorDescriptor_t dyDesc, const void* dy, const void* beta,
                                   const cudnnTensorDescriptor_t dxDesc, void* dx) {
  if (!simt::is_live(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (!is_algorithm(algo) || !is_mode(mode)) return CUDNN_STATUS_BAD_PARAM;
  for (const void* pointer : {alpha, y, dy, beta, static_cast<const void*>(dx)})
    if (pointer == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (!is_set(yDesc) || !is_set(dyDesc) || !is_set(dxDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (!is_like(*yDesc, *dyDesc) || !is_like(*yDesc, *dxDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (!has_same_strides(*yDesc, *dyDesc) || repeats_elements(*dxDesc)) return CUDNN_STATUS_BAD_PARAM;
  if (dx == dy && !has_same_strides(*dyDesc, *dxDesc)) return CUDNN_STATUS_BAD_PARAM;

  Softmax softmax;
  softmax.log = algo == CUDNN_SOFTMAX_LOG;
  softmax.over_channels = mode == CUDNN_SOFTMAX_MODE_CHANNEL;
  softmax.alpha = scalar(alpha, yDesc->type);
  softmax.beta = scalar(beta, yDesc->type);
  softmax.result_desc = *yDesc, softmax.result = y;
  softmax.in_desc = *dyDesc, softmax.in = dy;
  softmax.out_desc = *dxDesc, softmax.out = dx;
  const auto work = yDesc->type == CUDNN_DATA_DOUBLE ? backward<double> : backward<float>;
  return run(handle, "cudnnSoftmaxBackward", work, softmax);
}

// NOLINTEND(readability-identifier-naming)
