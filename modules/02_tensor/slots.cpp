// Puts what module 02 wrote into the slots of the framework.
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"
#include "modules/02_tensor/tensor.h"

using namespace tinytorch;

namespace {

tensor::Axes axes(const Dims& dims) { return {dims.begin(), dims.end()}; }
tensor::View<const float> view(const Tensor& x) {
  return {x.data<float>(), axes(x.shape()), axes(x.strides())};
}
tensor::View<float> result(Tensor& y) { return {y.data<float>(), axes(y.shape()), axes(y.strides())}; }

/// Whether the student's functions, which know only floats, compute this.
bool is_f32(const Tensor& x, const Tensor& y) { return x.dtype() == DType::f32 && y.dtype() == DType::f32; }

decltype(kernels::copy)::Function other_copy = nullptr;
void copy(const Tensor& x, Tensor& y) {
  if (!is_f32(x, y)) return other_copy(x, y);
  tensor::copy(view(x), result(y));
}

kernels::BinaryKernel::Function other_add = nullptr, other_multiply = nullptr;
void add(const Tensor& a, const Tensor& b, Tensor& y) {
  if (!is_f32(a, y)) return other_add(a, b, y);
  tensor::add(view(a), view(b), result(y));
}
void multiply(const Tensor& a, const Tensor& b, Tensor& y) {
  if (!is_f32(a, y)) return other_multiply(a, b, y);
  tensor::multiply(view(a), view(b), result(y));
}

kernels::ReductionKernel::Function other_sum = nullptr;
void sum(const Tensor& x, Tensor& y) {
  if (!is_f32(x, y)) return other_sum(x, y);
  tensor::sum(view(x), result(y));
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_copy = kernels::copy.replace(DeviceType::cpu, copy);
  other_add = kernels::add.replace(DeviceType::cpu, add);
  other_multiply = kernels::mul.replace(DeviceType::cpu, multiply);
  other_sum = kernels::sum.replace(DeviceType::cpu, sum);
}
