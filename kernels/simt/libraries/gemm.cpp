#include "gemm.h"

#include "job.h"

#include <algorithm>
#include <bit>

namespace simt {
namespace {

// Tiles of A, B and the result, so that each element of A and B is loaded once per tile of the result instead
// of once per element. They are on the fiber's stack: up to 6 KiB.
constexpr int kTile = 16;
template <class T>
using Tile = T[kTile][kTile];

// Rounds to TF32, which has float's exponent and 10 of its 23 mantissa bits: to nearest, ties to even.
// Infinity and NaN stay.
float round_to_tf32(float x) {
  constexpr std::uint32_t kDropped = 13, kExponent = 0x7f800000;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & kExponent) == kExponent) return x;
  const std::uint32_t half = (1u << (kDropped - 1)) - 1 + (bits >> kDropped & 1);
  return std::bit_cast<float>((bits + half) >> kDropped << kDropped);
}

double element(double x, bool) { return x; }
float element(float x, bool tf32) { return tf32 ? round_to_tf32(x) : x; }

// The submatrix of A or B that a tile holds: size_i x size_k elements, and zeros beyond them.
template <class T>
struct Window {
  const T* data;
  std::int64_t stride_i, stride_k;
  std::int64_t size_i, size_k;
};

template <class T>
void load(const Window<T>& window, bool tf32, Tile<T>& tile) {
  for (int p = 0; p < kTile; ++p)
    for (int i = 0; i < kTile; ++i) {
      const bool inside = i < window.size_i && p < window.size_k;
      tile[p][i] = inside ? element(window.data[i * window.stride_i + p * window.stride_k], tf32) : T(0);
    }
}

// sum[j][i] += a[p][i] * b[p][j] over the tile's p, one after another in T: a GPU's float sums are no more
// exact than these. Only tiles are accessed, so there is nothing for ThreadSanitizer to check, and it would
// spend most of its time here.
template <class T>
__attribute__((no_sanitize("thread"))) void multiply(const Tile<T>& a, const Tile<T>& b, Tile<T>& sum) {
  for (int p = 0; p < kTile; ++p)
    for (int j = 0; j < kTile; ++j)
      for (int i = 0; i < kTile; ++i) sum[j][i] += a[p][i] * b[p][j];
}

// One matrix of the batch.
template <class T>
class Product {
 public:
  Product(const Gemm& gemm, std::int64_t index) : gemm_(gemm), index_(index) {}

  void compute() const {
    for (std::int64_t j = 0; j < gemm_.n; j += kTile)
      for (std::int64_t i = 0; i < gemm_.m; i += kTile) compute_tile(i, j);
  }

 private:
  void compute_tile(std::int64_t i, std::int64_t j) const {
    Tile<T> a, b, sum = {};
    for (std::int64_t p = 0; p < gemm_.k; p += kTile) {
      load(window(gemm_.a, gemm_.a.transposed, i, gemm_.m, p), gemm_.tf32, a);
      load(window(gemm_.b, !gemm_.b.transposed, j, gemm_.n, p), gemm_.tf32, b);
      multiply<T>(a, b, sum);
    }
    store(sum, i, j);
  }

  // The window from (i, p) on. `k_is_contiguous`: consecutive k are adjacent in memory, else consecutive i.
  Window<T> window(const Operand& operand, bool k_is_contiguous, std::int64_t i, std::int64_t size_i,
                   std::int64_t p) const {
    const std::int64_t stride_i = k_is_contiguous ? operand.ld : 1;
    const std::int64_t stride_k = k_is_contiguous ? 1 : operand.ld;
    const T* data = static_cast<const T*>(operand.data) + index_ * operand.stride;
    return {data + i * stride_i + p * stride_k, stride_i, stride_k, size_i - i, gemm_.k - p};
  }

  void store(const Tile<T>& sum, std::int64_t i, std::int64_t j) const {
    const std::int64_t rows = std::min<std::int64_t>(kTile, gemm_.m - i);
    const std::int64_t cols = std::min<std::int64_t>(kTile, gemm_.n - j);
    T* d = static_cast<T*>(gemm_.d) + index_ * gemm_.stride_d;
    for (std::int64_t col = 0; col < cols; ++col)
      for (std::int64_t row = 0; row < rows; ++row)
        d[i + row + (j + col) * gemm_.ldd] = finish(sum[col][row], i + row, j + col);
  }

  T finish(T sum, std::int64_t i, std::int64_t j) const {
    double value = gemm_.alpha * double{sum};
    if (gemm_.beta != 0) value += gemm_.beta * c(i, j);
    if (gemm_.bias != nullptr) value += double{static_cast<const T*>(gemm_.bias)[i]};
    if (gemm_.relu && value < 0) value = 0;
    return static_cast<T>(value);
  }

  double c(std::int64_t i, std::int64_t j) const {
    return double{static_cast<const T*>(gemm_.c)[index_ * gemm_.stride_c + i + j * gemm_.ldc]};
  }

  const Gemm& gemm_;
  std::int64_t index_;
};

// The real libraries may write anywhere in their workspace. Writing to both ends reveals other uses of it.
void touch_workspace(const Gemm& gemm) {
  if (gemm.workspace_bytes == 0) return;
  auto* bytes = static_cast<volatile unsigned char*>(gemm.workspace);
  bytes[0] = 0xff;
  bytes[gemm.workspace_bytes - 1] = 0xff;
}

template <class T>
void compute(const Gemm& gemm) {
  touch_workspace(gemm);
  for (std::int64_t index = 0; index < gemm.batch; ++index) Product<T>(gemm, index).compute();
}

}  // namespace

cublasStatus_t run_gemm(cudaStream_t stream, const char* name, const Gemm& gemm) {
  const cudaError_t error = run_job(stream, name, gemm.f64 ? compute<double> : compute<float>, gemm);
  if (error == cudaErrorMemoryAllocation) return CUBLAS_STATUS_ALLOC_FAILED;
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // namespace simt
