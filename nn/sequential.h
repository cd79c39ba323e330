#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Applies layers one after another. Without layers, it returns its input. Children: the layers, named "0",
/// "1" and so on. An error of a layer begins with its name: "layer 1: [Dense] ...". A model that was moved
/// from throws ValueError until it is assigned to.
///
/// ```cpp
/// nn::Sequential model{nn::Dense(2, 4), nn::ReLU()};
/// model.add(nn::Dense(4, 1));
/// const Tensor y = model(randn({8, 2}));  // [8, 1]
/// ```
class Sequential : public Layer<Sequential> {
 public:
  Sequential() = default;
  /// Takes ownership of the layers. Pass a named layer by std::move().
  template <std::derived_from<Module>... Layers>
  requires(sizeof...(Layers) > 0) explicit Sequential(Layers&&... layers) {
    layers_->reserve(sizeof...(Layers));
    (add(std::forward<Layers>(layers)), ...);
  }

  /// Appends a layer.
  /// @return  a reference to the layer, which this owns
  template <std::derived_from<Module> L>
  L& add(L&& layer) {
    auto owned = std::make_unique<L>(std::forward<L>(layer));
    L& added = *owned;
    add(std::move(owned));
    return added;
  }
  /// Appends a layer.
  /// @throws ValueError  layer is null
  void add(std::unique_ptr<Module> layer);

  template <TensorLike T>
  T forward(const T& x) const {
    const LayerList& all = layers();
    T y = x;
    std::size_t i = 0;
    try {
      for (; i < all.size(); ++i) y = (*all[i])(y);
    } catch (Error& error) {
      error.add_context("layer " + std::to_string(i));
      throw;
    }
    return y;
  }

  void visit(Visitor& visitor) override;

  /// The number of layers.
  std::size_t size() const { return layers().size(); }
  /// The layer at index i.
  /// @throws ValueError  i is not less than size()
  Module& operator[](std::size_t i) { return at(i); }
  const Module& operator[](std::size_t i) const { return at(i); }

 private:
  using LayerList = std::vector<std::unique_ptr<Module>>;

  /// @throws ValueError  this was moved from
  LayerList& layers() const;
  Module& at(std::size_t i) const;

  std::unique_ptr<LayerList> layers_ = std::make_unique<LayerList>();  // null once moved from
};

}  // namespace tinytorch::nn
