#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tests/conformance/op_table.h"

// The operands that the rows of the op table are tried on.
namespace tinytorch::conformance {

using Shapes = std::vector<Shape>;

std::string text(const Shapes& shapes);

/// The operands of one call: their values, and tensors that have them.
struct Operands {
  std::vector<Array> values;
  std::deque<Placed> placed;

  std::vector<Tensor> tensors() {
    std::vector<Tensor> result;
    for (Placed& x : placed) result.push_back(x.tensor());
    return result;
  }
};

/// Draws operands from a seed made of `seed` and the shapes. `dtypes` and `layouts` are repeated for the
/// operands.
Operands draw(const Row& row, const std::vector<DType>& dtypes, const std::vector<Layout>& layouts,
              const Shapes& shapes, const std::string& seed, Device device);

/// The shapes that a row names, or the usual ones for so many operands.
std::vector<Shapes> small_shapes(const Row& row);
/// And larger ones, where the row names none, but not too large for a slow device.
std::vector<Shapes> shapes_for(const Row& row, DType dtype, Layout layout, Device device);
bool is_large(const Shapes& shapes);

}  // namespace tinytorch::conformance
