#pragma once

#include <memory>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "core/random.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// While training, each element is 0 with probability p, else x / (1 - p); see dropout(). In eval() the
/// result is x.
class Dropout : public Layer<Dropout> {
 public:
  /// @param seed  of a generator of its own; without one it draws from the thread's default generator
  /// @throws ValueError  p is not in [0, 1]
  explicit Dropout(double p = 0.5, std::optional<std::uint64_t> seed = {});

  /// @throws DTypeError  x is not floating
  template <TensorLike T>
  T forward(const T& x) const {
    return dropout(x, p_, is_training(), own_ ? *own_ : default_generator());
  }

  std::string description() const override;

  /// Its own generator, for checkpoints; null where it has none.
  Generator* generator() const { return own_.get(); }

 private:
  double p_;
  std::unique_ptr<Generator> own_;
};

}  // namespace tinytorch::nn
