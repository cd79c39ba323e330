#include "core/ops/creation.h"
#include "core/ops/creation_kernels.h"

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

// These ops have no tensor operand. The rows call them with the shape, dtype and device of one.
namespace tinytorch::conformance {
namespace {

Options like(const Tensor& x) { return {.dtype = x.dtype(), .device = x.device()}; }

template <class Call>
void filled_row(const char* name, double value, Call call) {
  row(name)
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .covers(kernels::fill)
      .reference([value](double) { return value; })
      .exactly_with_signed_zeros()
      .gradient(not_differentiable)
      .calls(call);
}

}  // namespace

void creation_rows() {
  filled_row("zeros", 0, [](const Tensor& x) { return zeros(x.shape(), like(x)); });
  filled_row("ones", 1, [](const Tensor& x) { return ones(x.shape(), like(x)); });
  filled_row("full", 7, [](const Tensor& x) { return full(x.shape(), 7, like(x)); });
  filled_row("zeros_like", 0, [](const Tensor& x) { return zeros_like(x); });
  filled_row("ones_like", 1, [](const Tensor& x) { return ones_like(x); });
  filled_row("full_like", 2.5, [](const Tensor& x) { return full_like(x, 2.5); });

  const std::vector<Shape> lengths{{0}, {1}, {2}, {11}, {70}};
  row("arange")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes({{0}, {1}, {2}, {11}, {100003}})
      .covers(kernels::arange)
      .reference([](const Array& x) {
        return generate(x.shape, [](const Dims& at) { return 5 + 3 * static_cast<double>(at[0]); });
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return arange(5, 5 + 3 * x.numel(), 3, like(x)); });
  row("arange_by_quarters")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes(lengths)
      .reference([](const Array& x) {
        return generate(x.shape, [](const Dims& at) { return 0.5 + 0.25 * static_cast<double>(at[0]); });
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        return arange(0.5, 0.5 + 0.25 * static_cast<double>(x.numel()), 0.25, like(x));
      });
  row("linspace")
      .inputs(real(-9, 9))
      .shapes(lengths)
      .skip_dtype_errors()
      .reference([](const Array& x) {
        const auto last = static_cast<double>(x.shape[0] - 1);
        return generate(x.shape, [&](const Dims& at) {
          return at[0] == 0 ? -1 : -1 + 2.5 * (static_cast<double>(at[0]) / last);
        });
      })
      .tolerances({2e-7, 1e-7}, {1e-15, 1e-15})
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return linspace(-1, 1.5, x.numel(), like(x)); });
  row("eye")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes({{3, 3}, {2, 5}, {5, 2}, {0, 3}, {3, 0}, {130, 67}})
      .reference([](const Array& x) {
        return generate(x.shape, [](const Dims& at) { return at[0] == at[1] ? 1.0 : 0.0; });
      })
      .exactly_with_signed_zeros()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return eye(x.size(0), x.size(1), like(x)); });

  for (const char* name : {"zeros_like", "ones_like", "full_like"}) time_row(name, {{{1 << 20}}});
  time_row("arange", {{{1 << 20}}});
  time_row("linspace", {{{1 << 20}}});
  time_row("eye", {{{1024, 1024}}});
}

}  // namespace tinytorch::conformance
