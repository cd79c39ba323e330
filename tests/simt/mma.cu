#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mma.h>

#include "tests/simt/testing.h"

namespace simt {
namespace {

namespace wmma = nvcuda::wmma;

// C = 2 A B, with B row-major or column-major; one warp per tile of 16x16. The matrices are n x n, n a
// multiple of 32.
template <class T, class LayoutB>
__global__ void __launch_bounds__(128) product(const T* a, const T* b, float* c, unsigned n) {
  const unsigned warp = threadIdx.x / 32;
  const unsigned row = blockIdx.y * 32 + warp / 2 * 16, column = blockIdx.x * 32 + warp % 2 * 16;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, T, wmma::row_major> a_tile;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, T, LayoutB> b_tile;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::fill_fragment(sum, 0.0F);
  for (unsigned k = 0; k < n; k += 16) {
    wmma::load_matrix_sync(a_tile, a + row * n + k, n);
    const bool is_row_major = std::is_same_v<LayoutB, wmma::row_major>;
    wmma::load_matrix_sync(b_tile, is_row_major ? b + k * n + column : b + column * n + k, n);
    wmma::mma_sync(sum, a_tile, b_tile, sum);
  }
  for (int i = 0; i < sum.num_elements; ++i) {
    sum.x[i] *= 2.0F;
  }
  wmma::store_matrix_sync(c + row * n + column, sum, n, wmma::mem_row_major);
}

template <class T, class LayoutB>
void expect_product() {
  constexpr unsigned kSize = 64;
  std::vector<T> a(kSize * kSize), b(kSize * kSize);
  for (unsigned i = 0; i < kSize * kSize; ++i) {
    a[i] = static_cast<float>(i * 7 % 13) - 6.0F;
    b[i] = static_cast<float>(i * 5 % 11) - 5.0F;
  }
  const DeviceArray<T> a_device(a), b_device(b);
  const DeviceArray<float> c(kSize * kSize);
  ASSERT_EQ(launch_kernel(KERNEL(product<T, LayoutB>), dim3(2, 2), 128, 0, nullptr, a_device.data(),
                          b_device.data(), c.data(), kSize),
            cudaSuccess);
  const std::vector<float> result = c.values();
  for (unsigned i = 0; i < kSize; ++i) {
    for (unsigned j = 0; j < kSize; ++j) {
      float sum = 0.0F;
      for (unsigned k = 0; k < kSize; ++k) {
        const unsigned at = std::is_same_v<LayoutB, wmma::row_major> ? k * kSize + j : j * kSize + k;
        sum += static_cast<float>(a[i * kSize + k]) * static_cast<float>(b[at]);
      }
      ASSERT_EQ(result[i * kSize + j], 2.0F * sum) << i << ", " << j;
    }
  }
}

TEST(Mma, HalfRowMajor) { expect_product<__half, wmma::row_major>(); }
TEST(Mma, HalfColumnMajor) { expect_product<__half, wmma::col_major>(); }
TEST(Mma, BfloatRowMajor) { expect_product<__nv_bfloat16, wmma::row_major>(); }
TEST(Mma, BfloatColumnMajor) { expect_product<__nv_bfloat16, wmma::col_major>(); }

__global__ void load_tile(const __half* tile, unsigned stride) {
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> fragment;
  wmma::load_matrix_sync(fragment, tile, stride);
}

TEST(Mma, TilesMustBeAligned) {
  const DeviceArray<__half> x(1024);
  EXPECT_EQ(launch_kernel(KERNEL(load_tile), 1, 32, 0, nullptr, x.data(), 24U), cudaSuccess);
  EXPECT_EQ(last_fault(), "");
  EXPECT_EQ(launch_kernel(KERNEL(load_tile), 1, 32, 0, nullptr, x.data() + 8, 16U), cudaSuccess);
  EXPECT_THAT(last_fault(), testing::HasSubstr("a matrix tile is not aligned to 32 bytes"));
  reset_device();
  EXPECT_EQ(launch_kernel(KERNEL(load_tile), 1, 32, 0, nullptr, x.data(), 20U), cudaSuccess);
  EXPECT_THAT(last_fault(), testing::HasSubstr("the stride of a matrix tile is not a multiple of 16 bytes"));
  reset_device();
}

}  // namespace
}  // namespace simt
