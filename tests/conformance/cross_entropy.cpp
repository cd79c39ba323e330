#include "core/ops/cross_entropy.h"
#include "core/ops/cross_entropy_kernels.h"

#include <cmath>
#include <functional>

#include "core/ops/activation.h"
#include "core/ops/creation.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

// Written from PyTorch's documentation of CrossEntropyLoss and NLLLoss.
namespace tinytorch::conformance {
namespace {

constexpr std::int64_t kClasses = 3;
const std::vector<double> kClassWeights{0.5, 2, 1.25};

double weight_of(std::int64_t c, bool weighted) {
  return weighted ? kClassWeights[static_cast<std::size_t>(c % kClasses)] : 1;
}

/// One sample: its logits, and probability(c), the target probability of class c with weights and smoothing.
struct Sample {
  std::vector<double> x;
  std::function<double(std::int64_t)> probability;

  double logsumexp() const {
    double largest = -inf, sum = 0;
    for (const double each : x) largest = std::isnan(each) || each > largest ? each : largest;
    for (const double each : x) sum += std::exp(each - largest);
    return largest + std::log(sum);
  }
  /// sum(q (normalizer - x)): the cross entropy for normalizer = logsumexp(), the NLL loss for 0.
  double loss(double normalizer) const {
    double total = 0;
    for (std::size_t c = 0; c < x.size(); ++c) {
      const double q = probability(static_cast<std::int64_t>(c));
      if (q != 0) total += q * (normalizer - x[c]);
    }
    return total;
  }
  /// The sum of the target probabilities.
  double mass() const {
    double total = 0;
    for (std::size_t c = 0; c < x.size(); ++c) total += probability(static_cast<std::int64_t>(c));
    return total;
  }
};

struct Variant {
  double smoothing = 0;
  bool weighted = false;
  std::int64_t ignored = -100;
};

/// The index of class c of a sample.
Dims with_class(const Dims& sample, std::int64_t c) {
  Dims at = sample;
  at.insert(1, c);
  return at;
}

/// The target probability of class c of a sample.
double probability_of(const Shape& logits, const Array& target, const Dims& sample, std::int64_t c,
                      const Variant& variant) {
  const bool probabilities = target.shape.size() == logits.size();
  if (!probabilities && target(sample) == static_cast<double>(variant.ignored)) return 0;
  const double chosen =
      probabilities ? target(with_class(sample, c)) : target(sample) == static_cast<double>(c);
  return weight_of(c, variant.weighted) *
         ((1 - variant.smoothing) * chosen + variant.smoothing / static_cast<double>(logits[1]));
}

Sample sample_at(const Array& logits, const Array& target, const Dims& sample, const Variant& variant) {
  Sample result;
  for (std::int64_t c = 0; c < logits.shape[1]; ++c) result.x.push_back(logits(with_class(sample, c)));
  result.probability = [&, sample](std::int64_t c) {
    return probability_of(logits.shape, target, sample, c, variant);
  };
  return result;
}

double sample_weight(const Array& logits, const Array& target, const Dims& sample, const Variant& variant) {
  if (target.shape.size() == logits.shape.size()) return 1;
  if (target(sample) == static_cast<double>(variant.ignored)) return 0;
  return weight_of(static_cast<std::int64_t>(target(sample)), variant.weighted);
}

Shape without_classes(const Array& logits) {
  Shape shape = logits.shape;
  shape.erase(1);
  return shape;
}

Array losses(const Array& logits, const Array& target, const Variant& variant) {
  return generate(without_classes(logits), [&](const Dims& sample) {
    const Sample x = sample_at(logits, target, sample, variant);
    return x.loss(x.logsumexp());
  });
}

double total_weight(const Array& logits, const Array& target, const Variant& variant) {
  double total = 0;
  for (const double each : generate(without_classes(logits), [&](const Dims& sample) {
                             return sample_weight(logits, target, sample, variant);
                           }).values)
    total += each;
  return total;
}

double total(const Array& x) {
  double result = 0;
  for (const double each : x.values) result += each;
  return result;
}

Array mean_of(const Array& losses, double weight) { return {{}, {total(losses) / weight}}; }

/// The gradient of the mean, from its formula.
Array mean_gradient(const Array& logits, const Array& target, const Variant& variant) {
  const double weight = total_weight(logits, target, variant);
  const Shape samples = without_classes(logits);
  const Array logsumexps = generate(
      samples, [&](const Dims& sample) { return sample_at(logits, target, sample, variant).logsumexp(); });
  const Array masses = generate(
      samples, [&](const Dims& sample) { return sample_at(logits, target, sample, variant).mass(); });
  return generate(logits.shape, [&](const Dims& at) {
    Dims sample = at;
    sample.erase(1);
    const double softmax = std::exp(logits(at) - logsumexps(sample)), mass = masses(sample);
    return mass == 0
               ? 0.0
               : (softmax * mass - probability_of(logits.shape, target, sample, at[1], variant)) / weight;
  });
}

Tensor class_weights(const Tensor& logits) {
  return from_values(kClassWeights, {kClasses}).to({.dtype = logits.dtype(), .device = logits.device()});
}
Tensor class_weights(const Variable& logits) { return class_weights(logits.value()); }

const std::vector<std::vector<Shape>> kClassShapes{
    {{2, 3}, {2}}, {{1, 3}, {1}}, {{2, 3, 2}, {2, 2}}, {{2, 3, 1, 4}, {2, 1, 4}}, {{300, 3}, {300}}};
/// Enough samples that not all of them are ignored.
const std::vector<std::vector<Shape>> kShapesToIgnore{{{8, 3}, {8}}, {{2, 3, 4}, {2, 4}}, {{300, 3}, {300}}};
/// For kernels: as many classes as a warp and as a block processes, with rows aligned to 16 bytes and not.
const std::vector<std::vector<Shape>> kRowShapes{{{1, 5}, {1}},        {{3, 8}, {3}},    {{2, 41}, {2}},
                                                 {{9, 1024}, {9}},     {{3, 1030}, {3}}, {{2, 1031}, {2}},
                                                 {{5, 5, 11}, {5, 11}}};
const std::vector<std::vector<Shape>> kProbabilityShapes{{{2, 3}, {2, 3}},
                                                         {{1, 1}, {1, 1}},
                                                         {{2, 3, 2}, {2, 3, 2}},
                                                         {{7, 1030}, {7, 1030}},
                                                         {{3, 1031}, {3, 1031}}};

const Domain kLogits = real(-4, 4);

Row& class_row(const char* name, const Variant& variant, std::vector<std::vector<Shape>> shapes,
               std::int64_t classes) {
  return row(name)
      .inputs(kLogits, indices(classes))
      .operand_shapes(std::move(shapes))
      .covers(kernels::cross_entropy)
      .covers(kernels::cross_entropy_backward)
      .reference([=](const Array& x, const Array& t) {
        return mean_of(losses(x, t, variant), total_weight(x, t, variant));
      });
}

void class_rows() {
  class_row("cross_entropy", {}, kClassShapes, kClasses)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) { return cross_entropy(x, t); });
  class_row("cross_entropy_of_many_classes", {}, kRowShapes, 5)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) { return cross_entropy(x, t); });
  class_row("cross_entropy_smoothed", {.smoothing = 0.2}, kRowShapes, 5)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) { return cross_entropy(x, t, {.label_smoothing = 0.2}); });
  class_row("cross_entropy_weighted", {.smoothing = 0.1, .weighted = true, .ignored = 1}, kShapesToIgnore,
            kClasses)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) {
        return cross_entropy(x, t, {.weight = class_weights(x), .ignore_index = 1, .label_smoothing = 0.1});
      });
  class_row("cross_entropy_ignoring", {.weighted = true, .ignored = 2}, kShapesToIgnore, kClasses)
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) {
        return cross_entropy(x, t, {.weight = class_weights(x), .ignore_index = 2});
      });
  class_row("cross_entropy_of_infinite_logits", {}, kRowShapes, 5)
      .inputs(kLogits.including({-inf, 90}), indices(5))
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& t) { return cross_entropy(x, t); });
}

void reduction_rows_of_cross_entropy() {
  row("cross_entropy_rows")
      .inputs(kLogits, indices(kClasses))
      .operand_shapes({{{2, 3}, {2}}, {{0, 3}, {0}}, {{2, 3, 0}, {2, 0}}, {{2, 3, 2}, {2, 2}}})
      .reference([](const Array& x, const Array& t) { return losses(x, t, {}); })
      .gradient(differentiable)
      .calls(
          [](const auto& x, const auto& t) { return cross_entropy(x, t, {.reduction = Reduction::none}); });
  row("cross_entropy_added")
      .inputs(kLogits, indices(kClasses))
      .operand_shapes({{{2, 3}, {2}}, {{0, 3}, {0}}, {{2, 3, 2}, {2, 2}}})
      .reference([](const Array& x, const Array& t) { return mean_of(losses(x, t, {}), 1); })
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) { return cross_entropy(x, t, {.reduction = Reduction::sum}); });
}

void probability_row(const char* name, const Variant& variant, std::vector<std::vector<Shape>> shapes,
                     auto call) {
  row(name)
      .inputs(kLogits, real(0, 1))
      .operand_shapes(std::move(shapes))
      .reference([=](const Array& x, const Array& t) {
        return mean_of(losses(x, t, variant), total_weight(x, t, variant));
      })
      .tolerances({1e-5, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls(call);
}

void gradient_row(const char* name, const Variant& variant, std::vector<std::vector<Shape>> shapes,
                  const Domain& target, auto options) {
  row(name)
      .inputs(kLogits, target)
      .operand_shapes(std::move(shapes))
      .reference([=](const Array& x, const Array& t) { return mean_gradient(x, t, variant); })
      .gradient(not_differentiable)
      .calls([=](const Tensor& x, const Tensor& t) {
        const Variable logits = variable(x);
        cross_entropy(logits, t, options(x)).backward();
        return logits.grad();
      });
}

void logits_gradient_rows() {
  const auto plain = [](const Tensor&) { return CrossEntropyOptions(); };
  const auto smoothed = [](const Tensor&) { return CrossEntropyOptions{.label_smoothing = 0.2}; };
  const auto ignoring = [](const Tensor& x) {
    return CrossEntropyOptions{.weight = class_weights(x), .ignore_index = 2};
  };
  gradient_row("cross_entropy_gradient", {}, kRowShapes, indices(5), plain);
  gradient_row("cross_entropy_gradient_smoothed", {.smoothing = 0.2}, kRowShapes, indices(5), smoothed);
  gradient_row("cross_entropy_gradient_ignoring", {.weighted = true, .ignored = 2}, {{{300, 3}, {300}}},
               indices(kClasses), ignoring);
  gradient_row("cross_entropy_gradient_of_probabilities", {}, kProbabilityShapes, real(0, 1), plain);
}

Array nll(const Array& x, const Array& t, const Variant& variant) {
  return generate(without_classes(x),
                  [&](const Dims& sample) { return sample_at(x, t, sample, variant).loss(0); });
}

void nll_rows() {
  row("nll_loss")
      .inputs(real(-4, 0), indices(kClasses))
      .operand_shapes(kClassShapes)
      .reference(
          [](const Array& x, const Array& t) { return mean_of(nll(x, t, {}), total_weight(x, t, {})); })
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) { return nll_loss(x, value_of(t)); });
  const Variant variant{.weighted = true, .ignored = 0};
  row("nll_loss_weighted_of_each_row")
      .inputs(real(-4, 0), indices(kClasses))
      .operand_shapes({{{2, 3}, {2}}, {{0, 3}, {0}}, {{2, 3, 4}, {2, 4}}})
      .reference([=](const Array& x, const Array& t) { return nll(x, t, variant); })
      .gradient(differentiable)
      .calls([](const auto& x, const auto& t) {
        return nll_loss(x, value_of(t),
                        {.weight = class_weights(x), .ignore_index = 0, .reduction = Reduction::none});
      });
}

}  // namespace

void cross_entropy_rows() {
  class_rows();
  reduction_rows_of_cross_entropy();
  probability_row("cross_entropy_of_probabilities", {}, kProbabilityShapes,
                  [](const auto& x, const auto& t) { return cross_entropy(x, t); });
  probability_row("cross_entropy_of_probabilities_weighted", {.smoothing = 0.3, .weighted = true},
                  {{{2, 3}, {2, 3}}, {{4, 3, 2}, {4, 3, 2}}}, [](const auto& x, const auto& t) {
                    return cross_entropy(x, t, {.weight = class_weights(x), .label_smoothing = 0.3});
                  });
  logits_gradient_rows();
  nll_rows();

  time_row("cross_entropy_of_infinite_logits", {{{4, 5}, {4}}});
  time_row("cross_entropy", {{{4096, 32000}, {4096}}});
  time_row("nll_loss", {{{4096, 1000}, {4096}}});
}

}  // namespace tinytorch::conformance
