#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "core/ops/random.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// A function that makes the initial value of a parameter. Layers take one as an option. You can also call
/// it, and any function with the same signature converts to it.
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

  /// Makes a tensor of this shape, with random numbers from the generator.
  Tensor operator()(const Shape& shape, Options options = {},
                    Generator& generator = default_generator()) const {
    return function_(shape, options, generator);
  }

 private:
  Function function_;
};

/// The initializers. A seed gives the same values on every device. Initializers that depend on fan_in or
/// fan_out are for weights [out, in, ...]: fan_in is `in`, and fan_out is `out`, times the product of the
/// other lengths. A call with fewer than two axes throws ShapeError.
namespace init {

/// All elements `value`.
Initializer constant(double value);
/// Uniform in [low, high). By rounding, an element may equal high.
/// @throws ValueError  the bounds or their difference are not finite, or low > high
Initializer uniform(double low, double high);

/// For layers that relu follows (He et al. 2015): normal with mean 0 and standard deviation sqrt(2 / fan_in).
/// In PyTorch, kaiming_normal_.
Initializer he_normal();
/// Like he_normal(), but uniform in ±sqrt(6 / fan_in), which has the same standard deviation. In PyTorch,
/// kaiming_uniform_.
Initializer he_uniform();

/// For layers that sigmoid, tanh or no activation follows (Glorot and Bengio 2010): normal with mean 0 and
/// standard deviation gain * sqrt(2 / (fan_in + fan_out)).
/// @throws ValueError  gain is negative or not finite
Initializer xavier_normal(double gain = 1.0);
/// Like xavier_normal(), but uniform in ±gain * sqrt(6 / (fan_in + fan_out)), which has the same standard
/// deviation.
/// @throws ValueError  gain is negative or not finite
Initializer xavier_uniform(double gain = 1.0);

/// For small layers that relu follows: rows of norm `gain` whose directions are spread evenly. A block of
/// random orthogonal rows is followed by the same rows negated, then by the next such block; the last block
/// may be incomplete. So about half of the units are active for any input, whereas with independent random
/// rows, all units of a small layer may be inactive. The default gain is the average norm of the rows of
/// he_normal(). This is the first layer of the "looks linear" scheme (Balduzzi et al., "The shattered
/// gradients problem", ICML 2017, section 4).
/// @throws ValueError  gain is negative or not finite
Initializer mirrored_orthogonal(double gain = 1.4142135623730951);

}  // namespace init

/// While it exists, layers that are made on this thread do not initialize their weights and biases, whose
/// elements are then undetermined (PyTorch: skip_init()). For a model whose weights are loaded next: it saves
/// the time, and memory that would be written only to be replaced.
/// ```cpp
/// const nn::StateDict saved = nn::Dense(2, 4).state_dict();
/// const auto model = [] {
///   const nn::SkipInit guard;
///   return nn::Dense(2, 4);
/// };
/// nn::Dense loaded = model();
/// loaded.load_state_dict(saved);
/// ```
class SkipInit {
 public:
  SkipInit() : previous_(std::exchange(current, true)) {}
  ~SkipInit() { current = previous_; }
  SkipInit(const SkipInit&) = delete;
  SkipInit& operator=(const SkipInit&) = delete;

  /// True while there is one on this thread.
  static bool active() { return current; }

 private:
  static inline constinit thread_local bool current = false;
  bool previous_;
};

}  // namespace tinytorch::nn
