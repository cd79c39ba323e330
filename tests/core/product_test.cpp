// Matrix products around the edges of the tiles in which the CPU computes them, by each of the ways that
// TINYTORCH_PRODUCT chooses from.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/matmul.h"
#include "core/ops/random.h"
#include "core/ops/shape.h"
#include "kernels/cpu/product.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

/// TINYTORCH_PRODUCT within its scope.
class ProductScope {
 public:
  explicit ProductScope(const std::string& choice) { choose(choice.c_str()); }
  ~ProductScope() { choose(before_.c_str()); }
  ProductScope(const ProductScope&) = delete;
  ProductScope& operator=(const ProductScope&) = delete;

 private:
  static void choose(const char* choice) {
    setenv("TINYTORCH_PRODUCT", choice, /*overwrite=*/1);
    cpu::choose_product();
  }
  static std::string from_environment() {
    const char* const value = std::getenv("TINYTORCH_PRODUCT");
    return value == nullptr ? "" : value;
  }

  std::string before_ = from_environment();
};

/// Small integers, whose products and sums are exact in each dtype.
Tensor small_integers(std::int64_t rows, std::int64_t columns, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(rows * columns));
  std::uint32_t state = static_cast<std::uint32_t>(rows * 31 + columns);
  for (double& value : values) {
    state = state * 1664525 + 1013904223;
    value = static_cast<double>(state >> 28) - 7;
  }
  return from_values(values, {rows, columns}).to(dtype).to(backend());
}

enum class MatrixLayout { rows, columns, aliasing_rows, aliasing_columns, strided };
constexpr MatrixLayout kLayouts[] = {MatrixLayout::rows, MatrixLayout::columns, MatrixLayout::aliasing_rows,
                                     MatrixLayout::aliasing_columns, MatrixLayout::strided};

/// x with contiguous rows or columns, which may be 4096 elements apart and so in the same sets of caches, or
/// with gaps in both directions.
Tensor in_layout(const Tensor& x, MatrixLayout layout) {
  constexpr std::int64_t kApart = 4096;
  const std::int64_t rows = x.shape()[0], columns = x.shape()[1];
  const Options options{.dtype = x.dtype(), .device = x.device()};
  if (layout == MatrixLayout::rows) return x;
  if (layout == MatrixLayout::columns) return transpose(clone(transpose(x)));
  if (layout == MatrixLayout::aliasing_columns)
    return transpose(in_layout(transpose(x), MatrixLayout::aliasing_rows));
  Tensor y;
  if (layout == MatrixLayout::aliasing_rows) {
    y = slice(empty({rows, kApart}, options), 1, 0, columns);
  } else {
    y = select(empty({rows, columns, 2}, options), 2, 1);
  }
  assign(y, x);
  return y;
}

/// The product by its definition.
std::vector<double> product_of(const Tensor& a, const Tensor& b) {
  const std::int64_t m = a.shape()[0], k = a.shape()[1], n = b.shape()[1];
  const std::vector<double> left = a.to_vector<double>(), right = b.to_vector<double>();
  std::vector<double> y(static_cast<std::size_t>(m * n));
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t l = 0; l < k; ++l) {
      for (std::int64_t j = 0; j < n; ++j)
        y[static_cast<std::size_t>(i * n + j)] +=
            left[static_cast<std::size_t>(i * k + l)] * right[static_cast<std::size_t>(l * n + j)];
    }
  }
  return y;
}

void expect_exact_product(std::int64_t m, std::int64_t n, std::int64_t k, DType dtype) {
  const Tensor a = small_integers(m, k, dtype), b = small_integers(k, n, dtype);
  const std::vector<double> expected = product_of(a, b);
  for (const MatrixLayout a_layout : kLayouts) {
    for (const MatrixLayout b_layout : kLayouts) {
      const Tensor y = matmul(in_layout(a, a_layout), in_layout(b, b_layout));
      ASSERT_EQ(y.to_vector<double>(), expected)
          << m << " x " << n << " x " << k << " in " << dtype << ", layouts " << static_cast<int>(a_layout)
          << ", " << static_cast<int>(b_layout);
    }
  }
}

TEST(Product, IsExactAroundTheEdgesOfTiles) {
  if (backend().type == DeviceType::cuda) GTEST_SKIP() << "only the CPU's kernels have these tiles";
  for (const std::string& choice : cpu::product_choices()) {
    SCOPED_TRACE(choice);
    const ProductScope scope(choice);
    for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64}) {
      for (std::int64_t m = 1; m <= 15; ++m) expect_exact_product(m, 2 * m + 3, 17, dtype);
      for (std::int64_t n = 1; n <= 33; n += 2) expect_exact_product(7, n, 3, dtype);
      for (const std::int64_t k : {1, 2, 47, 48, 49, 191, 193, 383, 385, 770})
        expect_exact_product(5, 18, k, dtype);
    }
  }
}

TEST(Product, IsExactWhereOperandsArePacked) {
  if (backend().type == DeviceType::cuda) GTEST_SKIP() << "only the CPU's kernels have these blocks";
  for (const std::string& choice : cpu::product_choices()) {
    SCOPED_TRACE(choice);
    const ProductScope scope(choice);
    for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
      expect_exact_product(61, 67, 400, dtype);
      expect_exact_product(130, 129, 270, dtype);
    }
  }
}

TEST(Product, OfNoTermsIsZero) {
  for (const std::string& choice : cpu::product_choices()) {
    const ProductScope scope(choice);
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Options options{.dtype = dtype, .device = backend()};
      EXPECT_EQ(matmul(ones({3, 0}, options), ones({0, 2}, options)).to_vector<double>(),
                std::vector<double>(6));
    }
  }
}

TEST(Product, HasTheSameBitsForAnyNumberOfThreads) {
  if (backend().type == DeviceType::cuda) GTEST_SKIP() << "only the CPU uses threads";
  for (const std::string& choice : cpu::product_choices()) {
    SCOPED_TRACE(choice);
    const ProductScope scope(choice);
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (const auto& [m, n, k] :
           {std::tuple{300, 201, 501}, {21, 900, 400}, {900, 19, 400}, {4, 700, 800}}) {
        Generator generator(1);
        const Options options{.dtype = dtype, .device = backend()};
        const Tensor a = randn({m, k}, options, generator), b = randn({k, n}, options, generator);
        const Tensor b_columns = in_layout(b, MatrixLayout::columns);
        for (const Tensor& right : {b, b_columns}) {
          const auto call = [&] { return matmul(a, right); };
          const std::vector<double> y = on_threads(1, call).to_vector<double>();
          for (const int threads : {2, 5}) EXPECT_EQ(on_threads(threads, call).to_vector<double>(), y);
        }
      }
    }
  }
}

TEST(Product, OfAnUnknownChoiceIsAnErrorThatNamesTheOthers) {
  const ProductScope scope("auto");
  setenv("TINYTORCH_PRODUCT", "mkl", /*overwrite=*/1);
  EXPECT_ERROR(cpu::choose_product(), ValueError,
               std::string("[TINYTORCH_PRODUCT] \"mkl\" is none of the ways in which this build multiplies "
                           "matrices: auto, own") +
                   (cpu::product_choices().size() == 3 ? ", onednn" : ""));
}

}  // namespace
}  // namespace tinytorch::testing
