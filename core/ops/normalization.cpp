#include "core/ops/internal/normalization.h"

#include <algorithm>
#include <mutex>

#include "core/internal/checked.h"
#include "core/internal/fork.h"
#include "core/internal/snapshot.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/math.h"

namespace tinytorch {

using kernels::NormalizationSettings;

namespace {

/// The weight or the bias, where there is one.
void check_parameter(const char* op, const char* name, const Tensor& parameter, const Tensor& x,
                     const Shape& shape) {
  if (!parameter.defined()) return;
  if (parameter.shape() != shape) {
    fail<ShapeError>(op, "the {} is {}, but x {} wants {}", name, parameter.shape(), x.shape(), shape);
  }
  if (parameter.dtype() != x.dtype()) {
    fail<DTypeError>(op, "x is {}, but the {} {}; convert one with .to(dtype)", x.dtype(), name,
                     parameter.dtype());
  }
  if (parameter.device() != x.device()) {
    fail<DeviceError>(op, "x is on {}, but the {} on {}; move one with .to(device)", x.device(), name,
                      parameter.device());
  }
}

void check_operands(const char* op, const Tensor& x, const Shape& shape, const Tensor& weight,
                    const Tensor& bias) {
  check_parameter(op, "weight", weight, x, shape);
  check_parameter(op, "bias", bias, x, shape);
}

void check_trailing(const char* op, const Shape& x, const Shape& shape) {
  if (shape.empty()) {
    fail<ShapeError>(op, "the normalized shape is []; name at least the last axis of x {}", x);
  }
  const int lead = x.size() - shape.size();
  bool fits = lead >= 0;
  for (int i = 0; fits && i < shape.size(); ++i) fits = x[lead + i] == shape[i];
  if (!fits) {
    fail<ShapeError>(op, "x is {}, but the normalized shape {}; x must end in that shape", x, shape);
  }
}

/// x [N, C, ...] as [N, C, inner].
NormalizationSettings by_channel(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                                 double epsilon) {
  require_floating(op, x);
  if (x.rank() < 2) fail<ShapeError>(op, "x is {}; wanted [N, C, ...], samples of channels", x.shape());
  NormalizationSettings settings{
      .op = op, .outer = x.shape()[0], .channels = x.shape()[1], .epsilon = epsilon};
  settings.inner = checked_numel(op, Shape(std::span(x.shape().begin() + 2, x.shape().end())));
  check_operands(op, x, {settings.channels}, weight, bias);
  return settings;
}

void check_running(const Tensor& x, const char* name, const Tensor& running) {
  constexpr const char* kOp = "batch_norm";
  if (!running.defined()) return;
  if (running.shape() != Shape{x.shape()[1]}) {
    fail<ShapeError>(kOp, "the running {} is {}, but x {} has {} channels", name, running.shape(), x.shape(),
                     x.shape()[1]);
  }
  require_floating(kOp, running, "a running statistic");
  if (running.device() != x.device()) {
    fail<DeviceError>(kOp, "x is on {}, but the running {} on {}; move one with .to(device)", x.device(),
                      name, running.device());
  }
}

Tensor contiguous_or_undefined(const Tensor& x) { return x.defined() ? contiguous(x) : x; }

/// The statistics that a kernel would compute, from a mean and a variance.
Tensor given_statistics(const NormalizationSettings& settings, const Tensor& x, const Tensor& mean,
                        const Tensor& variance) {
  const Tensor exact = mean.to(DType::f64), rounded = mean.to(x.dtype());
  const Tensor error = (exact - rounded.to(DType::f64)).to(x.dtype());
  const Tensor scale = (1.0 / sqrt(variance.to(DType::f64) + settings.epsilon)).to(x.dtype());
  return stack<Tensor>({rounded, error, scale});
}

/// Threads may share the running statistics: they are updated one after another.
constinit std::mutex running_mutex;

/// (1 - momentum) running + momentum batch, in the dtype of `running`. A momentum of 1 does not read
/// `running`.
Tensor updated(const Tensor& running, const Tensor& batch, double momentum) {
  const Tensor next = momentum == 1 ? batch : running.to(DType::f64) * (1 - momentum) + batch * momentum;
  return next.to(running.dtype());
}

}  // namespace

namespace detail {

NormalizationSettings layer_norm_settings(const char* op, const Tensor& x, const Shape& shape,
                                          const Tensor& weight, const Tensor& bias, double epsilon) {
  require_floating(op, x);
  check_trailing(op, x.shape(), shape);
  check_operands(op, x, shape, weight, bias);
  const Shape lead(std::span(x.shape().begin(), x.shape().end() - shape.size()));
  return {.op = op,
          .outer = checked_numel(op, lead),
          .channels = checked_numel(op, shape),
          .inner = 1,
          .epsilon = epsilon};
}

NormalizationSettings rms_norm_settings(const Tensor& x, const Shape& shape, const Tensor& weight,
                                        double epsilon) {
  NormalizationSettings settings = layer_norm_settings("rms_norm", x, shape, weight, {}, epsilon);
  settings.centered = false;
  return settings;
}

NormalizationSettings batch_norm_settings(const Tensor& x, const Tensor& running_mean,
                                          const Tensor& running_variance, const Tensor& weight,
                                          const Tensor& bias, const BatchNormOptions& options) {
  NormalizationSettings settings = by_channel("batch_norm", x, weight, bias, options.epsilon);
  if (settings.channels == 1) {  // its elements are contiguous
    settings.inner = checked_mul("batch_norm", settings.inner, settings.outer);
    settings.outer = 1;
  }
  settings.channel_groups = settings.channels;
  settings.across_outer = true;
  settings.from_elements = options.training;
  check_running(x, "mean", running_mean);
  check_running(x, "variance", running_variance);
  if (!options.training && !(running_mean.defined() && running_variance.defined())) {
    fail<ValueError>(settings.op,
                     "outside training it takes a running mean and a running variance; give both, or set "
                     "{{.training = true}}");
  }
  if (running_mean.defined() != running_variance.defined()) {
    fail<ValueError>(settings.op, "only one running statistic is defined; give both or none");
  }
  if (options.training && settings.outer == 1 && settings.inner == 1 && settings.channels > 0) {
    fail<ShapeError>(
        settings.op,
        "expected more than 1 value per channel when training, but x is {}; take a larger batch, "
        "or eval()",
        x.shape());
  }
  return settings;
}

NormalizationSettings group_norm_settings(const char* op, const Tensor& x, std::int64_t groups,
                                          const Tensor& weight, const Tensor& bias, double epsilon) {
  NormalizationSettings settings = by_channel(op, x, weight, bias, epsilon);
  if (groups < 1 || settings.channels % groups != 0) {
    fail<ValueError>(op, "x {} has {} channels, which do not make {} groups of one size", x.shape(),
                     settings.channels, groups);
  }
  settings.channel_groups = groups;
  return settings;
}

NormalizationSettings instance_norm_settings(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                             double epsilon) {
  NormalizationSettings settings = by_channel("instance_norm", x, weight, bias, epsilon);
  if (settings.inner == 1) {
    fail<ShapeError>(settings.op,
                     "each channel of x {} has one value, whose deviation is 0; wanted [N, C, ...]",
                     x.shape());
  }
  settings.channel_groups = std::max<std::int64_t>(1, settings.channels);
  return settings;
}

Normalized normalize(const NormalizationSettings& settings, const Tensor& x, const Tensor& weight,
                     const Tensor& bias, const Tensor& given, Tensor moments) {
  const Options like{.dtype = x.dtype(), .device = x.device()};
  Normalized result{empty(x.shape(), like), given};
  if (x.numel() == 0) return result;
  if (!given.defined()) result.statistics = empty({3, settings.num_groups()}, like);
  kernels::normalize(settings, contiguous(x), contiguous_or_undefined(weight), contiguous_or_undefined(bias),
                     result.statistics, moments, result.y);
  return result;
}

Normalized batch_normalize(const NormalizationSettings& settings, const Tensor& x, const Tensor& running_mean,
                           const Tensor& running_variance, const Tensor& weight, const Tensor& bias,
                           double momentum) {
  if (!settings.from_elements) {
    return normalize(settings, x, weight, bias,
                     given_statistics(settings, x, running_mean, running_variance));
  }
  if (!running_mean.defined() || x.numel() == 0) return normalize(settings, x, weight, bias);
  const Tensor moments = empty({2, settings.num_groups()}, {.dtype = DType::f64, .device = x.device()});
  Normalized result = normalize(settings, x, weight, bias, {}, moments);
  const auto n = static_cast<double>(settings.group_size());
  const ForkSafeLock<running_mutex> lock;
  Tensor mean = updated(running_mean, select(moments, 0, 0), momentum);
  Tensor variance = updated(running_variance, select(moments, 0, 1) * (n / (n - 1)), momentum);
  // Both are computed before the first is replaced.
  Tensor old_mean = running_mean, old_variance = running_variance;
  move_elements(old_mean, mean);
  move_elements(old_variance, variance);
  return result;
}

NormalizationGradients normalize_gradient(const NormalizationSettings& settings, const Tensor& grad,
                                          const Tensor& x, const Tensor& statistics, const Tensor& weight,
                                          bool wants_weight, bool wants_bias) {
  const Options like{.dtype = x.dtype(), .device = x.device()};
  const auto parameter = [&](bool wanted) { return wanted ? zeros({settings.channels}, like) : Tensor(); };
  NormalizationGradients result{empty(x.shape(), like), parameter(wants_weight), parameter(wants_bias)};
  if (x.numel() == 0) return result;
  kernels::normalize_gradient(settings, contiguous(grad), contiguous(x), statistics,
                              contiguous_or_undefined(weight), result.weight, result.bias, result.x);
  return result;
}

}  // namespace detail

Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias,
                  double epsilon) {
  const OpScope scope("layer_norm");
  const auto settings = detail::layer_norm_settings("layer_norm", x, shape, weight, bias, epsilon);
  return detail::normalize(settings, x, weight, bias).y;
}

Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight, double epsilon) {
  const OpScope scope("rms_norm");
  return detail::normalize(detail::rms_norm_settings(x, shape, weight, epsilon), x, weight, {}).y;
}

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_variance,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options) {
  const OpScope scope("batch_norm");
  const auto settings = detail::batch_norm_settings(x, running_mean, running_variance, weight, bias, options);
  return detail::batch_normalize(settings, x, running_mean, running_variance, weight, bias, options.momentum)
      .y;
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double epsilon) {
  const OpScope scope("group_norm");
  const auto settings = detail::group_norm_settings("group_norm", x, groups, weight, bias, epsilon);
  return detail::normalize(settings, x, weight, bias).y;
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  const OpScope scope("instance_norm");
  return detail::normalize(detail::instance_norm_settings(x, weight, bias, epsilon), x, weight, bias).y;
}

}  // namespace tinytorch
