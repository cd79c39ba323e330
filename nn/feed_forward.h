#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "nn/dense.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// What a FeedForward layer computes between its matrix products: relu(); gelu() exactly, as in BERT, or by
/// tanh, as in GPT-2; or SwiGLU (Shazeer 2020), as in LLaMA.
enum class FeedForwardKind { relu, gelu, gelu_tanh, swiglu };

/// The options of a FeedForward layer.
struct FeedForwardOptions {
  FeedForwardKind kind = FeedForwardKind::gelu;
  /// the features between the matrix products; by default, 4 * features, or for SwiGLU, which has three
  /// matrices, 8 / 3 * features
  std::optional<std::int64_t> hidden = {};
  bool bias = true;
  Initializer weight_init = init::xavier_uniform();
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializer; null: default_generator()
};

/// The position-wise feed-forward network of a Transformer: down(f(up(x))), where f is the activation; with
/// SwiGLU, down(silu(gate(x)) * up(x)). [..., features] gives the same shape. Children, each a Dense: up,
/// gate (only with SwiGLU) and down.
///
/// ```cpp
/// const nn::FeedForward layer(16, {.kind = nn::FeedForwardKind::swiglu, .bias = false});
/// const Tensor y = layer(randn({2, 10, 16}));  // [2, 10, 16]
/// ```
class FeedForward : public Layer<FeedForward> {
 public:
  /// @throws ValueError  features or hidden is less than 1
  /// @throws ShapeError  the initializer returns another shape
  explicit FeedForward(std::int64_t features, const FeedForwardOptions& options = {});

  /// @throws ShapeError  the length of x's last axis is not features
  template <TensorLike T>
  T forward(const T& x) const {
    return down_(activated(x));
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  template <TensorLike T>
  T activated(const T& x) const {
    if (gate_) return silu((*gate_)(x)) * up_(x);
    T y = up_(x);
    if (kind_ == FeedForwardKind::relu) return y;  // up_ has applied it
    return gelu(y, kind_ == FeedForwardKind::gelu ? GeluForm::erf : GeluForm::tanh);
  }

  FeedForwardKind kind_;
  Dense up_;
  std::optional<Dense> gate_;
  Dense down_;
};

}  // namespace tinytorch::nn
