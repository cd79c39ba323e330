#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "nn/module.h"

namespace tinytorch::nn {

/// Layers one after another: `nn::Sequential model{nn::Dense(2, 4), nn::ReLU()};`. Its children are named
/// "0", "1", ...
class Sequential : public Layer<Sequential> {
 public:
  Sequential() = default;
  /// Takes over the layers; those that have names are moved in with std::move.
  template <std::derived_from<Module>... Layers>
  requires(sizeof...(Layers) > 0) explicit Sequential(Layers&&... layers) {
    layers_.reserve(sizeof...(Layers));
    (add(std::forward<Layers>(layers)), ...);
  }

  /// Puts a layer behind the last one, and returns it.
  template <std::derived_from<Module> L>
  L& add(L&& layer) {
    auto owned = std::make_unique<L>(std::forward<L>(layer));
    L& added = *owned;
    add(std::move(owned));
    return added;
  }
  /// @throws ValueError  layer is null
  void add(std::unique_ptr<Module> layer);

  template <TensorLike T>
  T forward(const T& x) const {
    if (layers_.empty()) return x;
    T y = (*layers_.front())(x);
    for (std::size_t i = 1; i < layers_.size(); ++i) y = (*layers_[i])(y);
    return y;
  }

  void visit(Visitor& visitor) override;

  std::size_t size() const { return layers_.size(); }
  /// @throws ValueError  no such layer
  Module& operator[](std::size_t i) { return at(i); }
  const Module& operator[](std::size_t i) const { return at(i); }

 private:
  Module& at(std::size_t i) const;

  std::vector<std::unique_ptr<Module>> layers_;
};

}  // namespace tinytorch::nn
