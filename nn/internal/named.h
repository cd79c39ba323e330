#pragma once

#include "core/op_scope.h"

// Internal: for layers that are made of others.
namespace tinytorch::nn {

/// make(), where errors name `layer` and not a layer that it is made of.
template <class Make>
auto named(const char* layer, const Make& make) {
  const OpScope scope(layer);
  return make();
}

}  // namespace tinytorch::nn
