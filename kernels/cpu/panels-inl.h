// Small products that share an operand, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/packing-inl.h"

#if defined(TINYTORCH_CPU_PANELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_PANELS_INL_H
#undef TINYTORCH_CPU_PANELS_INL_H
#else
#define TINYTORCH_CPU_PANELS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

template <class T>
void copy_tile(const T* from, std::int64_t from_row_stride, std::int64_t rows, std::int64_t columns, T* to,
               std::int64_t to_row_stride) {
  for (std::int64_t i = 0; i < rows; ++i)
    copy_row(from + i * from_row_stride, columns, to + i * to_row_stride);
}

/// Computes a tile of at most MaxTile rows and columns. The columns of b are readable up to a whole Vector;
/// those of y beyond the tile are not touched.
template <class T>
void multiply_tile(std::int64_t rows, std::int64_t columns, const TileProduct<T>& product) {
  constexpr std::int64_t kLanes = ProductVector<T>::kLanes, kColumns = MaxTile<T>::kColumns;
  const std::int64_t vectors = ceil_div(columns, kLanes);
  if (columns == vectors * kLanes) return MicroKernels<T>::run(rows, vectors, product);
  alignas(64) T edge[MaxTile<T>::kRows * kColumns];
  TileProduct<T> whole = product;
  whole.y = edge, whole.y_row_stride = kColumns;
  if (product.accumulate) copy_tile(product.y, product.y_row_stride, rows, columns, edge, kColumns);
  MicroKernels<T>::run(rows, vectors, whole);
  copy_tile(edge, kColumns, rows, columns, product.y, product.y_row_stride);
}

/// Neighbouring columns of an operand.
template <class T>
struct Panel {
  const T* data;
  std::int64_t row_stride, column, columns;
};

/// The right operand b [terms, columns] of several products, in panels of up to MaxTile::kColumns columns.
template <class T>
class Panels {
 public:
  /// The number of elements of memory that packed panels take.
  static std::int64_t packed_numel(std::int64_t terms, std::int64_t columns) {
    return terms * round_up(columns, kLanes);
  }

  /// Packs b.
  Panels(const Strided<T>& b, std::int64_t terms, std::int64_t columns, T* memory)
      : data_(memory), terms_(terms), columns_(columns) {
    for (std::int64_t column = 0; column < columns; column += kColumns)
      pack_panel(b.part(0, column), terms, std::min(kColumns, columns - column), memory + column * terms);
  }
  /// Reads b where it is.
  /// @param columns  they are neighbours in memory, and fill whole Vectors
  Panels(const Strided<T>& b, std::int64_t terms, std::int64_t columns)
      : data_(b.data), terms_(terms), columns_(columns), row_stride_(b.row_stride) {}
  /// Whether b can be read where it is.
  static bool is_readable(const Strided<T>& b, std::int64_t columns) {
    return b.column_stride == 1 && columns % kLanes == 0;
  }

  std::int64_t terms() const { return terms_; }
  std::int64_t size() const { return ceil_div(columns_, kColumns); }
  Panel<T> operator[](std::int64_t i) const {
    const std::int64_t column = i * kColumns, columns = std::min(kColumns, columns_ - column);
    if (row_stride_ != 0) return {data_ + column, row_stride_, column, columns};
    return {data_ + column * terms_, round_up(columns, kLanes), column, columns};
  }

 private:
  static constexpr std::int64_t kLanes = ProductVector<T>::kLanes, kColumns = MaxTile<T>::kColumns;

  const T* data_;
  std::int64_t terms_, columns_;
  std::int64_t row_stride_ = 0;  // 0: packed
};

/// Calls f(row, rows, panel) for the tiles of a product with m rows. The L1 cache holds either all panels, or
/// one and the rows.
template <class T, class F>
void for_each_tile(std::int64_t m, const Panels<T>& b, const F& f) {
  constexpr std::int64_t kNear = (1 << 14) / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t slivers = ceil_div(m, MaxTile<T>::kRows), panels = b.size();
  const bool is_near = b.terms() * panels * MaxTile<T>::kColumns <= kNear;
  for (std::int64_t outer = 0; outer < (is_near ? slivers : panels); ++outer) {
    for (std::int64_t inner = 0; inner < (is_near ? panels : slivers); ++inner) {
      const std::int64_t sliver = is_near ? outer : inner, row = m * sliver / slivers;
      f(row, m * (sliver + 1) / slivers - row, b[is_near ? inner : outer]);
    }
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
