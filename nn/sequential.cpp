#include "nn/sequential.h"

#include <string>

#include "core/internal/format.h"

namespace tinytorch::nn {

void Sequential::add(std::unique_ptr<Module> layer) {
  if (!layer) fail<ValueError>("Sequential", "the layer to add is null");
  layers().push_back(std::move(layer));
}

Sequential::LayerList& Sequential::layers() const {
  if (!layers_) fail<ValueError>("Sequential", "this model was moved from, so it has no layers");
  return *layers_;
}

void Sequential::visit(Visitor& visitor) {
  std::size_t i = 0;
  for (const std::unique_ptr<Module>& layer : layers()) visitor.child(std::to_string(i++), *layer);
}

Module& Sequential::at(std::size_t i) const {
  if (i >= size()) fail<ValueError>("Sequential", "there is no layer {}; it has {}", i, size());
  return *layers()[i];
}

}  // namespace tinytorch::nn
