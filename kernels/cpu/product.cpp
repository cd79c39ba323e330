#include "kernels/cpu/product.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/device.h"
#include "kernels/cpu/choice.h"

namespace tinytorch::cpu {
namespace {

ProductChoice chosen_product = ProductChoice::automatic;

/// Sizes from the first to the last.
struct SizeRange {
  std::int64_t first, last;

  bool contains(std::int64_t n) const { return first <= n && n <= last; }
};
constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();

/// The products that the library computes faster, where the rows of b are contiguous.
///
/// Measured on one and two threads of an EPYC (Zen 4; FMA peak 117 GF/s a thread) with oneDNN 2.6, with
/// AVX-512 and with AVX2: m = n = k in 16, 32, ... 2048; m in 4, 16, 32, 64, n = 16 and k = 16 with the
/// others 512 and 1024; with a and b as they are, a transposed, or b transposed. GF/s on one thread with
/// AVX-512, of our own kernels and of the library:
///
///       16 x   16 x   16    71    20
///       64 x   64 x   64   102    97
///      512 x  512 x  512   108   112    with AVX2 93 and 72, as cache lines of rows 2048 bytes apart alias
///     1024 x 1024 x 1024   100    98
///     2048 x 2048 x 2048    97    98
///       16 x 1024 x 1024   107    99
///     1024 x   16 x 1024    88    80
///     b transposed:         90 % of these, and 16 - 92
///
/// On a Xeon (Sapphire Rapids; FMA peak 176 GF/s a thread), with AVX-512:
///
///      256 x  256 x  256   158   153
///      512 x  512 x  512   150   164    a transposed: 134, 158
///     1024 x 1024 x 1024   151   155
///     2048 x 2048 x 2048   149   153    a transposed: 143, 120
struct LibraryProducts {
  SizeRange m, n, k;
  bool needs_avx512 = false, needs_rows_of_a = false;

  bool contains(const Product<float>& p) const {
    static const bool has_avx512 = std::string_view(instruction_set()) == "avx512";
    return m.contains(p.m) && n.contains(p.n) && k.contains(p.k) && (has_avx512 || !needs_avx512) &&
           (p.a_column_stride == 1 || !needs_rows_of_a);
  }
};
constexpr std::array<LibraryProducts, 6> kLibraryProducts{{
    {{96, 192}, {96, 192}, {64, 192}},       //  128 x  128 x  128: 106, 112
    {{48, 96}, {48, 96}, {512, kMany}},      //   64 x   64 x 1024: 99, 109
    {{256, kMany}, {256, kMany}, {8, 32}},   // 1024 x 1024 x   16: 77, 97
    {{2, 8}, {1024, kMany}, {1024, kMany}},  //    4 x 4096 x 1024: 26, 40
    {{384, 768}, {384, 768}, {384, 768}, /*needs_avx512=*/true},
    {{384, kMany}, {384, kMany}, {384, kMany}, /*needs_avx512=*/true, /*needs_rows_of_a=*/true},
}};

bool is_faster_in_library(const Product<float>& p) {
  return p.b_column_stride == 1 &&
         std::any_of(kLibraryProducts.begin(), kLibraryProducts.end(),
                     [&](const LibraryProducts& range) { return range.contains(p); });
}

}  // namespace

std::vector<std::string> product_choices() {
  if (kHasLibraryProduct) return {"auto", "own", "onednn"};
  return {"auto", "own"};
}

void choose_product() {
  chosen_product = static_cast<ProductChoice>(
      choose("TINYTORCH_PRODUCT", product_choices(), "the ways in which this build multiplies matrices"));
}

bool is_library_product(const Product<float>& p) {
  if (p.is_vector() || p.m == 0 || p.n == 0 || p.k == 0 || chosen_product == ProductChoice::own) return false;
  return chosen_product == ProductChoice::onednn || is_faster_in_library(p);
}

}  // namespace tinytorch::cpu
