#include "gemm.h"

#include "job.h"

#include <algorithm>
#include <bit>

namespace simt {
namespace {

// Tiles keep the factors' elements, which are read k/kTile times less often so, near and in double. They lie
// on the fiber's stack: 6 KiB.
constexpr int kTile = 16;
using Tile = double[kTile][kTile];

// TF32 has float's exponent and 10 bits of its mantissa's 23; to nearest, ties to even. Infinity and NaN
// stay.
float round_to_tf32(float x) {
  constexpr std::uint32_t kDropped = 13, kExponent = 0x7f800000;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & kExponent) == kExponent) return x;
  const std::uint32_t half = (1u << (kDropped - 1)) - 1 + (bits >> kDropped & 1);
  return std::bit_cast<float>((bits + half) >> kDropped << kDropped);
}

double element(double x, bool) { return x; }
double element(float x, bool tf32) { return double{tf32 ? round_to_tf32(x) : x}; }

// The part of a factor that a tile holds: count_i x count_k elements, and zeros beyond them.
template <class T>
struct Window {
  const T* data;
  std::int64_t step_i, step_k;
  std::int64_t count_i, count_k;
};

template <class T>
void load(const Window<T>& window, bool tf32, Tile& tile) {
  for (int p = 0; p < kTile; ++p)
    for (int i = 0; i < kTile; ++i) {
      const bool inside = i < window.count_i && p < window.count_k;
      tile[p][i] = inside ? element(window.data[i * window.step_i + p * window.step_k], tf32) : 0.0;
    }
}

// sum[j][i] += the products over a tile's k. Only tiles are touched here, so there is nothing for TSan to
// see, which would take most of its time here.
__attribute__((no_sanitize("thread"))) void multiply(const Tile& a, const Tile& b, Tile& sum) {
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
    Tile a, b, sum = {};
    for (std::int64_t p = 0; p < gemm_.k; p += kTile) {
      load(window(gemm_.a, gemm_.a.transposed, i, gemm_.m, p), gemm_.tf32, a);
      load(window(gemm_.b, !gemm_.b.transposed, j, gemm_.n, p), gemm_.tf32, b);
      multiply(a, b, sum);
    }
    store(sum, i, j);
  }

  // From (i, p) on, where `along_k` says that k runs along the factor's columns.
  Window<T> window(const Factor& factor, bool along_k, std::int64_t i, std::int64_t size_i,
                   std::int64_t p) const {
    const std::int64_t step_i = along_k ? factor.ld : 1;
    const std::int64_t step_k = along_k ? 1 : factor.ld;
    const T* data = static_cast<const T*>(factor.data) + index_ * factor.stride;
    return {data + i * step_i + p * step_k, step_i, step_k, size_i - i, gemm_.k - p};
  }

  void store(const Tile& sum, std::int64_t i, std::int64_t j) const {
    const std::int64_t rows = std::min<std::int64_t>(kTile, gemm_.m - i);
    const std::int64_t cols = std::min<std::int64_t>(kTile, gemm_.n - j);
    T* d = static_cast<T*>(gemm_.d) + index_ * gemm_.stride_d;
    for (std::int64_t col = 0; col < cols; ++col)
      for (std::int64_t row = 0; row < rows; ++row)
        d[i + row + (j + col) * gemm_.ldd] = finish(sum[col][row], i + row, j + col);
  }

  T finish(double sum, std::int64_t i, std::int64_t j) const {
    double value = gemm_.alpha * sum;
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

// The real libraries may write anywhere in their workspace; writing to its ends shows whoever else uses it.
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

cudaError_t run_gemm(cudaStream_t stream, const char* name, const Gemm& gemm) {
  return run_job(stream, name, gemm.f64 ? compute<double> : compute<float>, gemm);
}

}  // namespace simt
