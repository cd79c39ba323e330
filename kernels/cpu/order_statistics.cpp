#include "kernels/order_statistics.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "core/ops/sort_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/sort_entries.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

namespace tinytorch::cpu {
namespace {

/// An element that is looked for: the one at a rank among some elements of a row, whose index is to be
/// written.
struct Target {
  std::int64_t rank;
  std::int64_t* index;
};
using Targets = std::span<Target>;

/// Selects elements of one row by their ranks, digit by digit from the highest bits of their ordered_bits():
/// in each pass a histogram of the next digit tells which elements can still be meant, until these are few.
template <class T>
class RadixSelection {
 public:
  explicit RadixSelection(std::span<const T> x)
      : x_(x),
        chunks_(static_cast<std::size_t>(
            std::clamp<std::int64_t>(std::ssize(x) / kMediumGrain, 1, max_threads()))) {}

  /// @param targets  in ascending order of their ranks
  void run(Targets targets) const { select(targets, {}); }

 private:
  using Bits = decltype(ordered_bits(T{}));
  static constexpr int kBits = 8 * sizeof(T), kDigitBits = std::min(11, kBits);
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

  /// The high bits of some elements.
  struct Prefix {
    Bits value = 0;
    int length = 0;

    bool matches(Bits bits) const { return length == 0 || bits >> (kBits - length) == value; }
    int digit_bits() const { return std::min(kDigitBits, kBits - length); }
    std::size_t next_digit(Bits bits) const {
      return (bits >> (kBits - length - digit_bits())) & ((std::size_t{1} << digit_bits()) - 1);
    }
    Prefix followed_by(std::size_t digit) const {
      const Bits high = length == 0 ? Bits{0} : static_cast<Bits>(value << digit_bits());
      return {static_cast<Bits>(high | digit), length + digit_bits()};
    }
  };

  struct Entry {
    Bits bits;
    std::int64_t index;

    bool operator<(const Entry& other) const {
      return bits != other.bits ? bits < other.bits : index < other.index;
    }
  };

  /// Selects among the elements with a prefix.
  void select(Targets targets, const Prefix& prefix) const {
    const std::vector<std::size_t> counts = count_digits(prefix);
    std::vector<std::size_t> sizes(chunks_);
    std::int64_t before = 0;
    for (std::size_t digit = 0; digit < kDigits && !targets.empty(); ++digit) {
      for (std::size_t chunk = 0; chunk < chunks_; ++chunk) sizes[chunk] = counts[chunk * kDigits + digit];
      const std::size_t size = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
      const std::int64_t end = before + static_cast<std::int64_t>(size);
      std::size_t n = 0;
      for (; n < targets.size() && targets[n].rank < end; ++n) targets[n].rank -= before;
      if (n > 0) select_among(targets.first(n), prefix.followed_by(digit), sizes);
      targets = targets.subspan(n);
      before = end;
    }
  }

  /// select() where the number of the elements in each chunk is known.
  void select_among(Targets targets, const Prefix& prefix, const std::vector<std::size_t>& sizes) const {
    constexpr std::size_t kFew = 8;
    const std::size_t size = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    const bool are_equal = prefix.length == kBits;
    if (!are_equal && size > x_.size() / kFew) return select(targets, prefix);
    std::vector<Entry> entries = collect(prefix, sizes);
    auto begin = entries.begin();  // after the last target, which is in its place
    for (const Target& target : targets) {
      const auto at = entries.begin() + target.rank;
      if (!are_equal && at >= begin) {
        std::nth_element(begin, at, entries.end());
        begin = at + 1;
      }
      *target.index = at->index;
    }
  }

  /// Calls f(chunk, first element, last element) for each chunk of the row, on threads of their own.
  template <class F>
  void for_each_chunk(const F& f) const {
    parallel_for(static_cast<std::int64_t>(chunks_), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto chunk = static_cast<std::size_t>(begin); chunk < static_cast<std::size_t>(end); ++chunk)
        f(chunk, x_.size() * chunk / chunks_, x_.size() * (chunk + 1) / chunks_);
    });
  }

  /// For each chunk, how many of its elements with the prefix have each next digit.
  std::vector<std::size_t> count_digits(const Prefix& prefix) const {
    std::vector<std::size_t> counts(chunks_ * kDigits);
    for_each_chunk([&](std::size_t chunk, std::size_t begin, std::size_t end) {
      std::size_t* const of_chunk = counts.data() + chunk * kDigits;
      for (std::size_t i = begin; i < end; ++i) {
        const Bits bits = ordered_bits(x_[i]);
        if (prefix.matches(bits)) ++of_chunk[prefix.next_digit(bits)];
      }
    });
    return counts;
  }

  /// The elements with a prefix, in order of their indices. Chunks have these many.
  std::vector<Entry> collect(const Prefix& prefix, const std::vector<std::size_t>& sizes) const {
    std::vector<std::size_t> starts(sizes.size() + 1);
    std::partial_sum(sizes.begin(), sizes.end(), starts.begin() + 1);
    std::vector<Entry> entries(starts.back());
    for_each_chunk([&](std::size_t chunk, std::size_t begin, std::size_t end) {
      Entry* to = entries.data() + starts[chunk];
      for (std::size_t i = begin; i < end; ++i) {
        const Bits bits = ordered_bits(x_[i]);
        if (prefix.matches(bits)) *to++ = {bits, static_cast<std::int64_t>(i)};
      }
    });
    return entries;
  }

  std::span<const T> x_;
  std::size_t chunks_;
};

/// The elements of a row at these ranks.
template <class T>
void select_in_row(std::span<const T> x, std::span<const std::int64_t> ranks, std::int64_t* indices) {
  std::vector<Target> targets;
  for (const std::int64_t rank : ranks) targets.push_back({rank, indices++});
  std::ranges::stable_sort(targets, {}, &Target::rank);
  RadixSelection<T>(x).run(targets);
}

/// Whether it pays to sort rows of n elements in which k are looked for, each in some passes.
bool pays_to_sort(std::int64_t rows, std::int64_t n, std::int64_t k) {
  constexpr std::int64_t kShort = 1 << 10, kMany = 8;
  if (n < kShort || k > kMany) return true;
  // A short row is selected from by one thread, while a sort has some for many rows.
  return rows > 1 && n < 2 * kMediumGrain && max_threads() >= kMany;
}

void order_statistics(const Tensor& x, const Tensor& ranks, Tensor& indices) {
  const std::int64_t n = x.shape().back(), k = ranks.shape().back();
  if (pays_to_sort(x.numel() / n, n, k)) return find_order_statistics_by_sort(x, ranks, indices);
  const auto length = static_cast<std::size_t>(n), selected = static_cast<std::size_t>(k);
  const auto* const of_rows = ranks.data<std::int64_t>();
  auto* const to = indices.data<std::int64_t>();
  dispatch_bytes(x.dtype(), [&]<class T>() {
    const T* const rows = static_cast<const T*>(x.raw_data());
    for (std::int64_t row = 0; row < x.numel() / n; ++row)
      select_in_row(std::span(rows + row * n, length), std::span(of_rows + row * k, selected), to + row * k);
  });
}

}  // namespace

void register_order_statistics() { kernels::order_statistics.set(DeviceType::cpu, order_statistics); }

}  // namespace tinytorch::cpu
