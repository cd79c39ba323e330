#include "kernels/cuda/dnn.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "kernels/cuda/error.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/stream.h"

namespace tinytorch::cuda {

namespace {

template <class T>
void softmax_batch(cudnnHandle_t handle, SoftmaxForm form, cudnnTensorDescriptor_t shape, const Tensor& x,
                   Tensor& y, std::int64_t offset) {
  const T one = 1, zero = 0;
  const auto algorithm = form == SoftmaxForm::softmax ? CUDNN_SOFTMAX_ACCURATE : CUDNN_SOFTMAX_LOG;
  CUDA_CHECK(cudnnSoftmaxForward(handle, algorithm, CUDNN_SOFTMAX_MODE_CHANNEL, &one, shape,
                                 static_cast<const T*>(x.raw_data()) + offset, &zero, shape,
                                 static_cast<T*>(y.raw_data()) + offset));
}

}  // namespace

void dnn_softmax(SoftmaxForm form, const Tensor& x, std::int64_t outer, std::int64_t n, std::int64_t inner,
                 Tensor& y) {
  const OnDevice on(y.device());
  Libraries& libraries = on.state().libraries();
  const std::lock_guard lock(libraries.mutex());
  // cuDNN limits a tensor to 2^31 - 1 elements.
  const std::int64_t max_outer = std::numeric_limits<int>::max() / (n * inner);
  for (std::int64_t begin = 0; begin < outer; begin += max_outer) {
    const Shape chunk{std::min(max_outer, outer - begin), n, inner, 1};
    const DnnTensor shape = dnn_tensor(x.dtype(), chunk, contiguous_strides(chunk));
    const std::int64_t offset = begin * n * inner;
    dispatch<FloatingTypes>(
        x.dtype(), [&]<class T>() { softmax_batch<T>(libraries.dnn(), form, shape.get(), x, y, offset); });
  }
  check_work("cudnnSoftmaxForward", cudaSuccess, on.stream());
}

}  // namespace tinytorch::cuda
