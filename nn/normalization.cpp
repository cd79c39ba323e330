#include "nn/normalization.h"

#include <fmt/format.h>

#include <mutex>

#include "core/internal/fork.h"
#include "core/internal/format.h"
#include "core/internal/snapshot.h"
#include "core/ops/creation.h"

namespace tinytorch::nn {

namespace {

constinit std::mutex count_mutex;  // threads may share a layer

const char* affine_text(const Parameter& weight) { return weight.defined() ? "" : ", no weight"; }

NormOptions without_bias(NormOptions options) {
  options.bias = false;
  return options;
}

}  // namespace

AffineParameters::AffineParameters(const char* layer, const Shape& shape, const NormOptions& options,
                                   bool affine_by_default) {
  const OpScope scope(layer);
  for (const std::int64_t length : shape) {
    if (length < 1) fail<ShapeError>(layer, "normalizes {}; each length must be at least 1", shape);
  }
  const Options like{.dtype = options.dtype, .device = options.device};
  const bool affine = options.affine.value_or(affine_by_default);
  if (affine) weight = variable(ones(shape, like));
  if (affine && options.bias) bias = variable(zeros(shape, like));
}

void AffineParameters::visit(Visitor& visitor) {
  visitor.parameter("weight", weight);
  visitor.parameter("bias", bias);
}

LayerNorm::LayerNorm(const Shape& shape, const NormOptions& options)
    : shape_(shape), epsilon_(options.epsilon), parameters_("LayerNorm", shape, options) {}

std::string LayerNorm::description() const {
  return fmt::format("LayerNorm({}{})", to_string(shape_), affine_text(parameters_.weight));
}

RMSNorm::RMSNorm(const Shape& shape, const NormOptions& options)
    : shape_(shape), epsilon_(options.epsilon), parameters_("RMSNorm", shape, without_bias(options)) {}

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

InstanceNorm::InstanceNorm(const char* name, int rank, std::int64_t channels, const NormOptions& options)
    : name_(name),
      rank_(rank),
      channels_(channels),
      epsilon_(options.epsilon),
      parameters_(name, {channels}, options, false) {}

void InstanceNorm::check_input(const Shape& shape) const {
  if (shape.size() != rank_ || shape[1] != channels_)
    fail<ShapeError>(name_, "input is {}; wanted [N, {}, {}]", shape, channels_, rank_ == 3 ? "L" : "H, W");
}

std::string InstanceNorm::description() const {
  return fmt::format("{}({}{})", name_, channels_, parameters_.weight.defined() ? ", affine" : "");
}

BatchNorm::BatchNorm(const char* name, int min_rank, int max_rank, std::int64_t channels,
                     const BatchNormLayerOptions& options)
    : name_(name),
      min_rank_(min_rank),
      max_rank_(max_rank),
      channels_(channels),
      momentum_(options.momentum),
      epsilon_(options.norm.epsilon),
      parameters_(name, {channels}, options.norm) {
  const OpScope scope(name);
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
  if (shape.size() >= min_rank_ && shape.size() <= max_rank_ && shape[1] == channels_) return;
  if (min_rank_ == 4) fail<ShapeError>(name_, "input is {}; wanted [N, {}, H, W]", shape, channels_);
  fail<ShapeError>(name_, "input is {}; wanted [N, {}] or [N, {}, L]", shape, channels_, channels_);
}

BatchNorm::BatchCount BatchNorm::next_count() const {
  const ForkSafeLock<count_mutex> lock;
  return {num_batches_tracked_ + 1, num_batches_tracked_.version()};
}

void BatchNorm::set_count(BatchCount next) const {
  const ForkSafeLock<count_mutex> lock;
  Tensor tracked = num_batches_tracked_;  // the same storage
  if (tracked.version() != next.from_version) next.value = tracked + 1;
  move_elements(tracked, next.value);
}

}  // namespace tinytorch::nn
