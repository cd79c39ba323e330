#pragma once

#include <cstdint>
#include <type_traits>

#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "simt/kernel_interface.h"
#include "simt/one_of.h"

// CUDA's header for the emulated device: warp matrix products of 16x16x16, half or bfloat16 into float. See
// kernels/simt/README.md. CUDA leaves the layout of fragments unspecified; here element e of lane l is
// element 32 e + l of the tile in row-major order. NOLINTBEGIN(readability-identifier-naming)
namespace nvcuda::wmma {

struct row_major {};
struct col_major {};
struct matrix_a {};
struct matrix_b {};
struct accumulator {};
enum layout_t { mem_row_major, mem_col_major };

template <class Use, class T, class Layout>
concept Fragment = (simt::OneOf<Use, matrix_a, matrix_b> && simt::OneOf<T, __half, __nv_bfloat16> &&
                    simt::OneOf<Layout, row_major, col_major>) ||
                   (std::is_same_v<Use, accumulator> && std::is_same_v<T, float> && std::is_void_v<Layout>);

template <class Use, int m, int n, int k, class T, class Layout = void>
requires(Fragment<Use, T, Layout>&& m == 16 && n == 16 && k == 16) class fragment {
 public:
  using element_type = T;
  static constexpr int num_elements = 8;
  T x[num_elements];
};

/// The position of a lane's element in the tile.
struct Position {
  unsigned row, column;
  Position(int element, unsigned lane)
      : row((static_cast<unsigned>(element) * 32 + lane) / 16), column(lane % 16) {}
  unsigned offset(unsigned stride, bool is_row_major) const {
    return is_row_major ? row * stride + column : column * stride + row;
  }
};

/// CUDA requires tiles aligned to 32 bytes and rows (or columns) aligned to 16 bytes, and that all lanes take
/// part.
template <class T>
void check_tile(const T* tile, unsigned stride, simt::Site at) {
  if (reinterpret_cast<std::uintptr_t>(tile) % 32 != 0) {
    simt::device_fault("a matrix tile is not aligned to 32 bytes", at);
  }
  if (stride * sizeof(T) % 16 != 0) {
    simt::device_fault("the stride of a matrix tile is not a multiple of 16 bytes", at);
  }
  simt::warp_ballot(~0U, 0, at);
}

template <class Use, class T, class Layout>
void fill_fragment(fragment<Use, 16, 16, 16, T, Layout>& f, const std::type_identity_t<T>& value) {
  for (T& element : f.x) {
    element = value;
  }
}

template <class Use, class T, class Layout>
void load_matrix_sync(fragment<Use, 16, 16, 16, T, Layout>& f, const T* tile, unsigned stride,
                      simt::Site at = simt::Site::current()) {
  check_tile(tile, stride, at);
  for (int e = 0; e < f.num_elements; ++e) {
    const Position position(e, simt::registers.lane);
    f.x[e] = tile[position.offset(stride, std::is_same_v<Layout, row_major>)];
  }
}

inline void load_matrix_sync(fragment<accumulator, 16, 16, 16, float>& f, const float* tile, unsigned stride,
                             layout_t layout, simt::Site at = simt::Site::current()) {
  check_tile(tile, stride, at);
  for (int e = 0; e < f.num_elements; ++e) {
    f.x[e] = tile[Position(e, simt::registers.lane).offset(stride, layout == mem_row_major)];
  }
}

inline void store_matrix_sync(float* tile, const fragment<accumulator, 16, 16, 16, float>& f, unsigned stride,
                              layout_t layout, simt::Site at = simt::Site::current()) {
  check_tile(tile, stride, at);
  for (int e = 0; e < f.num_elements; ++e) {
    tile[Position(e, simt::registers.lane).offset(stride, layout == mem_row_major)] = f.x[e];
  }
}

/// The operands of a lane in a product.
template <class T>
struct Operands {
  float* d;
  const T* a;
  const T* b;
  const float* c;
};

/// Multiplies the tiles that 32 lanes hold.
template <class T>
void multiply(void* const* lanes) {
  float a[16][16], b[16][16], d[16][16];
  const auto each = [&](auto visit) {
    for (unsigned lane = 0; lane < 32; ++lane) {
      for (int e = 0; e < 8; ++e) {
        visit(*static_cast<const Operands<T>*>(lanes[lane]), e, Position(e, lane));
      }
    }
  };
  each([&](const Operands<T>& lane, int e, Position at) {
    a[at.row][at.column] = lane.a[e];
    b[at.row][at.column] = lane.b[e];
    d[at.row][at.column] = lane.c[e];
  });
  for (int row = 0; row < 16; ++row) {
    for (int k = 0; k < 16; ++k) {
      for (int column = 0; column < 16; ++column) {
        d[row][column] += a[row][k] * b[k][column];
      }
    }
  }
  each([&](const Operands<T>& lane, int e, Position at) { lane.d[e] = d[at.row][at.column]; });
}

template <class T, class LayoutA, class LayoutB>
void mma_sync(fragment<accumulator, 16, 16, 16, float>& d,
              const fragment<matrix_a, 16, 16, 16, T, LayoutA>& a,
              const fragment<matrix_b, 16, 16, 16, T, LayoutB>& b,
              const fragment<accumulator, 16, 16, 16, float>& c, simt::Site at = simt::Site::current()) {
  Operands<T> own{d.x, a.x, b.x, c.x};
  simt::warp_gather(~0U, &own, multiply<T>, at);
}

}  // namespace nvcuda::wmma
// NOLINTEND(readability-identifier-naming)
