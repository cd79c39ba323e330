#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/ops/normalization.h"
#include "nn/module.h"

/// Normalization layers. Each applies the function of core/ops/normalization.h that its docstring names. An
/// input of another dtype than the parameters throws DTypeError.
///
/// ```cpp
/// nn::BatchNorm2D norm(3);
/// norm(randn({8, 3, 5, 5}));  // normalizes by the batch, and updates the running statistics
/// norm.eval();
/// norm(randn({1, 3, 5, 5}));  // normalizes by the running statistics
/// ```
namespace tinytorch::nn {

/// The options of the normalization layers. The weight is initially 1, and the bias 0.
struct NormOptions {
  double epsilon = 1e-5;            ///< added to the variance (in RMSNorm, to the mean square)
  std::optional<bool> affine = {};  ///< has weight and bias; by default true, in InstanceNorm false
  bool bias = true;                 ///< false: has no bias, even if affine
  DType dtype = DType::f32;
  Device device = Device::cpu();
};

/// The options of the BatchNorm layers.
struct BatchNormLayerOptions {
  double momentum = 0.1;  ///< the weight of a batch in the running statistics
  NormOptions norm = {};
};

/// The weight and the bias of a normalization layer, for the layers below. They are undefined if the options
/// exclude them.
struct AffineParameters {
  Parameter weight, bias;

  /// @param layer  the name of the layer, for error messages
  /// @param shape  the shape of weight and bias
  /// @throws ShapeError  a length of the shape is less than 1
  AffineParameters(const char* layer, const Shape& shape, const NormOptions& options,
                   bool affine_by_default = true);

  void visit(Visitor& visitor);
};

/// Layer normalization over the last axes, layer_norm(). Parameters: weight and bias, of the shape of these
/// axes.
class LayerNorm : public Layer<LayerNorm> {
 public:
  /// @param shape  the lengths of the axes to normalize over
  /// @throws ShapeError  a length is less than 1
  explicit LayerNorm(const Shape& shape, const NormOptions& options = {});
  /// Normalizes over the last axis, of length `features`.
  /// @throws ShapeError  features is less than 1
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
  AffineParameters parameters_;
};

/// RMS normalization over the last axes, rms_norm(). Parameter: weight, of the shape of these axes.
class RMSNorm : public Layer<RMSNorm> {
 public:
  /// @param shape  the lengths of the axes to normalize over
  /// @throws ShapeError  a length is less than 1
  explicit RMSNorm(const Shape& shape, const NormOptions& options = {});
  /// Normalizes over the last axis, of length `features`.
  /// @throws ShapeError  features is less than 1
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
  AffineParameters parameters_;
};

/// Group normalization of x [N, C, ...], group_norm(). Parameters: weight [C] and bias [C].
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
  AffineParameters parameters_;
};

/// Instance normalization, instance_norm(): the base of InstanceNorm1D and InstanceNorm2D. As in PyTorch, it
/// has no parameters unless options.affine is set; then they are weight [C] and bias [C].
class InstanceNorm : public Layer<InstanceNorm> {
 public:
  /// @throws ShapeError  x has another number of axes or channels, or a channel of a sample has only one
  ///                     value
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return instance_norm(x, as<T>(parameters_.weight), as<T>(parameters_.bias), epsilon_);
  }

  void visit(Visitor& visitor) override { parameters_.visit(visitor); }
  std::string description() const override;

 protected:
  /// @param name  the name of the layer, for error messages
  /// @param rank  the number of axes of the input
  /// @throws ShapeError  channels is less than 1
  InstanceNorm(const char* name, int rank, std::int64_t channels, const NormOptions& options);

 private:
  void check_input(const Shape& shape) const;

  const char* name_;
  int rank_;
  std::int64_t channels_;
  double epsilon_;
  AffineParameters parameters_;
};

/// Instance normalization of x [N, C, L].
class InstanceNorm1D : public InstanceNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit InstanceNorm1D(std::int64_t channels, const NormOptions& options = {})
      : InstanceNorm("InstanceNorm1D", 3, channels, options) {}
};

/// Instance normalization of x [N, C, H, W].
class InstanceNorm2D : public InstanceNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit InstanceNorm2D(std::int64_t channels, const NormOptions& options = {})
      : InstanceNorm("InstanceNorm2D", 4, channels, options) {}
};

/// Batch normalization, batch_norm(): the base of BatchNorm1D and BatchNorm2D. In training, it normalizes by
/// the statistics of the batch, and updates the running statistics with them. In evaluation, it normalizes by
/// the running statistics. Parameters: weight [C] and bias [C]. Buffers: running_mean [C] (initially 0),
/// running_var [C] (initially 1) and num_batches_tracked, i64 []. A call in training updates the buffers in
/// place, unless checkpoint() is recomputing it. Threads may train with one layer in one stream; none must
/// evaluate with it meanwhile.
class BatchNorm : public Layer<BatchNorm> {
 public:
  /// @throws ShapeError  x has another number of axes or channels, or in training a channel has only one
  ///                     value
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    const BatchNormOptions options{.training = is_training(), .momentum = momentum_, .epsilon = epsilon_};
    const bool updates = is_training() && !recomputing(), uses_running = updates || !is_training();
    BatchCount next = updates ? next_count() : BatchCount();
    T y = batch_norm(x, uses_running ? running_mean_ : Tensor(), uses_running ? running_variance_ : Tensor(),
                     as<T>(parameters_.weight), as<T>(parameters_.bias), options);
    if (updates) set_count(std::move(next));
    return y;
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Tensor& running_mean() const { return running_mean_; }
  const Tensor& running_variance() const { return running_variance_; }
  const Tensor& num_batches_tracked() const { return num_batches_tracked_; }

 protected:
  /// @param name  the name of the layer, for error messages
  /// @param min_rank, max_rank  bounds for the number of axes of the input
  /// @throws ShapeError  channels is less than 1
  BatchNorm(const char* name, int min_rank, int max_rank, std::int64_t channels,
            const BatchNormLayerOptions& options);

 private:
  /// A value for num_batches_tracked(), and the version of the value that it was computed from.
  struct BatchCount {
    Tensor value;
    std::uint64_t from_version = 0;
  };

  void check_input(const Shape& shape) const;
  BatchCount next_count() const;
  /// Sets the count. If another thread has counted a batch since, counts once more from there.
  void set_count(BatchCount next) const;

  const char* name_;
  int min_rank_, max_rank_;
  std::int64_t channels_;
  double momentum_, epsilon_;
  AffineParameters parameters_;
  Tensor running_mean_, running_variance_, num_batches_tracked_;
};

/// Batch normalization of x [N, C] or [N, C, L].
class BatchNorm1D : public BatchNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit BatchNorm1D(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm("BatchNorm1D", 2, 3, channels, options) {}
};

/// Batch normalization of x [N, C, H, W].
class BatchNorm2D : public BatchNorm {
 public:
  /// @throws ShapeError  channels is less than 1
  explicit BatchNorm2D(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm("BatchNorm2D", 4, 4, channels, options) {}
};

}  // namespace tinytorch::nn
