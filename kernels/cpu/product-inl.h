// Matrix products, compiled once for each instruction set: see kernels/cpu/targets.h. The order of k in which
// an element is summed does not depend on the number of threads.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "core/storage.h"
#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/product.h"

#if defined(TINYTORCH_CPU_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_PRODUCT_INL_H
#undef TINYTORCH_CPU_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// True for long sums that need care, see kernels/product.h. Those of rows and of f64 are exact enough.
template <class T>
bool has_long_sums(const Product<T>& p) {
  return std::is_same_v<T, float> && p.k > kLongSum && !p.is_vector();
}

/// Whether multiply() calls the library.
template <class T>
bool prefers_library(const Product<T>& p) {
  if constexpr (std::is_same_v<T, float>) {
    return kHasLibraryProduct && is_library_product(p);
  } else {
    return false;
  }
}

/// A partition of the elements of a product into tiles of about the same size.
struct Tiling {
  std::int64_t m, n, row_tiles, column_tiles;

  /// Tiles of up to this many rows and columns.
  Tiling(std::int64_t m, std::int64_t n, std::int64_t rows, std::int64_t columns)
      : m(m), n(n), row_tiles(ceil_div(m, rows)), column_tiles(ceil_div(n, columns)) {}

  /// Tiles of up to `area` elements, as square as that allows.
  Tiling(std::int64_t m, std::int64_t n, std::int64_t area) : m(m), n(n) {
    const std::int64_t side = std::int64_t{1} << (std::bit_width(static_cast<std::uint64_t>(area)) - 1) / 2;
    row_tiles = ceil_div(m, area / std::min(n, side));
    column_tiles = ceil_div(n, area / ceil_div(m, row_tiles));
  }
  std::int64_t numel() const { return row_tiles * column_tiles; }

  struct Tile {
    std::int64_t i, rows, j, columns;
  };
  Tile tile(std::int64_t index) const {
    const std::int64_t row = index / column_tiles, column = index % column_tiles;
    const std::int64_t i = m * row / row_tiles, j = n * column / column_tiles;
    return {i, m * (row + 1) / row_tiles - i, j, n * (column + 1) / column_tiles - j};
  }
};

/// The product by the library, on this thread, in chains.
/// @return  false if the library failed
inline bool library_chains(const Product<float>& p, const ProductOptions& options) {
  if constexpr (kHasLibraryProduct) {
    for (std::int64_t l = 0; l < p.k; l += options.chain) {
      const Product<float> terms = p.part(0, p.m, 0, p.n, l, std::min(options.chain, p.k - l), p.y);
      if (!library_product(terms, options.y_row_stride, options.accumulate || l > 0)) return false;
    }
  }
  return kHasLibraryProduct;
}

/// y = the sum of f64 partials [chunks, numel] over the chunks, in their order.
template <class T>
void add_partials(const double* partials, std::int64_t chunks, std::int64_t numel, T* y) {
  parallel_for(numel, kCheapGrain / chunks + 1, [&](std::int64_t begin, std::int64_t end) {
    constexpr std::int64_t kBlock = 256;
    double totals[kBlock];
    for (std::int64_t first = begin; first < end; first += kBlock) {
      const std::int64_t n = std::min(kBlock, end - first);
      std::copy_n(partials + first, n, totals);
      for (std::int64_t chunk = 1; chunk < chunks; ++chunk) {
        const double* const from = partials + chunk * numel + first;
        for (std::int64_t i = 0; i < n; ++i) totals[i] += from[i];
      }
      for (std::int64_t i = 0; i < n; ++i) y[first + i] = static_cast<T>(totals[i]);
    }
  });
}

/// A product of up to kLongSum terms by the library. Threads compute tiles that depend on the shape alone.
/// @return  false if the library failed
inline bool library_tiles(const Product<float>& p, const ProductOptions& options) {
  constexpr std::int64_t kMinCost = 1 << 21, kMinArea = 1 << 10, kMaxArea = 1 << 16, kTiles = 16;
  const std::int64_t area = std::max({std::min(p.m * p.n / kTiles, kMaxArea), kMinCost / p.k, kMinArea});
  const Tiling tiling(p.m, p.n, area);
  std::atomic<bool> succeeded{true};
  parallel_for(
      tiling.numel(), kProductGrain / std::max<std::int64_t>(1, p.multiply_adds() / tiling.numel()) + 1,
      [&](std::int64_t begin, std::int64_t end) {
        [[maybe_unused]] const SingleThreadScope single_thread;
        for (std::int64_t index = begin; index < end; ++index) {
          const auto [i, rows, j, columns] = tiling.tile(index);
          const Product<float> tile = p.part(i, rows, j, columns, 0, p.k, p.y + i * options.y_row_stride + j);
          if (!library_chains(tile, options)) succeeded = false;
        }
      });
  return succeeded;
}

/// The number of terms of a long sum that are added in f32: in chains, and then those.
inline constexpr std::int64_t kChainBlock = 8 * kExactChain;
/// The largest tile of long sums. It is on the stack, in f64 and once more in T.
inline constexpr std::int64_t kLongSumTile = 1 << 15;

/// y = a b on this thread, for k up to kChainBlock, in short chains.
template <class T>
void multiply_in_chains(const Product<T>& p) {
  const ProductOptions options{.y_row_stride = p.n, .chain = kExactChain};
  if constexpr (std::is_same_v<T, float>) {
    if (prefers_library(p) && library_chains(p, options)) return;
  }
  own_product(p, options);
}

/// totals += a b on this thread, where totals [m, n] are f64, at most kLongSumTile. Blocks of terms are added
/// in T first.
template <class T>
void add_to_totals(const Product<T>& p, double* totals) {
  alignas(64) T sums[kLongSumTile];
  for (std::int64_t l = 0; l < p.k; l += kChainBlock) {
    multiply_in_chains(p.part(0, p.m, 0, p.n, l, std::min(kChainBlock, p.k - l), sums));
    INDEPENDENT
    for (std::int64_t i = 0; i < p.m * p.n; ++i) totals[i] += static_cast<double>(sums[i]);
  }
}

/// Long sums for the elements of matrices y [matrices, m, n]. Tiles of y, of up to kLongSumTile elements,
/// and, where these are few, chunks of the terms are tasks, which depend on the shape alone. Each task adds
/// in f64.
struct TiledSums {
  Tiling tiling;
  std::int64_t matrices;
  std::int64_t blocks, chunks;  // blocks of terms, which are divided into chunks; more than one takes memory
  std::int64_t cost;            // of all sums, in multiplications

  /// The number of threads that run() uses.
  std::int64_t threads() const {
    return std::clamp<std::int64_t>(cost / kProductGrain, 1, std::min(tasks(), max_threads()));
  }

  /// @param add  add(thread, matrix, tile, begin, end, totals) adds blocks [begin, end) to a tile's totals
  template <class T, class Add>
  void run(T* y, const Add& add) const {
    if (chunks == 1) return run_tasks(y, add);
    Storage memory(Device::cpu(), static_cast<std::size_t>(chunks * numel()) * sizeof(double));
    auto* const partials = reinterpret_cast<double*>(memory.data());
    run_tasks(partials, add);
    add_partials(partials, chunks, numel(), y);
  }

 private:
  std::int64_t numel() const { return matrices * tiling.m * tiling.n; }
  std::int64_t tasks() const { return matrices * tiling.numel() * chunks; }

  /// Writes the sums of chunk c to y + c numel().
  template <class Y, class Add>
  void run_tasks(Y* y, const Add& add) const {
    const std::int64_t n = threads();
    parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
      [[maybe_unused]] const SingleThreadScope single_thread;
      for (std::int64_t thread = begin; thread < end; ++thread) {
        for (std::int64_t task = tasks() * thread / n; task < tasks() * (thread + 1) / n; ++task)
          run_task(thread, task, y, add);
      }
    });
  }

  template <class Y, class Add>
  void run_task(std::int64_t thread, std::int64_t task, Y* y, const Add& add) const {
    const std::int64_t tiles = matrices * tiling.numel(), chunk = task / tiles;
    const std::int64_t matrix = task % tiles / tiling.numel();
    const Tiling::Tile tile = tiling.tile(task % tiling.numel());
    alignas(64) double totals[kLongSumTile];
    std::fill_n(totals, tile.rows * tile.columns, 0.0);
    add(thread, matrix, tile, blocks * chunk / chunks, blocks * (chunk + 1) / chunks, totals);
    Y* to = y + chunk * numel() + (matrix * tiling.m + tile.i) * tiling.n + tile.j;
    for (std::int64_t row = 0; row < tile.rows; ++row, to += tiling.n) {
      for (std::int64_t column = 0; column < tile.columns; ++column)
        to[column] = static_cast<Y>(totals[row * tile.columns + column]);
    }
  }
};

/// A product of long sums.
/// @param may_split  if k may be divided into chunks, which takes memory
inline void long_product(const Product<float>& p, bool may_split) {
  constexpr std::int64_t kTasks = 16, kMaxColumns = 256;
  const std::int64_t tile_columns = std::min(p.n, kMaxColumns);
  const Tiling tiling(p.m, p.n, kLongSumTile / tile_columns, tile_columns);
  const std::int64_t chunks =
      std::min({ceil_div(kTasks, tiling.numel()), p.multiply_adds() / kProductGrain, p.k / kLongSum});
  const TiledSums sums{.tiling = tiling,
                       .matrices = 1,
                       .blocks = p.k,
                       .chunks = may_split ? std::max<std::int64_t>(1, chunks) : 1,
                       .cost = p.multiply_adds()};
  sums.run(p.y, [&](std::int64_t /*thread*/, std::int64_t /*matrix*/, const Tiling::Tile& tile,
                    std::int64_t begin, std::int64_t end, double* totals) {
    add_to_totals(p.part(tile.i, tile.rows, tile.j, tile.columns, begin, end - begin, nullptr), totals);
  });
}

/// A product whose sums are parts of long ones.
template <class T>
void multiply_long(const Product<T>& p) {
  if constexpr (std::is_same_v<T, float>) {
    if (!p.is_vector()) return long_product(p, /*may_split=*/false);
  }
  own_product(p, {.y_row_stride = p.n});
}

/// @param options  for long sums y is contiguous and not added to
/// @return  false if the library failed
template <class T>
bool multiply(const Product<T>& p, const ProductOptions& options) {
  if constexpr (std::is_same_v<T, float>) {
    if (has_long_sums(p)) {
      long_product(p, options.may_allocate);
      return true;
    }
    if (prefers_library(p)) return library_tiles(p, options);
  }
  own_product(p, options);
  return true;
}

/// multiply() by our own kernels where the library fails.
template <class T>
void multiply_or_fall_back(const Product<T>& p, const ProductOptions& options) {
  if (!multiply(p, options)) own_product(p, options);
}
template <class T>
void multiply_or_fall_back(const Product<T>& p) {
  multiply_or_fall_back(p, {.y_row_stride = p.n});
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
