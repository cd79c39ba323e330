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

}  // namespace

extern "C" void tinytorch_plugin() {
  course::install<activations::relu>(kernels::relu);
  course::install<activations::sigmoid>(kernels::sigmoid);
  course::install<activations::tanh>(kernels::tanh);
  course::install<activations::gelu>(kernels::gelu);
  course::install<activations::gelu_gradient>(kernels::gelu_gradient);
  softmax_of_other_dtypes = kernels::softmax.replace(DeviceType::cpu, softmax_of_rows);
}
