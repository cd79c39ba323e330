#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "core/ops/composite.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// The options of a Dense layer.
struct DenseOptions {
  bool bias = true;
  Activation activation = Activation::none;  ///< applied in the same pass over memory; see linear()
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializers; null: default_generator()
};

/// Fully connected layer, f(x weightᵀ + bias), where f is the activation: [..., in] gives [..., out].
/// Parameters: weight [out, in] and bias [out]. PyTorch calls it Linear, and initializes it otherwise: here
/// the weight is he_uniform(), and the bias 0. The dtypes of input and parameters promote: an f64 input gives
/// an f64 result, also of an f32 layer.
///
/// ```cpp
/// const nn::Dense layer(3, 4, {.bias = false, .weight_init = nn::init::xavier_normal()});
/// const Tensor y = layer(randn({8, 3}));  // [8, 4]
/// ```
class Dense : public Layer<Dense> {
 public:
  /// @throws ValueError  in_features or out_features is less than 1
  /// @throws ShapeError  an initializer returns another shape
  Dense(std::int64_t in_features, std::int64_t out_features, const DenseOptions& options = {});

  /// @throws ShapeError  the length of x's last axis is not in_features
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(value_of(x));
    if (bias_.defined()) return linear(x, as<T>(weight_), as<T>(bias_), activation_);
    const T y = matmul(x, transpose(as<T>(weight_)));
    return activation_ == Activation::relu ? relu(y) : y;
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  /// Makes the layer use another parameter as its weight, which it then shares (tied weights).
  /// ```cpp
  /// const nn::Embedding embedding(100, 16);
  /// nn::Dense output(16, 100, {.bias = false});
  /// output.set_weight(embedding.weight());
  /// ```
  /// @throws ShapeError  it is not [out_features, in_features]
  void set_weight(const Parameter& weight);
  /// Undefined if the layer has none.
  const Parameter& bias() const { return bias_; }
  std::int64_t in_features() const { return in_features_; }
  std::int64_t out_features() const { return out_features_; }

 private:
  void check_input(const Tensor& x) const {
    if (x.rank() == 0 || x.shape().back() != in_features_) refuse_input(x);
  }
  [[noreturn]] void refuse_input(const Tensor& x) const;

  std::int64_t in_features_;
  std::int64_t out_features_;
  Activation activation_;
  Parameter weight_;
  Parameter bias_;
};

}  // namespace tinytorch::nn
