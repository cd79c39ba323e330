// Puts what module 03 wrote into the slots of the framework.
#include "modules/course/slots.h"

#include "core/ops/math_kernels.h"
#include "modules/03_activations/activations.h"

using namespace tinytorch;

namespace {

using AlongAxis = kernels::AlongAxisKernel;

/// Rows along the last axis; other axes are moved there.
AlongAxis::Function softmax_of_other_dtypes = nullptr;
void softmax_of_rows(const Tensor& x, const int& axis, Tensor& y) {
  if (y.dtype() != DType::f32) return softmax_of_other_dtypes(x, axis, y);
  const Tensor source = contiguous(transpose(x, axis, -1));
  Tensor result = empty_like(source);
  const auto columns = static_cast<std::size_t>(source.size(-1));
  const std::size_t rows = course::elements(source).size() / columns;
  for (std::size_t row = 0; row < rows; ++row) {
    activations::softmax(course::elements(source).subspan(row * columns, columns),
                         {result.data<float>() + row * columns, columns});
  }
  kernels::copy(transpose(result, axis, -1), y);
}

/// The same for the gradient.
kernels::AlongAxisGradientKernel::Function softmax_gradient_of_other_dtypes = nullptr;
void softmax_gradient_of_rows(const Tensor& y, const Tensor& grad, const int& axis, Tensor& dx) {
  if (dx.dtype() != DType::f32) return softmax_gradient_of_other_dtypes(y, grad, axis, dx);
  const Tensor results = contiguous(transpose(y, axis, -1)),
               gradients = contiguous(transpose(grad, axis, -1));
  Tensor result = empty_like(results);
  const auto columns = static_cast<std::size_t>(results.size(-1));
  for (std::size_t begin = 0; begin < course::elements(results).size(); begin += columns) {
    activations::softmax_gradient(course::elements(results).subspan(begin, columns),
                                  course::elements(gradients).subspan(begin, columns),
                                  {result.data<float>() + begin, columns});
  }
  kernels::copy(transpose(result, axis, -1), dx);
}

}  // namespace

extern "C" void tinytorch_plugin() {
  course::install<activations::relu>(kernels::relu);
  course::install<activations::sigmoid>(kernels::sigmoid);
  course::install<activations::tanh>(kernels::tanh);
  course::install<activations::gelu>(kernels::gelu);
  course::install<activations::gelu_gradient>(kernels::gelu_gradient);
  course::install<activations::relu_gradient>(kernels::relu_gradient);
  course::install<activations::sigmoid_gradient>(kernels::sigmoid_gradient);
  course::install<activations::tanh_gradient>(kernels::tanh_gradient);
  softmax_of_other_dtypes = kernels::softmax.replace(DeviceType::cpu, softmax_of_rows);
  softmax_gradient_of_other_dtypes =
      kernels::softmax_gradient.replace(DeviceType::cpu, softmax_gradient_of_rows);
}
