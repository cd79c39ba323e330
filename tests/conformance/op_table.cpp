#include "tests/conformance/op_table.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

std::deque<Row>& table() {
  static std::deque<Row> rows;
  return rows;
}

}  // namespace

Domain Domain::including(std::vector<double> values) const {
  Domain domain = *this;
  domain.special = std::move(values);
  return domain;
}

Domain Domain::constant() const {
  Domain domain = *this;
  domain.is_constant = true;
  return domain;
}

Domain real(double low, double high) { return {low, high}; }
Domain booleans() { return {.low = 0, .high = 1, .dtype = DType::boolean}; }
Domain indices(std::int64_t n) { return {.low = 0, .high = static_cast<double>(n - 1), .dtype = DType::i64}; }

Gradient except_at(std::vector<double> points) { return {Gradient::Kind::differentiable, std::move(points)}; }

Row& Row::dtypes(DTypes accepted) {
  accepted_dtypes = std::move(accepted);
  return *this;
}

Row& Row::skip_dtype_errors() {
  throws_dtype_errors = false;
  return *this;
}

Row& Row::result_dtype(ResultDType rule) {
  result_rule = rule;
  return *this;
}

Row& Row::result_dtype(DType always) {
  fixed_result_dtype = always;
  return *this;
}

DType Row::result_dtype_for(DType operands) const {
  if (fixed_result_dtype) return *fixed_result_dtype;
  if (is_floating(operands) || result_rule == ResultDType::same) return operands;
  return result_rule == ResultDType::int_to_i64 ? DType::i64 : DType::f32;
}

Row& Row::gradient(Gradient kind) {
  gradient_class = std::move(kind);
  return *this;
}

Row& Row::tolerances(Tolerance f32, Tolerance f64) {
  f32_tolerance = f32;
  f64_tolerance = f64;
  return *this;
}

Row& Row::exactly_with_signed_zeros() {
  compares_zero_signs = true;
  return exactly();
}

Row& Row::shapes(std::vector<Shape> of_the_operand) {
  for (const Shape& shape : of_the_operand) tested_shapes.push_back({shape});
  return *this;
}

Row& Row::operand_shapes(std::vector<std::vector<Shape>> of_the_operands) {
  tested_shapes = std::move(of_the_operands);
  return *this;
}

Row& Row::covers(const KernelSlot& slot) {
  covered.insert(&slot);
  return *this;
}

Row& Row::kernel_dtypes(DTypes accepted) {
  accepted_kernel_dtypes = std::move(accepted);
  return *this;
}

Row& Row::promotes() {
  promoting = true;
  return *this;
}

Row& row(std::string name, const char* file) {
  return table().emplace_back(std::move(name), std::filesystem::path(file).stem());
}

Row& row(std::string name, const Kernel<void(const Tensor&, Tensor&)>& kernel, const char* file) {
  Row& added = row(std::move(name), file).covers(kernel);
  added.unary_kernel = &kernel;
  return added;
}

Row& row(std::string name, const Kernel<void(const Tensor&, const Tensor&, Tensor&)>& kernel,
         const char* file) {
  Row& added = row(std::move(name), file).covers(kernel);
  added.binary_kernel = &kernel;
  return added;
}

bool is_variant(const Row& row) {
  return std::ranges::any_of(table(), [&](const Row& other) {
    return other.family == row.family && row.name.starts_with(other.name + "_");
  });
}

void time_row(std::string_view name, TimedCall call) {
  const auto found = std::ranges::find(table(), name, &Row::name);
  if (found == table().end()) throw std::logic_error("time_row: no row " + std::string(name));
  if (call.shapes.size() != found->domains.size())
    throw std::logic_error("time_row: another number of operands than the row " + found->name);
  found->timed_calls.push_back(std::move(call));
}

const std::deque<Row>& op_table() {
  static const bool filled = [] {
    activation_rows();
    arithmetic_rows();
    attention_rows();
    bitwise_rows();
    comparison_rows();
    composite_rows();
    convolution_rows();
    copy_rows();
    creation_rows();
    cross_entropy_rows();
    gradient_rows();
    indexing_rows();
    interpolate_rows();
    linear_algebra_rows();
    loss_rows();
    math_rows();
    matmul_rows();
    normalization_rows();
    optimizer_rows();
    pad_rows();
    pooling_rows();
    positions_rows();
    quantile_rows();
    quantization_rows();
    random_rows();
    rearrange_rows();
    recurrent_rows();
    reduction_rows();
    scan_rows();
    shape_rows();
    sort_rows();
    statistics_rows();
    unfold_rows();
    return true;
  }();
  static_cast<void>(filled);
  return table();
}

namespace detail {

Array elementwise(std::span<const Array> operands, const std::function<double(std::span<const double>)>& f) {
  Shape shape;
  for (const Array& x : operands) {
    while (shape.size() < x.shape.size()) shape.insert(0, 1);
    for (int i = 1; i <= x.shape.size(); ++i) {
      const std::int64_t length = x.shape[x.shape.size() - i];
      if (length != 1) shape[shape.size() - i] = length;
    }
  }
  std::vector<double> elements(operands.size());
  if (std::ranges::all_of(operands, [&](const Array& x) { return x.shape == shape; })) {
    Array y = operands.front();
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      for (std::size_t k = 0; k < operands.size(); ++k) elements[k] = operands[k].values[i];
      y.values[i] = f(elements);
    }
    return y;
  }
  return generate(shape, [&](const Dims& at) {
    for (std::size_t k = 0; k < operands.size(); ++k) elements[k] = broadcast_element(operands[k], at);
    return f(elements);
  });
}

}  // namespace detail
}  // namespace tinytorch::conformance
