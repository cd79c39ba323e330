#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/ops/shape.h"
#include "core/tensor.h"

namespace tinytorch {

/// Cosines and sines of angles, [..., width / 2], for rotate_halves().
struct RotaryTable {
  Tensor cosine, sine;
};

/// Those of rotary position embedding: position times base^(-2 i / width), for i = 0 ... width / 2 - 1;
/// computed in f64 on the positions' device. To be made once where the same positions come again.
/// @param positions  [...], any numeric type
/// @throws ShapeError  width is odd or negative. DTypeError  positions of bools, or dtype is not floating
/// @throws ValueError  base is not positive and finite
RotaryTable rotary_table(const Tensor& positions, std::int64_t width, double base = 10000,
                         DType dtype = DType::f32);

/// Turns each pair of elements i and i + width / 2 of the last axis, as a point of the plane, by an angle:
/// y[i] = x[i] cosine[i] - x[i + width/2] sine[i], y[i + width/2] = x[i + width/2] cosine[i] + x[i] sine[i].
/// No gradient goes to the table.
/// @param x  [..., width], floating; the table broadcasts to [..., width / 2]
/// @return   x's shape, type and order in memory
/// @throws ShapeError  an odd width, or the table does not fit. DTypeError, DeviceError
Tensor rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine);

/// Rotary position embedding (Su et al. 2021, "RoFormer", 3.2): queries and keys turned by angles
/// proportional to their positions, so that their products depend on the distance of positions only. Pairs
/// are elements i and i + width / 2, as in LLaMA and GPT-NeoX; the paper pairs neighbours, 2i and 2i + 1,
/// which is the same up to the order of the columns.
/// @param x          [..., length, width], floating; width is even
/// @param positions  broadcasts to [..., length]; any numeric type
/// @throws ShapeError, DTypeError, ValueError, DeviceError
template <TensorLike T>
T rotary(const T& x, const Tensor& positions, double base = 10000);

/// The same at positions offset, offset + 1, ...
template <TensorLike T>
T rotary(const T& x, std::int64_t offset = 0, double base = 10000);

/// The position table of the Transformer (Vaswani et al. 2017, 3.5), [length, width]: row p has
/// sin(p / 10000^(2i / width)) in column 2i and the cosine in column 2i + 1.
/// @throws ShapeError  a negative length. DTypeError  not floating
Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, Options options = {});

namespace detail {
/// offset, offset + 1, ... for x's second to last axis. @throws ShapeError  there is none
Tensor consecutive_positions(const Tensor& x, std::int64_t offset);
/// The table for x at these positions. @throws as rotary()
RotaryTable rotary_table_for(const Tensor& x, const Tensor& positions, double base);
}  // namespace detail

template <TensorLike T>
T rotary(const T& x, const Tensor& positions, double base) {
  const RotaryTable table = detail::rotary_table_for(value_of(x), positions, base);
  return rotate_halves(x, table.cosine, table.sine);
}

template <TensorLike T>
T rotary(const T& x, std::int64_t offset, double base) {
  return rotary(x, detail::consecutive_positions(value_of(x), offset), base);
}

}  // namespace tinytorch
