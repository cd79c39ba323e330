#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "core/ops/composite.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// What a Dense layer is made of.
struct DenseOptions {
  bool bias = true;
  Activation activation =
      Activation::none;  ///< what follows, in the same pass; the same as a layer of its own
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialisers' numbers come from; null: default_generator()
};

/// y = f(x wᵀ + b), f the activation, if any: x [..., in] gives [..., out]. Parameters: weight [out, in],
/// bias [out].
class Dense : public Layer<Dense> {
 public:
  /// @throws ValueError  a number of features is less than 1
  Dense(std::int64_t in_features, std::int64_t out_features, const DenseOptions& options = {});

  /// @throws ShapeError  x's last axis is not `in_features` long
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    if (bias_.defined()) return linear(x, as<T>(weight_), as<T>(bias_), activation_);
    const T y = matmul(x, transpose(as<T>(weight_)));
    return activation_ == Activation::relu ? relu(y) : y;
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  /// Undefined where the layer has none.
  const Parameter& bias() const { return bias_; }
  std::int64_t in_features() const { return in_features_; }
  std::int64_t out_features() const { return out_features_; }

 private:
  void check_input(const Shape& shape) const {
    if (shape.empty() || shape.back() != in_features_) refuse_input(shape);
  }
  [[noreturn]] void refuse_input(const Shape& shape) const;

  std::int64_t in_features_;
  std::int64_t out_features_;
  Activation activation_;
  Parameter weight_;
  Parameter bias_;
};

}  // namespace tinytorch::nn
