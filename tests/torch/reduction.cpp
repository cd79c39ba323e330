#include "core/ops/reduction.h"

#include <limits>

#include "core/ops/quantile.h"
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

/// An op that chooses elements along an axis.
std::vector<Variable> both(const Chosen<Variable>& chosen) {
  return {chosen.values, Variable(chosen.indices)};
}
Call choice_along(Chosen<Variable> (*op)(const Variable&, int, bool)) {
  return [op](const Arguments& x) { return both(op(x[0], x.integer("axis"), x.flag("keepdim"))); };
}
Call running_choice(Chosen<Variable> (*op)(const Variable&, int)) {
  return [op](const Arguments& x) { return both(op(x[0], x.integer("axis"))); };
}

QuantileInterpolation interpolation_of(const Arguments& x) {
  static const std::map<std::string, QuantileInterpolation> kModes{
      {"linear", QuantileInterpolation::linear},
      {"lower", QuantileInterpolation::lower},
      {"higher", QuantileInterpolation::higher},
      {"midpoint", QuantileInterpolation::midpoint},
      {"nearest", QuantileInterpolation::nearest}};
  return kModes.at(x.text("mode"));
}

std::optional<int> axis_if_any(const Arguments& x) {
  return x.has("axis") ? std::optional(x.integer("axis")) : std::nullopt;
}

Call one_quantile(Variable (*op)(const Variable&, double, std::optional<int>, bool, QuantileInterpolation)) {
  return [op](const Arguments& x) {
    return std::vector{op(x[0], x.scalar("q"), axis_if_any(x), x.flag("keepdim"), interpolation_of(x))};
  };
}
Call several_quantiles(Variable (*op)(const Variable&, const Tensor&, std::optional<int>, bool,
                                      QuantileInterpolation)) {
  return [op](const Arguments& x) {
    return std::vector{op(x[0], x[1].value(), axis_if_any(x), x.flag("keepdim"), interpolation_of(x))};
  };
}

Calls order_calls() {
  return {
      {"max_with_indices", choice_along(max_with_indices)},
      {"min_with_indices", choice_along(min_with_indices)},
      {"cummax", running_choice(cummax)},
      {"cummin", running_choice(cummin)},
      {"median", unary(median)},
      {"nanmedian", unary(nanmedian)},
      {"median_along", choice_along(median)},
      {"nanmedian_along", choice_along(nanmedian)},
      {"quantile", one_quantile(quantile)},
      {"nanquantile", one_quantile(nanquantile)},
      {"quantile_several", several_quantiles(quantile)},
      {"nanquantile_several", several_quantiles(nanquantile)},
  };
}

Call scan_along(Variable (*op)(const Variable&, int, bool)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.integer("axis"), false)}; };
}

}  // namespace

Calls reduction_calls() {
  Calls calls{
      {"sum", over_axes(sum)},
      {"nansum", over_axes(nansum)},
      {"nanmean", over_axes(nanmean<Variable>)},
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
  calls.merge(order_calls());
  return calls;
}

}  // namespace tinytorch::torch_cases
