#pragma once

#include <utility>

#include "core/internal/format.h"
#include "nn/init.h"
#include "nn/module.h"

// Internal: the parameters of layers.
namespace tinytorch::nn {

/// A parameter of this shape, made by an initializer. The layer's options say its dtype, device and
/// generator.
/// @throws ShapeError  the initializer gives another shape
template <class Options>
Parameter initialized(const char* layer, const Initializer& init, const char* name, const Shape& shape,
                      const Options& options) {
  const OpScope scope(layer);
  Generator& generator = options.generator ? *options.generator : default_generator();
  Tensor value = init(shape, {.dtype = options.dtype, .device = options.device}, generator);
  if (value.shape() != shape) {
    fail<ShapeError>(layer, "the initializer of the {} gave {}, not {}", name, value.shape(), shape);
  }
  return variable(std::move(value));
}

}  // namespace tinytorch::nn
