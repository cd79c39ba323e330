#pragma once

#include <tinytorch/tinytorch.h>

/// y = x + sin²(a x) / a, for contiguous floating x and y of one shape, and a > 0. snake_cpu.cpp has the
/// kernel for the CPU, snake_cuda.cu that for GPUs.
inline tinytorch::Kernel<void(const tinytorch::Tensor& x, const double& a, tinytorch::Tensor& y)>
    snake_kernel{"snake"};

/// The snake activation (Ziyin et al. 2020, "Neural networks fail to learn periodic functions and how to fix
/// it", equation 3): x + sin²(a x) / a, elementwise. It rises as x does, and has the period pi / a.
/// @throws DTypeError  x is not floating
/// @throws ValueError  x is undefined, or a is not positive
tinytorch::Tensor snake(const tinytorch::Tensor& x, double a = 1);
tinytorch::Variable snake(const tinytorch::Variable& x, double a = 1);

/// snake() as a layer.
class Snake : public tinytorch::nn::Layer<Snake> {
 public:
  explicit Snake(double a = 1) : a_(a) {}

  template <tinytorch::TensorLike T>
  T forward(const T& x) const {
    return snake(x, a_);
  }

 private:
  double a_;
};
