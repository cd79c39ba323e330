#include "core/ops/loss.h"

#include <algorithm>
#include <cmath>

#include "core/ops/creation.h"
#include "core/ops/loss_kernels.h"
#include "core/ops/shape.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

// Written from PyTorch's documentation of the losses.
namespace tinytorch::conformance {
namespace {

const std::vector<std::vector<Shape>> kShapes{{{}, {}}, {{5}, {5}}, {{2, 3}, {2, 3}}, {{3001}, {3001}}};
const std::vector<std::vector<Shape>> kShapesWithEmpty{
    {{}, {}}, {{0}, {0}}, {{2, 3}, {2, 3}}, {{2, 0, 3}, {2, 0, 3}}};

using BinaryFunction = double (*)(double, double);

Array elementwise_loss(const Array& x, const Array& t, BinaryFunction f) {
  Array result{x.shape, {}};
  for (std::size_t i = 0; i < x.values.size(); ++i) result.values.push_back(f(x.values[i], t.values[i]));
  return result;
}

double sum_of(const Array& x) {
  double total = 0;
  for (const double each : x.values) total += each;
  return total;
}

/// A loss of a prediction and a target of the same shape, reduced as `reduction` says.
Row& loss_row(const char* name, const Domain& x, const Domain& t, Reduction reduction, BinaryFunction f) {
  return row(name)
      .inputs(x, t)
      .covers(reduction == Reduction::none ? static_cast<const KernelSlot&>(kernels::losses)
                                           : kernels::total_loss)
      .operand_shapes(reduction == Reduction::mean ? kShapes : kShapesWithEmpty)
      .reference([=](const Array& prediction, const Array& target) {
        const Array losses = elementwise_loss(prediction, target, f);
        if (reduction == Reduction::none) return losses;
        const double divisor = reduction == Reduction::mean ? static_cast<double>(losses.values.size()) : 1.0;
        return Array{{}, {sum_of(losses) / divisor}};
      })
      .tolerances({1e-5, 2e-6}, {1e-12, 1e-12});
}

double squared(double x, double t) { return (x - t) * (x - t); }
double huber(double x, double t) {
  const double d = std::abs(x - t);
  return d < 0.75 ? d * d / 2 : 0.75 * (d - 0.375);
}
double smooth_l1(double x, double t) {
  const double d = std::abs(x - t);
  return d < 0.75 ? d * d / 1.5 : d - 0.375;
}
double likelihood(double p, double t) {
  return -(t * std::max(std::log(p), -100.0) + (1 - t) * std::max(std::log1p(-p), -100.0));
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double logistic(double x, double t) { return t * softplus(-x) + (1 - t) * softplus(x); }

void distance_rows() {
  const Domain x = real(-3, 3), t = real(-3, 3);
  loss_row("mse_loss", x, t, Reduction::mean, squared)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return mse_loss(p, y); });
  loss_row("mse_loss_of_each", x, t, Reduction::none, squared)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return mse_loss(p, y, {Reduction::none}); });
  loss_row("mse_loss_added", x, t, Reduction::sum, squared)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return mse_loss(p, y, {Reduction::sum}); });
  loss_row("l1_loss", x, t, Reduction::mean, [](double a, double b) { return std::abs(a - b); })
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return l1_loss(p, y); });
  loss_row("huber_loss", x, t, Reduction::mean, huber)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return huber_loss(p, y, {.delta = 0.75}); });
  loss_row("huber_loss_of_each", x, t, Reduction::none, huber)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) {
        return huber_loss(p, y, {.delta = 0.75, .reduction = Reduction::none});
      });
  loss_row("smooth_l1_loss", x, t, Reduction::mean, smooth_l1)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return smooth_l1_loss(p, y, {.beta = 0.75}); });
  loss_row("smooth_l1_loss_added", x, t, Reduction::sum, smooth_l1)
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) {
        return smooth_l1_loss(p, y, {.beta = 0.75, .reduction = Reduction::sum});
      });
  loss_row("smooth_l1_loss_of_beta_0", x, t, Reduction::mean,
           [](double a, double b) { return std::abs(a - b); })
      .gradient(differentiable)
      .calls([](const auto& p, const auto& y) { return smooth_l1_loss(p, y, {.beta = 0}); });
}

/// As loss_row, with a third operand: a weight, which is broadcast.
void weighted_row(const char* name, const Domain& x, const Domain& t, auto f, auto call) {
  row(name)
      .inputs(x, t, real(0.5, 2).constant())
      .operand_shapes({{{2, 3}, {2, 3}, {3}}, {{2, 3}, {2, 3}, {2, 1}}, {{5}, {5}, {}}})
      .reference([=](const Array& p, const Array& y, const Array& w) {
        const Array losses =
            generate(p.shape, [&](const Dims& at) { return f(p(at), y(at), broadcast_element(w, at)); });
        return Array{{}, {sum_of(losses) / static_cast<double>(losses.values.size())}};
      })
      .tolerances({1e-5, 2e-6}, {1e-12, 1e-12})
      .skip_dtype_errors()
      .gradient(differentiable)
      .calls(call);
}

// [0.05, 0.95] contains no integer to draw: hence skip_dtype_errors().
void binary_rows() {
  const Domain p = real(0.05, 0.95), t = real(0, 1);
  loss_row("binary_cross_entropy", p.including({0.0, 1.0}), t.including({0.0, 1.0}), Reduction::mean,
           likelihood)
      .skip_dtype_errors()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return binary_cross_entropy(a, b); });
  loss_row("binary_cross_entropy_of_each", p, t, Reduction::none, likelihood)
      .skip_dtype_errors()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) {
        return binary_cross_entropy(a, b, {.reduction = Reduction::none});
      });
  weighted_row(
      "binary_cross_entropy_weighted", p, t,
      [](double a, double b, double w) { return w * likelihood(a, b); },
      [](const auto& a, const auto& b, const auto& w) {
        return binary_cross_entropy(a, b, {.weight = value_of(w)});
      });
  loss_row("binary_cross_entropy_with_logits", real(-4, 4).including({0.0, 100, -100}), t, Reduction::mean,
           logistic)
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return binary_cross_entropy_with_logits(a, b); });
  // The tolerance is relative, because confident predictions have small losses.
  loss_row("binary_cross_entropy_with_logits_of_certain", real(5, 60), real(1, 1), Reduction::none, logistic)
      .tolerances({1e-5, 1e-30}, {1e-12, 1e-40})
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) {
        return binary_cross_entropy_with_logits(a, b, {.reduction = Reduction::none});
      });
  weighted_row(
      "binary_cross_entropy_with_logits_weighted", real(-4, 4), t,
      [](double a, double b, double w) { return w * logistic(a, b); },
      [](const auto& a, const auto& b, const auto& w) {
        return binary_cross_entropy_with_logits(a, b, {.weight = value_of(w)});
      });
  weighted_row(
      "binary_cross_entropy_with_logits_positive_weight", real(-4, 4), t,
      [](double a, double b, double w) { return w * b * softplus(-a) + (1 - b) * softplus(a); },
      [](const auto& a, const auto& b, const auto& w) {
        return binary_cross_entropy_with_logits(a, b, {.positive_weight = value_of(w)});
      });
}

double divergence(double x, double t) { return t > 0 ? t * (std::log(t) - x) : 0; }
double log_divergence(double x, double t) { return std::exp(t) * (t - x); }

void divergence_rows() {
  const Domain x = real(-4, 0);
  loss_row("kl_div", x, real(0.05, 1).including({0.0}), Reduction::mean, divergence)
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return kl_div(a, b); });
  loss_row("kl_div_of_logarithms", x, real(-4, 0), Reduction::sum, log_divergence)
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) {
        return kl_div(a, b, {.log_target = true, .reduction = Reduction::sum});
      });
  row("kl_div_of_a_batch")
      .inputs(x, real(0.05, 1))
      .operand_shapes({{{2, 3}, {2, 3}}, {{4, 2, 3}, {4, 2, 3}}})
      .reference([](const Array& a, const Array& b) {
        return Array{{}, {sum_of(elementwise_loss(a, b, divergence)) / static_cast<double>(a.shape[0])}};
      })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return kl_div(a, b, {.batch_mean = true}); });
}

/// The target is 1 where t is true, else -1.
double hinge(double x, double t) { return std::max(0.0, 1 - (t != 0 ? x : -x)); }
double wide_hinge(double x, double t) { return std::max(0.0, 2.5 - (t != 0 ? x : -x)); }
double embedding_hinge(double x, double t) { return t != 0 ? x : std::max(0.0, 0.75 - x); }

template <class T>
Tensor signs(const T& truth) {
  return value_of(truth).to(DType::i64) * 2 - 1;
}

void hinge_rows() {
  loss_row("hinge_loss", real(-3, 3), booleans(), Reduction::mean, hinge)
      .gradient(except_at({1.0, -1.0}))
      .calls([](const auto& x, const auto& t) { return hinge_loss(x, signs(t)); });
  loss_row("hinge_loss_with_margin", real(-3, 3), booleans(), Reduction::none, wide_hinge)
      .gradient(except_at({2.5, -2.5}))
      .calls([](const auto& x, const auto& t) {
        return hinge_loss(x, signs(t), {.margin = 2.5, .reduction = Reduction::none});
      });
  loss_row("hinge_embedding_loss", real(0, 2), booleans(), Reduction::mean, embedding_hinge)
      .gradient(except_at({0.75}))
      .calls(
          [](const auto& x, const auto& t) { return hinge_embedding_loss(x, signs(t), {.margin = 0.75}); });
}

struct InnerProducts {
  double aa = 0, ab = 0, bb = 0;
};
InnerProducts inner_products(const Array& a, const Array& b, int axis, const Dims& outer) {
  InnerProducts sums;
  for (std::int64_t i = 0; i < a.shape[axis]; ++i) {
    Dims at = outer;
    at.insert(axis, i);
    sums.aa += a(at) * a(at);
    sums.ab += a(at) * b(at);
    sums.bb += b(at) * b(at);
  }
  return sums;
}

void cosine_row(const char* name, int axis, std::vector<std::vector<Shape>> shapes, auto call) {
  row(name)
      .inputs(real(-2, 2), real(-2, 2))
      .operand_shapes(std::move(shapes))
      .reference([axis](const Array& a, const Array& b) {
        Shape rest = a.shape;
        rest.erase(axis);
        return generate(rest, [&](const Dims& at) {
          const InnerProducts p = inner_products(a, b, axis, at);
          return p.ab / (std::max(std::sqrt(p.aa), 1e-8) * std::max(std::sqrt(p.bb), 1e-8));
        });
      })
      .gradient(differentiable)
      .calls(call);
}

void cosine_rows() {
  cosine_row("cosine_similarity", 1, {{{2, 3}, {2, 3}}, {{2, 0}, {2, 0}}, {{2, 3, 4}, {2, 3, 4}}},
             [](const auto& a, const auto& b) { return cosine_similarity(a, b); });
  cosine_row("cosine_similarity_along_first_axis", 0, {{{4}, {4}}, {{5, 3}, {5, 3}}},
             [](const auto& a, const auto& b) { return cosine_similarity(a, b, 0); });
  row("cosine_embedding_loss")
      .inputs(real(-2, 2), real(-2, 2), booleans())
      .operand_shapes({{{2, 3}, {2, 3}, {2}}, {{7, 3}, {7, 3}, {7}}, {{4}, {4}, {}}})
      .reference([](const Array& a, const Array& b, const Array& alike) {
        const int axis = a.shape.size() - 1;
        const Array losses = generate(alike.shape, [&](const Dims& at) {
          const InnerProducts p = inner_products(a, b, axis, at);
          const double cosine = p.ab / std::sqrt(p.aa * p.bb);
          return alike(at) != 0 ? 1 - cosine : std::max(0.0, cosine + 1.5);
        });
        return Array{{}, {sum_of(losses) / static_cast<double>(losses.values.size())}};
      })
      .tolerances({1e-5, 2e-6}, {1e-10, 1e-10})
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b, const auto& alike) {
        return cosine_embedding_loss(a, b, signs(alike), {.margin = -1.5});
      });
}

/// The row of kernels::loss_gradient, for a gradient of each loss or of all; `f` is the slope at x and t.
void slope_row(const char* name, const kernels::LossForm& form, const Domain& x, const Domain& t,
               BinaryFunction f) {
  row(name)
      .inputs(x, t, real(-2, 2))
      .covers(kernels::loss_gradient)
      .operand_shapes({{{}, {}, {}},
                       {{7}, {7}, {7}},
                       {{0}, {0}, {}},
                       {{3, 5}, {3, 5}, {}},
                       {{131, 67}, {131, 67}, {131, 67}}})
      .skip_dtype_errors()
      .reference([=](const Array& prediction, const Array& target, const Array& grad) {
        return generate(prediction.shape, [&](const Dims& at) {
          return broadcast_element(grad, at) * f(prediction(at), target(at));
        });
      })
      .gradient(not_differentiable)
      .calls([form](const Tensor& prediction, const Tensor& target, const Tensor& grad) {
        Tensor dx = empty_like(prediction);
        if (dx.numel() > 0) kernels::loss_gradient(form, prediction, target, expand(grad, dx.shape()), dx);
        return dx;
      });
}

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// The gradient kernel alone. The rows above check that it computes the derivatives.
void slope_rows() {
  using kernels::LossKind;
  const Domain any = real(-3, 3), share = real(0, 1).including({0.0, 1.0}),
               sign = real(-1, 1).including({1.0, -1.0});
  slope_row("mse_loss_gradient", {LossKind::squared_error}, any.including({inf, nan}), any,
            [](double x, double t) { return 2 * (x - t); });
  slope_row("l1_loss_gradient", {LossKind::absolute_error}, any.including({1.0, inf, nan}),
            any.including({1.0}),
            [](double x, double t) { return (x > t ? 1.0 : 0.0) - (x < t ? 1.0 : 0.0); });
  slope_row("huber_loss_gradient", {LossKind::huber, 0.75, 1}, any.including({inf, nan}), any,
            [](double x, double t) { return x != x ? x : std::clamp(x - t, -0.75, 0.75); });
  slope_row("smooth_l1_loss_gradient", {LossKind::huber, 0.75, 0.75}, any, any,
            [](double x, double t) { return std::clamp(x - t, -0.75, 0.75) / 0.75; });
  slope_row("binary_cross_entropy_gradient", {LossKind::binary_cross_entropy}, real(0.05, 0.95), share,
            [](double x, double t) { return (x - t) / std::max(x * (1 - x), 1e-12); });
  slope_row("binary_cross_entropy_with_logits_gradient", {LossKind::binary_cross_entropy_with_logits},
            any.including({100.0, -100.0, inf, -inf, nan}), share,
            [](double x, double t) { return (1 - t) * sigmoid_of(x) - t * sigmoid_of(-x); });
  slope_row("kl_div_gradient", {LossKind::divergence}, real(-4, 0), share,
            [](double, double t) { return -t; });
  slope_row("kl_div_of_logarithms_gradient", {LossKind::divergence_of_logarithms}, real(-4, 0), real(-4, 0),
            [](double, double t) { return -std::exp(t); });
  slope_row("hinge_loss_gradient", {LossKind::hinge, 0.5}, any.including({nan}), sign,
            [](double x, double t) { return 0.5 - t * x <= 0 ? 0 : -t; });
  slope_row("hinge_embedding_loss_gradient", {LossKind::hinge_embedding, 0.5}, any, sign,
            [](double x, double t) { return (t != -1 ? 1.0 : 0.0) - (t != 1 && x < 0.5 ? 1.0 : 0.0); });
}

}  // namespace

void loss_rows() {
  distance_rows();
  binary_rows();
  divergence_rows();
  hinge_rows();
  cosine_rows();
  slope_rows();

  for (const char* name :
       {"mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "binary_cross_entropy",
        "binary_cross_entropy_with_logits", "kl_div", "hinge_loss", "hinge_embedding_loss"}) {
    time_row(name, {{{1 << 20}, {1 << 20}}});
  }
  time_row("mse_loss", {{{4, 8}, {4, 8}}});
  time_row("cosine_similarity", {{{4096, 256}, {4096, 256}}});
  time_row("cosine_embedding_loss", {{{4096, 256}, {4096, 256}, {4096}}});
}

}  // namespace tinytorch::conformance
