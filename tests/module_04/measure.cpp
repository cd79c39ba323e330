// What `./tito module measure 04` calls on the CPU.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/04_layers/layers.h"

namespace layers {
namespace {

using tinytorch::course::measure;

void compare(std::size_t m, std::size_t k, std::size_t n) {
  const std::vector<float> a(m * k, 0.5F), b(k * n, 0.25F);
  std::vector<float> y(m * n);
  measure("matmul", [&] { matmul(a.data(), b.data(), y.data(), m, k, n); });
  measure("matmul_blocked", [&] { matmul_blocked(a.data(), b.data(), y.data(), m, k, n); });
}

TEST(MatmulBlocked, Of128x128Times128x128) { compare(128, 128, 128); }
TEST(MatmulBlocked, Of32x1024Times1024x1024) { compare(32, 1024, 1024); }

}  // namespace
}  // namespace layers
