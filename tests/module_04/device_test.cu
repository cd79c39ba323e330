// The checks of module 04's kernel, which run on the device.
#include "modules/04_layers/layers_cuda.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/course/check.h"
#include "modules/course/device_array.h"

namespace layers {
namespace {

using tinytorch::course::DeviceArray;

struct Case {
  Case(int m, int k, int n)
      : a(static_cast<std::size_t>(m * k)),
        b(static_cast<std::size_t>(k * n)),
        y(static_cast<std::size_t>(m * n)) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7) - 3;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i % 5) - 2;
    for (int i = 0; i < m; ++i)
      for (int j = 0; j < n; ++j)
        for (int l = 0; l < k; ++l)
          y[static_cast<std::size_t>(i * n + j)] +=
              a[static_cast<std::size_t>(i * k + l)] * b[static_cast<std::size_t>(l * n + j)];
    DeviceArray<float> of_a(a), of_b(b), of_y(y.size());
    matmul_cuda(of_a.data(), of_b.data(), of_y.data(), m, k, n, nullptr);
    result = of_y.values();
  }

  std::vector<float> a, b, y, result;
};

void check_product(int m, int k, int n) {
  const Case each(m, k, n);
  tinytorch::course::check("matmul_cuda", {each.a, each.b}, each.result, each.y);
}

TEST(MatmulCuda, OfOneBlock) { check_product(16, 3, 16); }
TEST(MatmulCuda, OfSeveralBlocks) { check_product(32, 5, 48); }
TEST(MatmulCuda, WritesNothingBeyondTheEnd) {
  EXPECT_EQ(Case(17, 2, 30).result.size(), 510U);
}  // or it throws
TEST(MatmulCuda, HasAThreadForTheLastElements) { check_product(17, 4, 30); }
TEST(MatmulCuda, OfRowsAndColumns) {
  check_product(1, 9, 40);
  check_product(40, 9, 1);
}

}  // namespace
}  // namespace layers
