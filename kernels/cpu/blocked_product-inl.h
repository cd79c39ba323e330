// Matrix products in blocks, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/storage.h"
#include "kernels/cpu/caches.h"
#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/packing-inl.h"
#include "kernels/cpu/panels-inl.h"
#include "kernels/cpu/parallel.h"
#include "kernels/product.h"

#if defined(TINYTORCH_CPU_BLOCKED_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_BLOCKED_PRODUCT_INL_H
#undef TINYTORCH_CPU_BLOCKED_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_BLOCKED_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Products after Goto and van de Geijn (2008) and Van Zee and van de Geijn (BLIS, 2015). Panels of b, of
/// MaxTile::kColumns columns, are packed once; each thread packs slivers of a, of up to
/// MaxTile::kRows rows. The micro-kernel multiplies a sliver from the L2 cache and a panel from the L1 cache.
/// Small operands are read where they are.
template <class T>
class BlockedProduct {
 public:
  BlockedProduct(const Product<T>& p, const ProductOptions& options) : p_(p), options_(options) {}

  void run() {
    if (options_.may_allocate && p_.multiply_adds() >= 2 * kProductGrain) {  // worth a second thread
      run_in_allocated_memory();
    } else if (round_up(p_.n, kColumns) * std::min(p_.k, depth_) <= kSmallBlock) {
      run_on_stack<kSmallBlock>();
    } else {
      run_on_stack<kBlock>();
    }
  }

 private:
  static constexpr std::int64_t kElementSize = sizeof(T), kLanes = ProductVector<T>::kLanes,
                                kRows = MaxTile<T>::kRows, kColumns = MaxTile<T>::kColumns;
  // With AVX2, the L1 cache holds a panel and slivers of this depth, but not of twice as many rows: products
  // of 256 to 1024 are 10 % faster. With AVX-512 it holds neither.
  static constexpr std::int64_t kMaxDepth = HWY_MAX_BYTES == 32 ? kSumUnit : 2 * kSumUnit;
  // Packed blocks of b and a on the stack, in elements. Small products touch few pages.
  static constexpr std::int64_t kBlock = (1 << 18) / kElementSize, kSmallBlock = kBlock / 16,
                                kBlockA = (1 << 18) / kElementSize;
  static constexpr std::int64_t kMinCachedB = 1 << 20, kMinColumns = 8 * kColumns;
  static constexpr std::int64_t kLargeProduct = 1 << 22;
  static constexpr std::int64_t kUnpackedRows = 4 * kRows, kUnpackedColumns = 1024 / kElementSize;

  /// Whether y is in no near cache when its tiles are computed.
  bool is_large() const { return p_.m > kUnpackedRows && p_.multiply_adds() >= kLargeProduct; }

  void run_in_allocated_memory() {
    const std::int64_t budget = std::max(kMinCachedB, last_level_cache_size() / 4) / kElementSize;
    const std::int64_t terms = std::min(round_up(p_.k, depth_), budget / kMinColumns / depth_ * depth_);
    const std::int64_t columns = std::min(round_up(p_.n, kColumns), budget / terms / kColumns * kColumns);
    Storage memory(Device::cpu(), static_cast<std::size_t>(terms * columns * kElementSize));
    run_blocks(terms, columns, reinterpret_cast<T*>(memory.data()));
  }

  template <std::int64_t kElements>
  HWY_NOINLINE void run_on_stack() {
    alignas(64) T memory[kElements];
    run_blocks(depth_, kElements / std::min(p_.k, depth_) / kColumns * kColumns, memory);
  }

  /// Multiplies blocks of up to `terms` rows and `columns` columns of b, which `memory` holds.
  void run_blocks(std::int64_t terms, std::int64_t columns, T* memory) {
    packed_ = memory;
    for (j_ = 0; j_ < p_.n; j_ += columns) {
      columns_ = std::min(columns, p_.n - j_);
      for (l_ = 0; l_ < p_.k; l_ += terms) {
        terms_ = std::min(terms, p_.k - l_);
        multiply_block();
      }
    }
  }

  std::int64_t panels() const { return ceil_div(columns_, kColumns); }
  std::int64_t panel_columns(std::int64_t panel) const {
    return std::min(kColumns, columns_ - panel * kColumns);
  }
  /// The number of terms of the depth_ from `l` on.
  std::int64_t terms_from(std::int64_t l) const { return std::min(depth_, terms_ - l); }

  /// Whether a panel is read from b, for few rows: packing it would cost more than it saves.
  bool is_unpacked(std::int64_t panel) const {
    return p_.m <= kUnpackedRows && p_.b_column_stride == 1 && panel_columns(panel) % kLanes == 0;
  }

  T* packed_panel(std::int64_t panel, std::int64_t l) const {
    return packed_ + l * round_up(columns_, kLanes) + panel * kColumns * terms_from(l);
  }

  Panel<T> panel_at(std::int64_t panel, std::int64_t l) const {
    const std::int64_t column = j_ + panel * kColumns, columns = panel_columns(panel);
    if (is_unpacked(panel)) return {b().at(l_ + l, column), p_.b_row_stride, column, columns};
    return {packed_panel(panel, l), round_up(columns, kLanes), column, columns};
  }

  void pack_panels(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t panel = begin; panel < end; ++panel) {
      if (is_unpacked(panel)) continue;
      for (std::int64_t l = 0; l < terms_; l += depth_)
        pack_panel(b().part(l_ + l, j_ + panel * kColumns), terms_from(l), panel_columns(panel),
                   packed_panel(panel, l));
    }
  }

  /// Partitions the columns among the threads, each of which packs its own panels: reading those that another
  /// one has just packed takes longer than packing a twice. Tall blocks are partitioned by rows.
  void multiply_block() const {
    const std::int64_t tiles = ceil_div(p_.m, kRows), n = panels(), cost = p_.m * columns_ * terms_;
    const bool is_tall =
        p_.m >= kTall * columns_ || (p_.m >= columns_ && n < kPanelsPerThread * max_threads());
    if (!is_tall) {
      return parallel_for(n, grain(cost, n), [&](std::int64_t begin, std::int64_t end) {
        pack_panels(begin, end);
        multiply_part(0, tiles, begin, end);
      });
    }
    parallel_for(n, grain(kPackCost * columns_ * terms_, n),
                 [&](std::int64_t begin, std::int64_t end) { pack_panels(begin, end); });
    parallel_for(tiles, grain(cost, tiles),
                 [&](std::int64_t begin, std::int64_t end) { multiply_part(begin, end, 0, n); });
  }
  static constexpr std::int64_t kTall = 2, kPanelsPerThread = 2;
  static constexpr std::int64_t kPackCost = 8;  // of an element, in multiplications

  /// The grain of n tasks that cost so many multiplications together.
  static std::int64_t grain(std::int64_t cost, std::int64_t n) {
    return kProductGrain / std::max<std::int64_t>(1, cost / std::max<std::int64_t>(1, n)) + 1;
  }

  void multiply_part(std::int64_t tile, std::int64_t end_tile, std::int64_t panel,
                     std::int64_t end_panel) const {
    const bool is_packed = (end_panel - panel) * kColumns > kUnpackedColumns || !is_readable_a();
    is_packed ? multiply_packed(tile, end_tile, panel, end_panel)
              : multiply_tiles(tile, end_tile, panel, end_panel, nullptr);
  }

  /// Whether the micro-kernel can read a as it is: its rows are not in few sets of the L1 cache.
  bool is_readable_a() const {
    constexpr std::int64_t kAliases = 2048;  // bytes
    return p_.a_row_stride == 1 ||
           (p_.a_column_stride == 1 && p_.a_row_stride * kElementSize % kAliases != 0);
  }

  HWY_NOINLINE void multiply_packed(std::int64_t tile, std::int64_t end_tile, std::int64_t panel,
                                    std::int64_t end_panel) const {
    alignas(64) T memory[kBlockA];
    multiply_tiles(tile, end_tile, panel, end_panel, memory);
  }

  /// @param memory  where slivers of a are packed, if it is not null
  void multiply_tiles(std::int64_t tile, std::int64_t end_tile, std::int64_t panel, std::int64_t end_panel,
                      T* memory) const {
    const std::int64_t sliver_numel = kRows * packed_row_stride<T>(depth_),
                       max_slivers = std::max<std::int64_t>(
                           1, std::min(kBlockA, second_level_cache_size() / 4 / kElementSize) / sliver_numel);
    for (; tile < end_tile; tile += max_slivers) {
      const std::int64_t n = std::min(max_slivers, end_tile - tile);
      for (std::int64_t l = 0; l < terms_; l += depth_) {
        Sliver slivers[kMaxSlivers];
        for (std::int64_t s = 0; s < n; ++s)
          slivers[s] = sliver(tile + s, l, memory == nullptr ? nullptr : memory + s * sliver_numel);
        for (std::int64_t j = panel; j < end_panel; ++j) {
          const Panel<T> b = panel_at(j, l);
          for (std::int64_t s = 0; s < n; ++s) multiply(slivers[s], b, l);
        }
      }
    }
  }

  /// Rows of a that are multiplied at once.
  struct Sliver {
    Strided<T> data;
    std::int64_t row, rows;
  };
  static constexpr std::int64_t kMaxSlivers = kBlockA / kRows / kSumUnit;

  /// The rows of a tile, packed if `memory` is not null. Rows are divided evenly, so that no tile is much
  /// smaller than others.
  Sliver sliver(std::int64_t tile, std::int64_t l, T* memory) const {
    const std::int64_t tiles = ceil_div(p_.m, kRows), row = p_.m * tile / tiles,
                       rows = p_.m * (tile + 1) / tiles - row;
    const Strided<T> a{p_.a + row * p_.a_row_stride + (l_ + l) * p_.a_column_stride, p_.a_row_stride,
                       p_.a_column_stride};
    return {memory == nullptr ? a : pack_a(a, rows, p_.m - row, terms_from(l), memory), row, rows};
  }

  void multiply(const Sliver& sliver, const Panel<T>& panel, std::int64_t l) const {
    multiply_tile<T>(sliver.rows, panel.columns,
                     {.k = terms_from(l),
                      .chain = options_.chain,
                      .a = sliver.data.data,
                      .a_row_stride = sliver.data.row_stride,
                      .a_column_stride = sliver.data.column_stride,
                      .b = panel.data,
                      .b_row_stride = panel.row_stride,
                      .y = p_.y + sliver.row * options_.y_row_stride + panel.column,
                      .y_row_stride = options_.y_row_stride,
                      .accumulate = options_.accumulate || l_ + l > 0,
                      .prefetch = is_large()});
  }

  Strided<T> b() const { return {p_.b, p_.b_row_stride, p_.b_column_stride}; }

  /// The number of rows of a panel: the L2 cache holds four panels and slivers, which are in use or come
  /// next.
  static std::int64_t choose_depth() {
    return 4 * (kColumns + kRows) * kMaxDepth * kElementSize <= second_level_cache_size() ? kMaxDepth
                                                                                          : kSumUnit;
  }

  const Product<T>& p_;
  const ProductOptions& options_;
  const std::int64_t depth_ = choose_depth();
  T* packed_ = nullptr;                                   // panels of the block
  std::int64_t j_ = 0, columns_ = 0, l_ = 0, terms_ = 0;  // the block of b
};

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
