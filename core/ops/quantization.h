#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Matrices in int8, which take a quarter of the memory of f32, and dense layers that multiply them. They are
/// for networks that are already trained: none of these functions has a gradient.
/// ```cpp
/// const QuantizedMatrix weight = quantize_rows(Tensor{{254.0, -127.0}, {3.0, 0.0}});
/// const Tensor bytes = weight.values;              // [[127, 192], [127, 0]]; 192 is the byte of -64
/// const Tensor rounded = dequantize_rows(weight);  // [[254, -128], [3, 0]]
/// const Tensor y = int8_linear(Tensor{{1.0, 1.0}}, weight, zeros({2}));  // [[126, 3]]
/// ```
namespace tinytorch {

/// A matrix in int8 with a scale for each row: element (i, j) is scales[i] times the int8 at (i, j).
struct QuantizedMatrix {
  Tensor values;  ///< [rows, columns]; u8, each of which is the byte of an int8 (two's complement)
  Tensor scales;  ///< [rows], f32
};

/// Symmetric quantization of each row (Wu et al. 2020, 3.1.2): the scale is the row's largest magnitude
/// divided by 127, or 1 if that is 0. A value is x / scale, rounded to the nearest integer of -127 ... 127,
/// halves to even. A row with a NaN or an infinity gets the scale NaN and the values 0.
/// @param x  [rows, columns], f32
/// @throws ShapeError  x is no matrix
/// @throws DTypeError  x is not f32
/// @throws ValueError  x is undefined
QuantizedMatrix quantize_rows(const Tensor& x);

/// The matrix that the bytes stand for: [rows, columns], f32.
/// @throws ShapeError   values are no matrix, or scales are not one for each row
/// @throws DTypeError   values are not u8, or scales not f32
/// @throws DeviceError  they are on different devices
/// @throws ValueError   one is undefined
Tensor dequantize_rows(const QuantizedMatrix& x);

/// The largest number of columns of int8_linear(): as many products of int8 always fit into i32.
inline constexpr std::int64_t kMaxInt8Columns = 132'104;

/// A dense layer in int8, x weightᵀ + bias (Jacob et al. 2018, 2.2): each row of x is quantized as by
/// quantize_rows(), products of int8 are added in i32, and a sum is multiplied by the scales of both rows in
/// f64, where the bias is added.
/// @param x       [..., in], f32
/// @param weight  [out, in]
/// @param bias    [out], f32
/// @return        [..., out], f32
/// @throws ShapeError   the shapes do not fit each other, or there are more than kMaxInt8Columns columns
/// @throws DTypeError, DeviceError, ValueError  as dequantize_rows()
Tensor int8_linear(const Tensor& x, const QuantizedMatrix& weight, const Tensor& bias);

}  // namespace tinytorch
