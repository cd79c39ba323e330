#pragma once

#include <utility>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "nn/init.h"
#include "nn/module.h"

// Internal: the parameters of layers.
namespace tinytorch::nn {

/// A parameter of this shape, made by an initializer, or without initial elements under SkipInit. The layer's
/// options say its dtype, device and generator.
/// @throws ShapeError  the initializer gives another shape
template <class Options>
Parameter initialized(const char* layer, const Initializer& init, const char* name, const Shape& shape,
                      const Options& options) {
  const OpScope scope(layer);
  const tinytorch::Options where{.dtype = options.dtype, .device = options.device};
  if (SkipInit::active()) return variable(empty(shape, where));
  Generator& generator = options.generator ? *options.generator : default_generator();
  Tensor value = init(shape, where, generator);
  if (value.shape() != shape) {
    fail<ShapeError>(layer, "the initializer of the {} gave {}, not {}", name, value.shape(), shape);
  }
  return variable(std::move(value));
}

}  // namespace tinytorch::nn
