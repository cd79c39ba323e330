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

/// Cosines and sines of angles, [..., width / 2], for rotate_halves().
struct RotaryTable {
  Tensor cosine, sine;
};

/// The table of rotary position embedding: the angles are position times base^(-2 i / width), for i = 0 ...
/// width / 2 - 1. Computed in f64 on the positions' device. Compute it once where the same positions recur.
/// @param positions  [...], any numeric dtype
/// @throws ShapeError  width is odd or negative
/// @throws DTypeError  positions of bools, or dtype is not floating
/// @throws ValueError  base is not positive and finite
RotaryTable rotary_table(const Tensor& positions, std::int64_t width, double base = 10000,
                         DType dtype = DType::f32);

/// Rotates each pair of elements i and i + width / 2 of the last axis, as a point of the plane, by an angle:
/// y[i] = x[i] cosine[i] - x[i + width/2] sine[i], y[i + width/2] = x[i + width/2] cosine[i] + x[i] sine[i].
/// No gradient goes to the table.
/// @param x  [..., width], floating
/// @param cosine, sine  broadcast to [..., width / 2]
/// @return   x's shape, dtype and order in memory
/// @throws ShapeError   an odd width, or the table does not fit
/// @throws DTypeError   x is not floating
/// @throws DeviceError  different devices
Tensor rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine);

/// Rotary position embedding (Su et al. 2021, "RoFormer", 3.2), for Tensor and Variable: queries and keys
/// rotated by angles proportional to their positions, so that their products depend on the distance of
/// positions only. Pairs are elements i and i + width / 2, as in LLaMA and GPT-NeoX; the paper pairs
/// neighbours, 2i and 2i + 1, which is the same up to the order of the columns.
/// @param x          [..., length, width], floating; width is even
/// @param positions  broadcasts to [..., length]; any numeric dtype
/// @throws ShapeError, DTypeError, ValueError, DeviceError  as rotary_table() and rotate_halves()
template <TensorLike T>
T rotary(const T& x, const Tensor& positions, double base = 10000);

/// rotary() at positions offset, offset + 1, ...
template <TensorLike T>
T rotary(const T& x, std::int64_t offset = 0, double base = 10000);

/// The position table of the Transformer (Vaswani et al. 2017, 3.5), [length, width]: row p has
/// sin(p / 10000^(2i / width)) in column 2i and the cosine in column 2i + 1.
/// @throws ShapeError  a negative length
/// @throws DTypeError  not floating
Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, Options options = {});

}  // namespace tinytorch
