#include "core/ops/internal/normalization.h"

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

using kernels::NormalizationSettings;

/// The gradients in ops that can be differentiated again, in f64, on x and grad as [outer, channel_groups,
/// channels of a group, inner].
class ComposedGradients {
 public:
  ComposedGradients(const NormalizationSettings& settings, const Variable& grad, const Variable& x,
                    const Tensor& statistics, const Variable& weight)
      : settings_(settings), x_shape_(x.shape()), grad_(grouped(in_f64(grad))) {
    normalize(grouped(in_f64(x)), statistics);
    dnormalized_ =
        weight.defined() ? grad_ * reshape(weight, {settings.channel_groups, channels_of_group(), 1}) : grad_;
  }

  Variable x() const {
    Variable dx = dnormalized_;
    if (settings_.from_elements) {
      if (settings_.centered) dx = dx - group_mean(dnormalized_);
      dx = dx - normalized_ * group_mean(dnormalized_ * normalized_);
    }
    return reshape(dx * scale_, x_shape_);
  }
  Variable weight() const { return sum(grad_ * normalized_, {0, 3}); }
  Variable bias() const { return sum(grad_, {0, 3}); }

 private:
  std::int64_t channels_of_group() const {
    return settings_.channel_groups > 0 ? settings_.channels / settings_.channel_groups : 0;
  }
  Variable grouped(const Variable& x) const {
    return reshape(x, {settings_.outer, settings_.channel_groups, channels_of_group(), settings_.inner});
  }
  Variable group_mean(const Variable& x) const {
    return mean(x, settings_.across_outer ? Axes{0, 2, 3} : Axes{2, 3}, true);
  }

  void normalize(const Variable& x, const Tensor& statistics) {
    if (settings_.from_elements) {
      const Variable centered = settings_.centered ? x - group_mean(x) : x;
      scale_ = 1 / sqrt(group_mean(square(centered)) + settings_.epsilon);
      normalized_ = centered * scale_;
    } else {
      const auto statistic = [&](std::int64_t i) {
        return reshape(select(statistics, 0, i).to(DType::f64), {settings_.channel_groups, 1, 1});
      };
      scale_ = statistic(2);
      normalized_ = (x - statistic(0) - statistic(1)) * scale_;
    }
  }

  const NormalizationSettings& settings_;
  Shape x_shape_;
  Variable grad_, scale_, normalized_;
  Variable dnormalized_;  // the gradient of the normalized x
};

Variable recorded(const NormalizationSettings& settings, detail::Normalized result, const Variable& x,
                  const Variable& weight, const Variable& bias) {
  return record(settings.op, std::move(result.y), {x, weight, bias},
                [settings, statistics = std::move(result.statistics), x = Saved(x), weight = Saved(weight)](
                    const RuleArguments& at, InputGradient dx, InputGradient dweight, InputGradient dbias) {
                  const auto gradients = [&](const auto& x_gradient, const auto& weight_gradient,
                                             const auto& bias_gradient) {
                    return Gradients(dx(x_gradient),
                                     dweight([&] { return reshape(weight_gradient(), dweight.shape()); }),
                                     dbias([&] { return reshape(bias_gradient(), dbias.shape()); }));
                  };
                  if (grad_enabled()) {
                    const ComposedGradients composed(settings, at.grad, *x, statistics, *weight);
                    return gradients([&] { return composed.x(); }, [&] { return composed.weight(); },
                                     [&] { return composed.bias(); });
                  }
                  const detail::NormalizationGradients fused =
                      detail::normalize_gradient(settings, at.grad.value(), x->value(), statistics,
                                                 weight->value(), dweight.wanted(), dbias.wanted());
                  return gradients([&] { return Variable(fused.x); }, [&] { return Variable(fused.weight); },
                                   [&] { return Variable(fused.bias); });
                });
}

Variable recorded(const NormalizationSettings& settings, const Variable& x, const Variable& weight,
                  const Variable& bias) {
  return recorded(settings, detail::normalize(settings, x.value(), weight.value(), bias.value()), x, weight,
                  bias);
}

}  // namespace

Variable layer_norm(const Variable& x, const Shape& shape, const Variable& weight, const Variable& bias,
                    double epsilon) {
  return recorded(
      detail::layer_norm_settings("layer_norm", x.value(), shape, weight.value(), bias.value(), epsilon), x,
      weight, bias);
}

Variable rms_norm(const Variable& x, const Shape& shape, const Variable& weight, double epsilon) {
  return recorded(detail::rms_norm_settings(x.value(), shape, weight.value(), epsilon), x, weight, {});
}

Variable batch_norm(const Variable& x, const Tensor& running_mean, const Tensor& running_variance,
                    const Variable& weight, const Variable& bias, const BatchNormOptions& options) {
  const NormalizationSettings settings = detail::batch_norm_settings(
      x.value(), running_mean, running_variance, weight.value(), bias.value(), options);
  return recorded(settings,
                  detail::batch_normalize(settings, x.value(), running_mean, running_variance, weight.value(),
                                          bias.value(), options.momentum),
                  x, weight, bias);
}

Variable group_norm(const Variable& x, std::int64_t groups, const Variable& weight, const Variable& bias,
                    double epsilon) {
  return recorded(
      detail::group_norm_settings("group_norm", x.value(), groups, weight.value(), bias.value(), epsilon), x,
      weight, bias);
}

Variable instance_norm(const Variable& x, const Variable& weight, const Variable& bias, double epsilon) {
  return recorded(detail::instance_norm_settings(x.value(), weight.value(), bias.value(), epsilon), x, weight,
                  bias);
}

}  // namespace tinytorch
