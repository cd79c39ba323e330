#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// The same by ops that can be differentiated again, on x and grad as [outer, groups, channels of a group,
/// inner].
class Composed {
 public:
  Composed(const detail::Normalization& form, const Variable& grad, const Variable& x,
           const Tensor& statistics, const Variable& weight)
      : form_(form), x_shape_(x.shape()), grad_(as_sets(grad)) {
    normalize(as_sets(x), statistics);
    scaled_ = weight.defined() ? grad_ * reshape(weight, {form.groups, group_channels(), 1}) : grad_;
  }

  Variable x() const {
    Variable dx = scaled_;
    if (form_.from_elements) {
      if (form_.centered) dx = dx - mean_of(scaled_);
      dx = dx - normalized_ * mean_of(scaled_ * normalized_);
    }
    return reshape(dx * scale_, x_shape_);
  }
  Variable weight() const { return sum(grad_ * normalized_, {0, 3}); }
  Variable bias() const { return sum(grad_, {0, 3}); }

 private:
  std::int64_t group_channels() const { return form_.groups > 0 ? form_.channels / form_.groups : 0; }
  Variable as_sets(const Variable& x) const {
    return reshape(x, {form_.outer, form_.groups, group_channels(), form_.inner});
  }
  /// Over each set.
  Variable mean_of(const Variable& x) const {
    return mean(x, form_.across_outer ? Axes{0, 2, 3} : Axes{2, 3}, true);
  }

  void normalize(const Variable& x, const Tensor& statistics) {
    if (form_.from_elements) {
      const Variable centered = form_.centered ? x - mean_of(x) : x;
      scale_ = 1 / sqrt(mean_of(square(centered)) + form_.epsilon);
      normalized_ = centered * scale_;
    } else {
      const auto row = [&](std::int64_t i) {
        return reshape(select(statistics, 0, i), {form_.groups, 1, 1});
      };
      scale_ = row(2);
      normalized_ = (x - row(0) - row(1)) * scale_;
    }
  }

  const detail::Normalization& form_;
  Shape x_shape_;
  Variable grad_, scale_, normalized_;
  Variable scaled_;  // the gradient of the normalised x
};

Variable recorded(const detail::Normalization& form, detail::Normalized done, const Variable& x,
                  const Variable& weight, const Variable& bias) {
  return record(form.op, std::move(done.y), {x, weight, bias},
                [form, statistics = std::move(done.statistics), x = Saved(x),
                 weight = Saved(weight)](const RuleArguments& at) {
                  const auto in_shape = [&at](std::size_t i, const auto& compute) {
                    return at.gradient(i, [&] { return reshape(compute(), at.shape(i)); });
                  };
                  if (grad_enabled()) {
                    const Composed composed(form, at.grad, *x, statistics, *weight);
                    return Gradients(at.gradient(0, [&] { return composed.x(); }),
                                     in_shape(1, [&] { return composed.weight(); }),
                                     in_shape(2, [&] { return composed.bias(); }));
                  }
                  const detail::NormalizationGradients fused =
                      detail::normalize_gradient(form, at.grad.value(), x->value(), statistics,
                                                 weight->value(), at.wants(1), at.wants(2));
                  return Gradients(at.gradient(0, [&] { return Variable(fused.x); }),
                                   in_shape(1, [&] { return Variable(fused.weight); }),
                                   in_shape(2, [&] { return Variable(fused.bias); }));
                });
}

Variable recorded(const detail::Normalization& form, const Variable& x, const Variable& weight,
                  const Variable& bias) {
  return recorded(form, detail::normalize(form, x.value(), weight.value(), bias.value()), x, weight, bias);
}

}  // namespace

Variable layer_norm(const Variable& x, const Shape& shape, const Variable& weight, const Variable& bias,
                    double epsilon) {
  return recorded(
      detail::layer_normalization("layer_norm", x.value(), shape, weight.value(), bias.value(), epsilon), x,
      weight, bias);
}

Variable rms_norm(const Variable& x, const Shape& shape, const Variable& weight, double epsilon) {
  return recorded(detail::rms_normalization(x.value(), shape, weight.value(), epsilon), x, weight, {});
}

Variable batch_norm(const Variable& x, const Tensor& running_mean, const Tensor& running_variance,
                    const Variable& weight, const Variable& bias, const BatchNormOptions& options) {
  const auto form = detail::batch_normalization(x.value(), running_mean, running_variance, weight.value(),
                                                bias.value(), options);
  return recorded(form,
                  detail::batch_normalize(form, x.value(), running_mean, running_variance, weight.value(),
                                          bias.value(), options.momentum),
                  x, weight, bias);
}

Variable group_norm(const Variable& x, std::int64_t groups, const Variable& weight, const Variable& bias,
                    double epsilon) {
  return recorded(
      detail::group_normalization("group_norm", x.value(), groups, weight.value(), bias.value(), epsilon), x,
      weight, bias);
}

Variable instance_norm(const Variable& x, const Variable& weight, const Variable& bias, double epsilon) {
  return recorded(detail::instance_normalization(x.value(), weight.value(), bias.value(), epsilon), x, weight,
                  bias);
}

}  // namespace tinytorch
