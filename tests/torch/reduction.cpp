#include "core/ops/reduction.h"

#include <limits>

#include "core/ops/scan.h"
#include "core/ops/statistics.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

Call over_axes(Variable (*op)(const Variable&, const Axes&, bool)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.dims("axes"), x.flag("keepdim"))}; };
}

Call predicate_over_axes(Tensor (*op)(const Variable&, const Axes&, bool)) {
  return
      [op](const Arguments& x) { return std::vector{Variable(op(x[0], x.dims("axes"), x.flag("keepdim")))}; };
}

/// A reduction with a scalar attribute besides the axes.
Call with_scalar(const char* name, Variable (*op)(const Variable&, double, const Axes&, bool)) {
  return [name, op](const Arguments& x) {
    return std::vector{op(x[0], x.scalar(name), x.dims("axes"), x.flag("keepdim"))};
  };
}

Call index_along(Tensor (*op)(const Variable&, std::optional<int>, bool)) {
  return [op](const Arguments& x) { return std::vector{Variable(op(x[0], x.integer("axis"), false))}; };
}

Call scan_along(Variable (*op)(const Variable&, int, bool)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.integer("axis"), false)}; };
}

}  // namespace

Calls reduction_calls() {
  return {
      {"sum", over_axes(sum)},
      {"mean", over_axes(mean<Variable>)},
      {"prod", over_axes(prod)},
      {"max", over_axes(max)},
      {"min", over_axes(min)},
      {"any", predicate_over_axes(any)},
      {"all", predicate_over_axes(all)},
      {"argmax", index_along(argmax)},
      {"argmin", index_along(argmin)},
      {"logsumexp", over_axes(logsumexp<Variable>)},
      {"norm", with_scalar("p", norm<Variable>)},
      {"var", with_scalar("correction", [](const Variable& x, double correction, const Axes& axes,
                                           bool keepdim) { return var(x, axes, keepdim, correction); })},
      {"stddev",
       with_scalar("correction", [](const Variable& x, double correction, const Axes& axes,
                                    bool keepdim) { return stddev(x, axes, keepdim, correction); })},
      {"cumsum", scan_along(cumsum)},
      {"cumprod", scan_along(cumprod)},
  };
}

}  // namespace tinytorch::torch_cases
