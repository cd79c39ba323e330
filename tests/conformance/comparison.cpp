#include "core/ops/comparison.h"
#include "core/ops/comparison_kernels.h"
#include "core/ops/elementwise_kernels.h"

#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The row of a comparison.
template <class Reference, class Call>
void comparison_row(const char* name, const kernels::BinaryKernel& kernel, Reference reference, Call call) {
  const Domain few = real(-2, 2).including({0.0, -0.0, 1.0, inf, -inf, nan});
  row(name, kernel)
      .inputs(few, few)
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .promotes()
      .reference(reference)
      .gradient(not_differentiable)
      .calls(call);
}

template <class Reference, class Call>
void logical_row(const char* name, const kernels::BinaryKernel& kernel, Reference reference, Call call) {
  const Domain few = real(-1, 1).including({0.0, -0.0, inf, nan});
  row(name, kernel)
      .inputs(few, few)
      .dtypes(kAllDTypes)
      .kernel_dtypes({DType::boolean})
      .result_dtype(DType::boolean)
      .promotes()
      .reference([reference](double a, double b) { return reference(a != 0, b != 0); })
      .gradient(not_differentiable)
      .calls(call);
}

template <class Reference, class Call>
void test_row(const char* name, const kernels::UnaryKernel& kernel, Reference reference, Call call) {
  row(name, kernel)
      .inputs(real(-1, 1).including({0.0, 1e38, -1e38, inf, -inf, nan}))
      .dtypes(kAllDTypes)
      .kernel_dtypes(kFloatingDTypes)
      .result_dtype(DType::boolean)
      .reference(reference)
      .gradient(not_differentiable)
      .calls(call);
}

}  // namespace

void comparison_rows() {
  comparison_row(
      "eq", kernels::eq, [](double a, double b) { return a == b; },
      [](const auto& a, const auto& b) { return a == b; });
  comparison_row(
      "ne", kernels::ne, [](double a, double b) { return a != b; },
      [](const auto& a, const auto& b) { return a != b; });
  comparison_row(
      "lt", kernels::lt, [](double a, double b) { return a < b; },
      [](const auto& a, const auto& b) { return a < b; });
  comparison_row(
      "le", kernels::le, [](double a, double b) { return a <= b; },
      [](const auto& a, const auto& b) { return a <= b; });
  comparison_row(
      "gt", kernels::gt, [](double a, double b) { return a > b; },
      [](const auto& a, const auto& b) { return a > b; });
  comparison_row(
      "ge", kernels::ge, [](double a, double b) { return a >= b; },
      [](const auto& a, const auto& b) { return a >= b; });

  logical_row(
      "logical_and", kernels::logical_and, [](bool a, bool b) { return a && b; },
      [](const Tensor& a, const Tensor& b) { return logical_and(a, b); });
  logical_row(
      "logical_or", kernels::logical_or, [](bool a, bool b) { return a || b; },
      [](const Tensor& a, const Tensor& b) { return logical_or(a, b); });
  logical_row(
      "logical_xor", kernels::logical_xor, [](bool a, bool b) { return a != b; },
      [](const Tensor& a, const Tensor& b) { return logical_xor(a, b); });
  row("logical_not", kernels::logical_not)
      .inputs(real(-1, 1).including({0.0, -0.0, inf, nan}))
      .dtypes(kAllDTypes)
      .kernel_dtypes({DType::boolean})
      .result_dtype(DType::boolean)
      .reference([](double x) { return x == 0; })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return logical_not(x); });

  test_row(
      "isnan", kernels::isnan, [](double x) { return std::isnan(x); },
      [](const auto& x) { return isnan(x); });
  test_row(
      "isinf", kernels::isinf, [](double x) { return std::isinf(x); },
      [](const auto& x) { return isinf(x); });
  test_row(
      "isfinite", kernels::isfinite, [](double x) { return std::isfinite(x); },
      [](const auto& x) { return isfinite(x); });

  const Domain any = real(-100, 100).including({0.0, -0.0, inf, nan});
  row("where")
      .inputs(booleans(), any, any)
      .dtypes(kAllDTypes)
      .covers(kernels::where)
      .reference([](double condition, double a, double b) { return condition != 0 ? a : b; })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& condition, const auto& a, const auto& b) {
        return where(value_of(condition), a, b);
      });
}

}  // namespace tinytorch::conformance
