#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation_kernels.h"

#include "core/ops/creation.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

double same(double x) { return x; }

void cast_row(DType to) {
  row(std::string("cast_to_") + name(to))
      .inputs(real(0, 120).including({0.0, -0.0, 0.5, 255.0}))
      .dtypes(kAllDTypes)
      .result_dtype(to)
      .covers(kernels::copy)
      .reference(same)
      .exactly_with_signed_zeros()
      .gradient(not_differentiable)
      .calls([to](const Tensor& x) { return x.to(to); });
}

}  // namespace

void copy_rows() {
  const Domain any = real(-100, 100).including({0.0, -0.0, inf, -inf, nan});
  row("clone")
      .inputs(any)
      .dtypes(kAllDTypes)
      .reference(same)
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return clone(x); });
  row("contiguous")
      .inputs(any)
      .dtypes(kAllDTypes)
      .reference(same)
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return contiguous(x); });
  row("fill")
      .inputs(any)
      .dtypes(kAllDTypes)
      .covers(kernels::fill)
      .reference([](double) { return 3.0; })
      .exactly_with_signed_zeros()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        Tensor y = clone(x);
        fill(y, 3.0);
        return y;
      });
  row("assign")
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .operand_shapes(
          {{{}, {}}, {{7}, {}}, {{3, 5}, {5}}, {{2, 3, 4}, {3, 1}}, {{0, 2}, {2}}, {{379, 373}, {373}}})
      .reference([](double, double source) { return source; })
      .exactly_with_signed_zeros()
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& source) {
        Tensor y = clone(x);
        assign(y, source);
        return y;
      });
  for (const DType to : kAllDTypes) cast_row(to);
  row("variable_to_f64")
      .inputs(real(-9, 9))
      .result_dtype(DType::f64)
      .reference(same)
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .skip_dtype_errors()
      .calls([](const auto& x) { return x.to(DType::f64); });

  time_row("clone", {{{1 << 24}}});
}

}  // namespace tinytorch::conformance
