#include "nn/normalization.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/creation.h"

namespace tinytorch::nn {

namespace {

const char* affine_text(const Parameter& weight) { return weight.defined() ? "" : ", no weight"; }

}  // namespace

namespace detail {

NormParameters::NormParameters(const char* layer, const Shape& shape, const NormOptions& options) {
  for (const std::int64_t length : shape) {
    if (length < 1) fail<ShapeError>(layer, "normalises {}; each length must be at least 1", shape);
  }
  const Options like{.dtype = options.dtype, .device = options.device};
  if (options.affine) weight = variable(ones(shape, like));
  if (options.affine && options.bias) bias = variable(zeros(shape, like));
}

void NormParameters::visit(Visitor& visitor) {
  visitor.parameter("weight", weight);
  visitor.parameter("bias", bias);
}

}  // namespace detail

LayerNorm::LayerNorm(const Shape& shape, const NormOptions& options)
    : shape_(shape), epsilon_(options.epsilon), parameters_("LayerNorm", shape, options) {}

std::string LayerNorm::description() const {
  return fmt::format("LayerNorm({}{})", to_string(shape_), affine_text(parameters_.weight));
}

RMSNorm::RMSNorm(const Shape& shape, NormOptions options) : shape_(shape), epsilon_(options.epsilon) {
  options.bias = false;
  parameters_ = detail::NormParameters("RMSNorm", shape, options);
}

std::string RMSNorm::description() const {
  return fmt::format("RMSNorm({}{})", to_string(shape_), affine_text(parameters_.weight));
}

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels, const NormOptions& options)
    : groups_(groups),
      channels_(channels),
      epsilon_(options.epsilon),
      parameters_("GroupNorm", {channels}, options) {
  if (groups < 1 || channels % groups != 0)
    fail<ValueError>("GroupNorm", "{} channels do not make {} groups of one size", channels, groups);
}

std::string GroupNorm::description() const {
  return fmt::format("GroupNorm({}, {}{})", groups_, channels_, affine_text(parameters_.weight));
}

void GroupNorm::check_input(const Shape& shape) const {
  if (shape.size() < 2 || shape[1] != channels_)
    fail<ShapeError>("GroupNorm", "input is {}; wanted [N, {}, ...]", shape, channels_);
}

InstanceNorm::InstanceNorm(const char* name, int axes, std::int64_t channels,
                           const InstanceNormOptions& options)
    : name_(name),
      axes_(axes),
      channels_(channels),
      epsilon_(options.epsilon),
      parameters_(name, {channels},
                  {.epsilon = options.epsilon,
                   .affine = options.affine,
                   .bias = options.bias,
                   .dtype = options.dtype,
                   .device = options.device}) {}

void InstanceNorm::check_input(const Shape& shape) const {
  if (shape.size() != axes_ || shape[1] != channels_)
    fail<ShapeError>(name_, "input is {}; wanted [N, {}, {}]", shape, channels_, axes_ == 3 ? "L" : "H, W");
}

std::string InstanceNorm::description() const {
  return fmt::format("{}({}{})", name_, channels_, parameters_.weight.defined() ? ", affine" : "");
}

BatchNorm::BatchNorm(const char* name, int least_axes, int most_axes, std::int64_t channels,
                     const BatchNormLayerOptions& options)
    : name_(name),
      least_axes_(least_axes),
      most_axes_(most_axes),
      channels_(channels),
      momentum_(options.momentum),
      epsilon_(options.norm.epsilon),
      parameters_(name, {channels}, options.norm) {
  const Options like{.dtype = options.norm.dtype, .device = options.norm.device};
  running_mean_ = zeros({channels}, like);
  running_variance_ = ones({channels}, like);
  num_batches_tracked_ = zeros({}, {.dtype = DType::i64, .device = options.norm.device});
}

void BatchNorm::visit(Visitor& visitor) {
  parameters_.visit(visitor);
  visitor.buffer("running_mean", running_mean_);
  visitor.buffer("running_var", running_variance_);
  visitor.buffer("num_batches_tracked", num_batches_tracked_);
}

std::string BatchNorm::description() const {
  return fmt::format("{}({}{})", name_, channels_, affine_text(parameters_.weight));
}

void BatchNorm::check_input(const Shape& shape) const {
  if (shape.size() >= least_axes_ && shape.size() <= most_axes_ && shape[1] == channels_) return;
  if (least_axes_ == 4) fail<ShapeError>(name_, "input is {}; wanted [N, {}, H, W]", shape, channels_);
  fail<ShapeError>(name_, "input is {}; wanted [N, {}] or [N, {}, L]", shape, channels_, channels_);
}

void BatchNorm::count_batch() const {
  Tensor count = num_batches_tracked_;  // the same storage
  count += 1;
}

}  // namespace tinytorch::nn
