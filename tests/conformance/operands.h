#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tests/conformance/op_table.h"

// The operands on which the rows of the op table are tested.
namespace tinytorch::conformance {

using Shapes = std::vector<Shape>;

std::string text(const Shapes& shapes);

/// The operands of one call: their values, and tensors that have them.
struct Operands {
  std::vector<Array> values;
  std::deque<GuardedTensor> guarded;

  std::vector<Tensor> tensors() {
    std::vector<Tensor> result;
    for (GuardedTensor& x : guarded) result.push_back(x.tensor());
    return result;
  }
};

/// Draws the values of operands; `seed` and the shapes seed the random numbers. Operand i has dtype
/// i % dtypes.size().
std::vector<Array> draw_values(const Row& row, const std::vector<DType>& dtypes, const Shapes& shapes,
                               const std::string& seed);
/// Operands of these values, which those that are expanded repeat. Operand i has dtype i % dtypes.size() and
/// layout i % layouts.size().
Operands make_operands(const Row& row, const std::vector<DType>& dtypes, const std::vector<Layout>& layouts,
                       const std::vector<Array>& values, Device device);
/// Both.
Operands draw(const Row& row, const std::vector<DType>& dtypes, const std::vector<Layout>& layouts,
              const Shapes& shapes, const std::string& seed, Device device);

/// The row's shapes, or the default ones for its number of operands.
std::vector<Shapes> small_shapes(const Row& row);
/// small_shapes(), and where the row has no shapes large ones, which depend on the speed of the device.
std::vector<Shapes> shapes_for(const Row& row, DType dtype, Layout layout, Device device);
bool is_large(const Shapes& shapes);

}  // namespace tinytorch::conformance
