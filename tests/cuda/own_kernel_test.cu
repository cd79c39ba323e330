// A user's own kernel in a slot, and the error when it cannot be launched.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/activation_kernels.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/elementwise_kernels.h"
#include "kernels/cuda/elementwise.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

__global__ void leaky_relu(std::int64_t n, const float* x, float* y) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (within(i, n)) y[i] = x[i] < 0 ? x[i] / 8 : x[i];
}

// A slot documents the arguments of its kernels: relu's x and y have any strides and any floating dtype. This
// kernel takes contiguous f32 tensors, and copies others.
template <unsigned kBlock>
void own_relu(const Tensor& x, Tensor& y) {
  if (!x.is_contiguous() || !y.is_contiguous()) {
    Tensor result = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
    own_relu<kBlock>(contiguous(x), result);
    return kernels::copy(result, y);
  }
  const cuda::OnDevice on(y.device());
  cuda::launch(KERNEL(leaky_relu), cuda::blocks_for(x.numel(), kBlock), kBlock, 0, on.stream(), x.numel(),
               x.data<float>(), y.data<float>());
}

/// Puts a kernel into relu's slot for the lifetime of this object.
class Replaced {
 public:
  explicit Replaced(kernels::UnaryKernel::Function own)
      : before_(kernels::relu.replace(DeviceType::cuda, own)) {}
  ~Replaced() { kernels::relu.replace(DeviceType::cuda, before_); }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;

 private:
  kernels::UnaryKernel::Function before_;
};

TEST(OwnKernel, ReplacesTheSlotsKernelUntilItIsPutBack) {
  const Tensor x = Tensor{-8.0, 0.0, 2.0}.to(backend());
  {
    const Replaced replaced(own_relu<64>);
    EXPECT_TENSOR_EQ(relu(x), {-1.0, 0.0, 2.0});
    const Tensor table = Tensor{{-8.0, 1.0}, {2.0, -16.0}}.to(backend());
    EXPECT_TENSOR_EQ(relu(transpose(table)), {{-1.0, 2.0}, {1.0, -2.0}});
    EXPECT_TENSOR_EQ(relu(slice(table, 1, 0, 1)), {{-1.0}, {2.0}});
  }
  EXPECT_TENSOR_EQ(relu(x), {0.0, 0.0, 2.0});
}

TEST(OwnKernel, ThatCannotBeLaunchedIsNamedWithItsOpAndTheNextCallWorks) {
  const Tensor x = Tensor{-8.0, 0.0, 2.0}.to(backend());
  {
    const Replaced replaced(own_relu<2048>);
    EXPECT_ERROR(relu(x), CudaError,
                 "[relu] kernel leaky_relu: cudaErrorInvalidConfiguration (invalid configuration argument)");
  }
  EXPECT_TENSOR_EQ(relu(x), {0.0, 0.0, 2.0});
}

}  // namespace
}  // namespace tinytorch::testing
