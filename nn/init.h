#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "core/ops/random.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// Makes the initial value of a parameter. Layers take one as an option; it can also be called, and any
/// function of the same arguments converts to one.
///
/// ```cpp
/// const nn::Dense layer(2, 4, {.weight_init = nn::init::xavier_uniform()});
/// const Tensor weight = nn::init::he_normal()({4, 2});
/// ```
class Initializer {
 public:
  using Function = std::function<Tensor(const Shape& shape, Options options, Generator& generator)>;

  template <class F>
  requires(!std::is_same_v<F, Initializer> && std::is_convertible_v<F, Function>) Initializer(F function)
      : function_(std::move(function)) {}

  /// A tensor of this shape, with random numbers from the generator.
  Tensor operator()(const Shape& shape, Options options = {},
                    Generator& generator = default_generator()) const {
    return function_(shape, options, generator);
  }

 private:
  Function function_;
};

/// The initialisers. Those that depend on fan_in or fan_out take a shape [out, in, ...]: fan_in is in, and
/// fan_out is out, times the product of the lengths after them; for fewer than two axes their call throws
/// ShapeError. One seed gives the same values on each device.
namespace init {

/// All elements `value`.
Initializer constant(double value);
/// Uniform in [low, high); rounding may give high itself.
/// @throws ValueError  the bounds or their difference are not finite, or low > high
Initializer uniform(double low, double high);

/// For layers before relu (He et al. 2015): normal with standard deviation sqrt(2 / fan_in).
Initializer he_normal();
/// As he_normal(), but uniform within ±sqrt(6 / fan_in), which has the same deviation.
Initializer he_uniform();

/// For layers before sigmoid, tanh or no activation (Glorot and Bengio 2010): normal with standard deviation
/// gain sqrt(2 / (fan_in + fan_out)).
/// @throws ValueError  gain is not finite or is negative
Initializer xavier_normal(double gain = 1.0);
/// As xavier_normal(), but uniform within ±gain sqrt(6 / (fan_in + fan_out)), which has the same deviation.
/// @throws ValueError  gain is not finite or is negative
Initializer xavier_uniform(double gain = 1.0);

/// Rows of norm `gain` that spread evenly over all directions: a block of random orthonormal rows, then the
/// same rows negated, then the next such block; the last one may be incomplete. Whatever the direction of the
/// input, about half of the units are active after relu; with random rows, a small layer may have none that
/// are. The default gain is the norm that rows of he_normal() have on average. This is the first layer of the
/// "looks linear" scheme (Balduzzi et al., "The shattered gradients problem", ICML 2017, section 4).
/// @throws ValueError  gain is not finite or is negative
Initializer mirrored_orthogonal(double gain = 1.4142135623730951);

}  // namespace init

}  // namespace tinytorch::nn
