#pragma once

#include <cstdint>
#include <string>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/ops/normalization.h"
#include "nn/module.h"

/// Normalisations as layers; each applies the op of its name.
namespace tinytorch::nn {

/// What the normalising layers are made of. The weight starts as ones, the bias as zeros.
struct NormOptions {
  double epsilon = 1e-5;
  bool affine = true;  ///< whether there are a weight and a bias
  bool bias = true;    ///< false: the weight alone
  DType dtype = DType::f32;
  Device device = Device::cpu();
};

/// The same for InstanceNorm, which has no parameters unless told otherwise.
struct InstanceNormOptions {
  double epsilon = 1e-5;
  bool affine = false;  ///< whether there are a weight and a bias
  bool bias = true;     ///< false: the weight alone
  DType dtype = DType::f32;
  Device device = Device::cpu();
};

namespace detail {
/// The weight and the bias; undefined where the options want none.
struct NormParameters {
  Parameter weight, bias;

  NormParameters() = default;
  /// @throws ShapeError  a length is less than 1
  NormParameters(const char* layer, const Shape& shape, const NormOptions& options);
  void visit(Visitor& visitor);
};
}  // namespace detail

/// layer_norm() over the last axes, whose lengths are `shape`. Parameters: weight and bias of that shape.
class LayerNorm : public Layer<LayerNorm> {
 public:
  /// @throws ShapeError  a length is less than 1
  explicit LayerNorm(const Shape& shape, const NormOptions& options = {});
  explicit LayerNorm(std::int64_t features, const NormOptions& options = {})
      : LayerNorm(Shape{features}, options) {}

  /// @throws ShapeError  x does not end in `shape`
  template <TensorLike T>
  T forward(const T& x) const {
    return layer_norm(x, shape_, as<T>(parameters_.weight), as<T>(parameters_.bias), epsilon_);
  }

  void visit(Visitor& visitor) override { parameters_.visit(visitor); }
  std::string description() const override;

 private:
  Shape shape_;
  double epsilon_;
  detail::NormParameters parameters_;
};

/// rms_norm() over the last axes, whose lengths are `shape`. Parameter: weight of that shape.
class RMSNorm : public Layer<RMSNorm> {
 public:
  /// @throws ShapeError  a length is less than 1
  explicit RMSNorm(const Shape& shape, NormOptions options = {});
  explicit RMSNorm(std::int64_t features, const NormOptions& options = {})
      : RMSNorm(Shape{features}, options) {}

  /// @throws ShapeError  x does not end in `shape`
  template <TensorLike T>
  T forward(const T& x) const {
    return rms_norm(x, shape_, as<T>(parameters_.weight), epsilon_);
  }

  void visit(Visitor& visitor) override { parameters_.visit(visitor); }
  std::string description() const override;

 private:
  Shape shape_;
  double epsilon_;
  detail::NormParameters parameters_;
};

/// group_norm() of x [N, C, ...]. Parameters: weight [C], bias [C].
class GroupNorm : public Layer<GroupNorm> {
 public:
  /// @throws ValueError  groups does not divide channels
  /// @throws ShapeError  channels is less than 1
  GroupNorm(std::int64_t groups, std::int64_t channels, const NormOptions& options = {});

  /// @throws ShapeError  x is not [N, C, ...]
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return group_norm(x, groups_, as<T>(parameters_.weight), as<T>(parameters_.bias), epsilon_);
  }

  void visit(Visitor& visitor) override { parameters_.visit(visitor); }
  std::string description() const override;

 private:
  void check_input(const Shape& shape) const;

  std::int64_t groups_, channels_;
  double epsilon_;
  detail::NormParameters parameters_;
};

/// instance_norm() of x [N, C, ...]. As in PyTorch it has no parameters unless told otherwise; then weight
/// [C] and bias [C].
class InstanceNorm : public Layer<InstanceNorm> {
 public:
  /// @throws ShapeError  x has another number of axes or channels, or one value a channel
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return instance_norm(x, as<T>(parameters_.weight), as<T>(parameters_.bias), epsilon_);
  }

  void visit(Visitor& visitor) override { parameters_.visit(visitor); }
  std::string description() const override;

 protected:
  /// Takes inputs of `axes` axes.
  InstanceNorm(const char* name, int axes, std::int64_t channels, const InstanceNormOptions& options);

 private:
  void check_input(const Shape& shape) const;

  const char* name_;
  int axes_;
  std::int64_t channels_;
  double epsilon_;
  detail::NormParameters parameters_;
};

/// InstanceNorm of lines x [N, C, L].
class InstanceNorm1D : public InstanceNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit InstanceNorm1D(std::int64_t channels, const InstanceNormOptions& options = {})
      : InstanceNorm("InstanceNorm1D", 3, channels, options) {}
};

/// InstanceNorm of images x [N, C, H, W].
class InstanceNorm2D : public InstanceNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit InstanceNorm2D(std::int64_t channels, const InstanceNormOptions& options = {})
      : InstanceNorm("InstanceNorm2D", 4, channels, options) {}
};

/// What the batch normalising layers are made of.
struct BatchNormLayerOptions {
  double momentum = 0.1;  ///< the share of a batch in the running statistics
  NormOptions norm = {};
};

/// batch_norm() of x [N, C, ...]: while is_training() by the statistics of the batch, which then go into the
/// running ones; in eval() by these. Parameters: weight [C], bias [C]. Buffers: running_mean [C], zeros at
/// first, running_var [C], ones, and num_batches_tracked, i64: what a call in training changes, in place; but
/// not when a checkpoint() computes once more what it had counted.
class BatchNorm : public Layer<BatchNorm> {
 public:
  /// @throws ShapeError  x has another number of axes or channels, or in training one value a channel
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    const BatchNormOptions options{.training = is_training(), .momentum = momentum_, .epsilon = epsilon_};
    const bool counts = is_training() && !recomputing(), reads = counts || !is_training();
    T y = batch_norm(x, reads ? running_mean_ : Tensor(), reads ? running_variance_ : Tensor(),
                     as<T>(parameters_.weight), as<T>(parameters_.bias), options);
    if (counts) count_batch();
    return y;
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Tensor& running_mean() const { return running_mean_; }
  const Tensor& running_variance() const { return running_variance_; }
  const Tensor& num_batches_tracked() const { return num_batches_tracked_; }

 protected:
  /// Takes inputs of `least_axes` to `most_axes` axes.
  BatchNorm(const char* name, int least_axes, int most_axes, std::int64_t channels,
            const BatchNormLayerOptions& options);

 private:
  void check_input(const Shape& shape) const;
  void count_batch() const;

  const char* name_;
  int least_axes_, most_axes_;
  std::int64_t channels_;
  double momentum_, epsilon_;
  detail::NormParameters parameters_;
  Tensor running_mean_, running_variance_, num_batches_tracked_;
};

/// BatchNorm of x [N, C] or [N, C, L].
class BatchNorm1D : public BatchNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit BatchNorm1D(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm("BatchNorm1D", 2, 3, channels, options) {}
};

/// BatchNorm of images x [N, C, H, W].
class BatchNorm2D : public BatchNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit BatchNorm2D(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm("BatchNorm2D", 4, 4, channels, options) {}
};

}  // namespace tinytorch::nn
