#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Position embeddings.
/// ```cpp
/// const Tensor q = randn({2, 8, 5, 16});
/// const Tensor rotated = rotary(q);                    // at positions 0, 1, ... 4
/// const Tensor next = rotary(randn({2, 8, 1, 16}), 5); // at position 5
/// ```
namespace tinytorch {

/// The cosines and sines of angles, each [..., width / 2], for rotate_halves() and rotate_interleaved().
struct RotaryTable {
  Tensor cosine, sine;
};

/// The table of rotary position embeddings: the angles are position * base^(-2 * i / width), for i = 0 ...
/// width / 2 - 1. They are computed in f64, on the device of the positions. If the same positions recur,
/// compute the table once and call rotate_halves() or rotate_interleaved().
/// @param positions  [...], of any numeric dtype
/// @param dtype      of the result
/// @return           two tensors [..., width / 2]
/// @throws ShapeError  width is odd or negative
/// @throws DTypeError  positions are bool, or dtype is not floating
/// @throws ValueError  base is not positive and finite
RotaryTable rotary_table(const Tensor& positions, std::int64_t width, double base = 10000,
                         DType dtype = DType::f32);

/// Rotates pairs of elements along the last axis, where elements i and i + width / 2 are a point in the
/// plane: y[i] = x[i] * cosine[i] - x[i + width / 2] * sine[i], and y[i + width / 2] =
/// x[i + width / 2] * cosine[i] + x[i] * sine[i]. The table gets no gradient.
/// @param x             [..., width], floating
/// @param cosine, sine  broadcast to [..., width / 2]
/// @return              a tensor of x's shape, dtype and memory order
/// @throws ShapeError   the width is odd, or the table does not broadcast
/// @throws DTypeError   x is not floating
/// @throws DeviceError  the operands are on different devices
Tensor rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine);

/// rotate_halves() where elements 2 * i and 2 * i + 1 are a point in the plane.
/// @throws as rotate_halves()
Tensor rotate_interleaved(const Tensor& x, const Tensor& cosine, const Tensor& sine);

/// Which elements rotary() rotates together: i and i + width / 2, as in LLaMA and GPT-NeoX; or 2 * i and
/// 2 * i + 1, as in the paper and in GPT-J. Both are the same up to the order of the elements.
enum class RotaryPairs { halves, interleaved };

/// Rotary position embedding (Su et al. 2021, "RoFormer", 3.2), for Tensor and Variable: rotates queries or
/// keys by angles proportional to their positions, so that the product of a query and a key depends only on
/// the difference of their positions.
/// @param x          [..., length, width], floating; width is even
/// @param positions  broadcasts to [..., length]; of any numeric dtype
/// @return           a tensor of x's shape, dtype and memory order
/// @throws as rotary_table() and rotate_halves()
template <TensorLike T>
T rotary(const T& x, const Tensor& positions, double base = 10000, RotaryPairs pairs = RotaryPairs::halves);

/// rotary() at the positions offset, offset + 1, ...
template <TensorLike T>
T rotary(const T& x, std::int64_t offset = 0, double base = 10000, RotaryPairs pairs = RotaryPairs::halves);

/// The sinusoidal position embeddings of the Transformer (Vaswani et al. 2017, 3.5): row p has
/// sin(p / 10000^(2 * i / width)) in column 2 * i and the cosine in column 2 * i + 1.
/// @return  [length, width]
/// @throws ShapeError  length or width is negative
/// @throws DTypeError  the dtype is not floating
Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, Options options = {});

}  // namespace tinytorch
