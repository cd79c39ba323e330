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
      .takes(kAllTypes)
      .gives(to)
      .covers(kernels::copy)
      .reference(same)
      .to_the_bit()
      .gradient(not_differentiable)
      .calls([to](const Tensor& x) { return x.to(to); });
}

}  // namespace

void copy_rows() {
  const Domain any = real(-100, 100).including({0.0, -0.0, inf, -inf, nan});
  row("clone")
      .inputs(any)
      .takes(kAllTypes)
      .reference(same)
      .to_the_bit()
      .gradient(differentiable)
      .calls([](const auto& x) { return clone(x); });
  row("contiguous")
      .inputs(any)
      .takes(kAllTypes)
      .reference(same)
      .to_the_bit()
      .gradient(differentiable)
      .calls([](const auto& x) { return contiguous(x); });
  row("fill")
      .inputs(any)
      .takes(kAllTypes)
      .covers(kernels::fill)
      .reference([](double) { return 3.0; })
      .to_the_bit()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        Tensor y = clone(x);
        fill(y, 3.0);
        return y;
      });
  row("assign")
      .inputs(any, any)
      .takes(kAllTypes)
      .shapes_together(
          {{{}, {}}, {{7}, {}}, {{3, 5}, {5}}, {{2, 3, 4}, {3, 1}}, {{0, 2}, {2}}, {{379, 373}, {373}}})
      .reference([](double, double source) { return source; })
      .to_the_bit()
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& source) {
        Tensor y = clone(x);
        assign(y, source);
        return y;
      });
  for (const DType to : kAllTypes) cast_row(to);
  row("variable_to_f64")
      .inputs(real(-9, 9))
      .gives(DType::f64)
      .reference(same)
      .to_the_bit()
      .gradient(differentiable)
      .unchecked()
      .calls([](const auto& x) { return x.to(DType::f64); });
}

}  // namespace tinytorch::conformance
