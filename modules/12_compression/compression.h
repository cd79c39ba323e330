#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// What module 12 writes: compression_dev.cpp defines the functions. Matrices are contiguous, row after row.
namespace compression {

/// What is left of a matrix if rows are removed.
struct PrunedRows {
  std::vector<std::size_t> rows;  ///< their indices in the matrix, ascending
  std::vector<float> weight;      ///< [rows.size(), columns]
};

/// A matrix of int8 with a scale for each row: element (i, j) stands for scales[i] * values[i * columns + j].
struct Quantized {
  std::size_t rows = 0, columns = 0;
  std::vector<std::int8_t> values;  ///< from -127 to 127
  std::vector<float> scales;        ///< positive; NaN if the row has an element that is not finite
};

/// The bytes that a matrix takes in memory.
struct StorageBytes {
  std::size_t dense;  ///< f32
  std::size_t csr;    ///< f32 values, i32 column indices and i32 row pointers
  std::size_t int8;   ///< int8 values and f32 scales
};

/// The settings of distillation.
struct DistillationOptions {
  double temperature = 2;
  double soft = 0.5;  ///< the weight of the soft loss; the hard loss has the weight 1 - soft
};

void prune(std::span<float> weight, double share);
PrunedRows prune_rows(std::span<const float> weight, std::size_t rows, std::size_t columns, double share);
Quantized quantize(std::span<const float> x, std::size_t rows, std::size_t columns);
std::vector<float> dequantize(const Quantized& x);
void int8_linear(std::span<const float> x, std::size_t rows, const Quantized& weight,
                 std::span<const float> bias, std::span<float> y);
StorageBytes storage_bytes(std::span<const float> weight, std::size_t rows, std::size_t columns);
double distill(std::span<const float> student, std::span<const float> teacher,
               std::span<const std::int32_t> labels, const DistillationOptions& options,
               std::span<float> gradient);

}  // namespace compression
