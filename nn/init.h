#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "core/ops/random.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// How a layer fills a new parameter. A value: `nn::Dense(2, 4, {.weight_init =
/// nn::init::xavier_uniform()})`. It can be called by hand, and any function of the same arguments can stand
/// for it.
class Initializer {
 public:
  using Function = std::function<Tensor(const Shape& shape, Options options, Generator& generator)>;

  template <class F>
  requires(!std::is_same_v<F, Initializer> && std::is_convertible_v<F, Function>) Initializer(F function)
      : function_(std::move(function)) {}

  Tensor operator()(const Shape& shape, Options options = {},
                    Generator& generator = default_generator()) const {
    return function_(shape, options, generator);
  }

 private:
  Function function_;
};

/// The initialisers. Those that scale with a weight's inputs and outputs take a shape [out, in, ...]: fan_in
/// is in times the lengths behind, fan_out out times these. One seed gives the same numbers on each device.
/// @throws ShapeError  when called for fewer than two axes, in those that scale
namespace init {

/// All elements `value`.
Initializer constant(double value);
/// Uniform from low to high; rounding may give high itself.
/// @throws ValueError  the bounds or their distance are not finite, or low > high
Initializer uniform(double low, double high);

/// For layers that relu follows (He et al. 2015): normal with deviation sqrt(2 / fan_in).
Initializer he_normal();
/// The same deviation, uniform: within ±sqrt(6 / fan_in).
Initializer he_uniform();

/// For layers that sigmoid, tanh or nothing follows (Glorot and Bengio 2010): normal with deviation
/// gain sqrt(2 / (fan_in + fan_out)). @throws ValueError  gain is not finite or is negative
Initializer xavier_normal(double gain = 1.0);
/// The same deviation, uniform: within ±gain sqrt(6 / (fan_in + fan_out)).
Initializer xavier_uniform(double gain = 1.0);

/// Rows of length `gain` that spread evenly over all directions: random orthonormal rows, then the same rows
/// negated, then the next such block; the number of rows cut off the last. Whatever the input's direction,
/// about half of the units that relu follows answer it, so small layers are not born blind to a part of the
/// input, as random rows may be. The default gives rows the length that he_normal() gives them on average.
/// (The first layer of the "looks linear" scheme: Balduzzi et al., "The shattered gradients problem", ICML
/// 2017, section 4.)
/// @throws ValueError  gain is not finite or is negative
Initializer mirrored_orthogonal(double gain = 1.4142135623730951);

}  // namespace init

}  // namespace tinytorch::nn
