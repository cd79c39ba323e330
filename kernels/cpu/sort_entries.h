#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include <hwy/contrib/sort/vqsort.h>

// Sorting without comparing through indices: each element becomes one 64-bit entry, its rank in the high bits
// and its index in the low bits. So entries are distinct, any sort of them is stable, and Highway's vqsort
// (Wassenberg et al. 2022, https://arxiv.org/abs/2205.05982) sorts them in vectors of this processor.
namespace tinytorch::cpu {

/// The unsigned integer of the element's size whose order is that of the elements: NaN is the largest, -0 is
/// 0.
template <class T>
auto ordered_bits(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    const Bits bits = std::bit_cast<Bits>(x + T(0));
    const Bits ordered = (bits & kSign) != 0 ? static_cast<Bits>(~bits) : bits | kSign;
    return x != x ? std::numeric_limits<Bits>::max() : ordered;
  } else if constexpr (std::is_signed_v<T>) {
    using Bits = std::make_unsigned_t<T>;
    return static_cast<Bits>(static_cast<Bits>(x) ^ (Bits{1} << (8 * sizeof(T) - 1)));
  } else {
    return x;
  }
}

/// The entries of the elements of one row. Where rank and index take more than 64 bits, entries have the high
/// bits of the ranks only, and sort_ties() puts elements that these do not tell apart in order.
template <class T>
class SortEntries {
 public:
  using Rank = decltype(ordered_bits(T{}));

  SortEntries(std::span<const T> x, bool descending)
      : x_(x),
        flip_(descending ? std::numeric_limits<Rank>::max() : Rank{0}),
        index_bits_(static_cast<int>(std::bit_width(x.size() - 1))) {
    if (8 * static_cast<int>(sizeof(T)) + index_bits_ > 64) drop_bits();
  }

  std::size_t size() const { return x_.size(); }
  T element(std::uint64_t entry) const { return x_[index(entry)]; }
  /// Whether element i comes after this one, which a single comparison of elements finds. NaNs are after
  /// none.
  bool is_after(std::size_t i, T element) const { return flip_ != 0 ? x_[i] < element : x_[i] > element; }
  /// An element that none comes after.
  T last_element() const {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) return flip_ != 0 ? -Limits::infinity() : Limits::infinity();
    return flip_ != 0 ? Limits::lowest() : Limits::max();
  }
  std::uint64_t entry(std::size_t i) const {
    return (std::uint64_t{rank(i)} - least_) >> dropped_bits_ << index_bits_ | i;
  }
  std::size_t index(std::uint64_t entry) const { return entry & ((std::uint64_t{1} << index_bits_) - 1); }
  /// The order of elements: those with smaller ranks come first, of equal ones the first.
  bool comes_first(std::uint64_t a, std::uint64_t b) const {
    if (dropped_bits_ == 0 || a >> index_bits_ != b >> index_bits_) return a < b;
    const Rank left = rank(index(a)), right = rank(index(b));
    return left != right ? left < right : a < b;
  }
  /// The last entry with the same high bits as this one if these do not tell elements apart; else the entry.
  std::uint64_t last_alike(std::uint64_t entry) const {
    return dropped_bits_ == 0 ? entry : entry | ((std::uint64_t{1} << index_bits_) - 1);
  }
  /// Sorts entries of equal high bits, after all were sorted.
  void sort_ties(std::span<std::uint64_t> entries) const {
    if (dropped_bits_ == 0) return;
    for (auto begin = entries.begin(), end = begin; begin != entries.end(); begin = end) {
      end = std::find_if(begin + 1, entries.end(),
                         [&](std::uint64_t entry) { return (entry ^ *begin) >> index_bits_ != 0; });
      if (end - begin > 1)
        std::sort(begin, end, [&](std::uint64_t a, std::uint64_t b) { return comes_first(a, b); });
    }
  }
  /// The indices of sorted entries, and their elements, unless `values` is null. `indices` may be the
  /// entries.
  void read(const std::uint64_t* entries, std::int64_t n, std::int64_t* indices, T* values) const {
    for (std::int64_t i = 0; i < n; ++i) indices[i] = static_cast<std::int64_t>(index(entries[i]));
    if (values == nullptr) return;
    for (std::int64_t i = 0; i < n; ++i) values[i] = x_[static_cast<std::size_t>(indices[i])];
  }

 private:
  Rank rank(std::size_t i) const { return static_cast<Rank>(ordered_bits(x_[i]) ^ flip_); }

  /// Counts ranks from the least one, and drops the low bits that then leave no room for an index.
  void drop_bits() {
    Rank least = std::numeric_limits<Rank>::max(), most = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      least = std::min(least, rank(i));
      most = std::max(most, rank(i));
    }
    least_ = least;
    dropped_bits_ =
        std::max(0, static_cast<int>(std::bit_width(std::uint64_t{most} - least)) + index_bits_ - 64);
  }

  std::span<const T> x_;
  Rank flip_;
  int index_bits_;
  std::uint64_t least_ = 0;
  int dropped_bits_ = 0;
};

}  // namespace tinytorch::cpu
