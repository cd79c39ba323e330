#pragma once

#include <memory>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "core/random.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Dropout, dropout(): in training, each element is 0 with probability p, and otherwise x / (1 - p). In
/// evaluation, the result is x.
///
/// ```cpp
/// nn::Dropout layer(0.5, 42);
/// layer(ones({2, 3}));  // each element is 0 or 2
/// layer.eval();
/// layer(ones({2, 3}));  // ones
/// ```
class Dropout : public Layer<Dropout> {
 public:
  /// @param seed  the seed of the layer's own generator; without a seed, the layer uses default_generator()
  /// @throws ValueError  p is not in [0, 1]
  explicit Dropout(double p = 0.5, std::optional<std::uint64_t> seed = {});

  /// @throws DTypeError  x is not floating
  template <TensorLike T>
  T forward(const T& x) const {
    return dropout(x, p_, is_training(), own_ ? *own_ : default_generator());
  }

  std::string description() const override;

  /// The layer's own generator, for checkpoint(); null if it has none.
  Generator* generator() const { return own_.get(); }

 private:
  double p_;
  std::unique_ptr<Generator> own_;
};

}  // namespace tinytorch::nn
