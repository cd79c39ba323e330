#include "tests/benchmarks/operands.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include <tinytorch/tinytorch.h>

namespace benchmarks {

using namespace tinytorch;

namespace {

DType dtype_named(const std::string& text) {
  for (const DType dtype : {DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64}) {
    if (text == name(dtype)) return dtype;
  }
  throw std::invalid_argument("no dtype is named " + text);
}

}  // namespace

std::vector<Tensor> tensors_of(const std::vector<Operand>& operands, Device device) {
  std::vector<Tensor> tensors;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Operand& x = operands[k];
    Shape shape;
    for (const std::int64_t length : x.shape) shape.push_back(length);
    const Tensor values = x.dtype == "f64"   ? from_values(drawn_values<double>(x, k), shape)
                          : x.dtype == "f32" ? from_values(drawn_values<float>(x, k), shape)
                                             : from_values(drawn_values<std::int64_t>(x, k), shape);
    tensors.push_back(contiguous(values.to(dtype_named(x.dtype)).to(device)));
  }
  return tensors;
}

double mean_magnitude(const Tensor& x) {
  const Tensor values = contiguous(x.to(Device::cpu()).to(DType::f64));
  double sum = 0;
  std::int64_t finite = 0;
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const double value = std::abs(values.data<double>()[i]);
    if (!std::isfinite(value)) continue;
    sum += value;
    ++finite;
  }
  return finite == 0 ? 0 : sum / static_cast<double>(finite);
}

}  // namespace benchmarks
