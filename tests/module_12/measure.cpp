// What `./tito module measure 12` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "modules/12_compression/compression.h"

namespace compression {
namespace {

using tinytorch::course::measure;

std::vector<float> floats(std::size_t count) {
  std::vector<float> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = static_cast<float>(i * 7919 % 2003) / 1000 - 1;
  return result;
}

/// A layer of floats, for one row of x.
void f32_linear(std::span<const float> x, std::span<const float> weight, std::span<float> y) {
  for (std::size_t j = 0; j < y.size(); ++j)
    y[j] = std::transform_reduce(x.begin(), x.end(), weight.subspan(j * x.size()).begin(), 0.0F);
}

struct Csr {
  std::vector<float> values;
  std::vector<std::int32_t> columns, rows;
};

Csr csr_of(std::span<const float> weight, std::size_t columns) {
  Csr result;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (i % columns == 0) result.rows.push_back(static_cast<std::int32_t>(result.values.size()));
    if (weight[i] == 0) continue;
    result.values.push_back(weight[i]);
    result.columns.push_back(static_cast<std::int32_t>(i % columns));
  }
  result.rows.push_back(static_cast<std::int32_t>(result.values.size()));
  return result;
}

void csr_linear(std::span<const float> x, const Csr& weight, std::span<float> y) {
  for (std::size_t j = 0; j + 1 < weight.rows.size(); ++j) {
    float sum = 0;
    for (auto k = static_cast<std::size_t>(weight.rows[j]); k < static_cast<std::size_t>(weight.rows[j + 1]);
         ++k)
      sum += weight.values[k] * x[static_cast<std::size_t>(weight.columns[k])];
    y[j] = sum;
  }
}

constexpr std::size_t kOutputs = 128, kColumns = 784;

void compare_pruned(double share) {
  const std::vector<float> x = floats(kColumns), weight = floats(kOutputs * kColumns);
  std::vector<float> y(kOutputs), pruned = weight;
  prune(pruned, share);
  const Csr csr = csr_of(pruned, kColumns);
  measure("all weights", [&] { f32_linear(x, weight, y); });
  measure("with zeros", [&] { f32_linear(x, pruned, y); });
  measure("CSR", [&] { csr_linear(x, csr, y); });
}

TEST(Prune, HalfOf128x784) { compare_pruned(0.5); }
TEST(Prune, NineOfTenOf128x784) { compare_pruned(0.9); }

TEST(Int8Linear, Of1x784Times784x128) {
  const std::vector<float> x = floats(kColumns), weight = floats(kOutputs * kColumns);
  std::vector<float> y(kOutputs);
  const Quantized bytes = quantize(weight, kOutputs, kColumns);
  measure("f32", [&] { f32_linear(x, weight, y); });
  measure("int8_linear", [&] { int8_linear(x, 1, bytes, {}, y); });
  measure("dequantize, then f32", [&] { f32_linear(x, dequantize(bytes), y); });
}

TEST(Int8Linear, Of1x4096Times4096x4096) {
  constexpr std::size_t kSize = 4096;
  const std::vector<float> x = floats(kSize), weight = floats(kSize * kSize);
  std::vector<float> y(kSize);
  const Quantized bytes = quantize(weight, kSize, kSize);
  measure("f32", [&] { f32_linear(x, weight, y); });
  measure("int8_linear", [&] { int8_linear(x, 1, bytes, {}, y); });
}

}  // namespace
}  // namespace compression
