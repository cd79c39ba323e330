#include "nn/sequential.h"

#include <string>

#include "core/internal/format.h"

namespace tinytorch::nn {

void Sequential::add(std::unique_ptr<Module> layer) {
  if (!layer) fail<ValueError>("Sequential", "the layer to add is null");
  layers_.push_back(std::move(layer));
}

void Sequential::visit(Visitor& visitor) {
  for (std::size_t i = 0; i < layers_.size(); ++i) visitor.child(std::to_string(i), *layers_[i]);
}

Module& Sequential::at(std::size_t i) const {
  if (i >= layers_.size())
    fail<ValueError>("Sequential", "there is no layer {}; it has {}", i, layers_.size());
  return *layers_[i];
}

}  // namespace tinytorch::nn
