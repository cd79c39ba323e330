#include "core/ops/sort_kernels.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "core/storage.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/sort_entries.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

namespace tinytorch::cpu {
namespace {

using Words = std::span<std::uint64_t>;

/// The number of elements of `a` among the first n of the merged a and b, which are sorted.
std::size_t merged_from_first(Words a, Words b, std::size_t n) {
  std::size_t low = n > b.size() ? n - b.size() : 0, high = std::min(n, a.size());
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const bool more = a[middle] < b[n - middle - 1];
    low = more ? middle + 1 : low;
    high = more ? high : middle;
  }
  return low;
}

/// Merges sorted runs of `length` entries pairwise into `to`, in equal shares of the result for the threads.
void merge_runs(Words from, std::size_t length, Words to) {
  const std::size_t n = from.size(), pairs = (n + 2 * length - 1) / (2 * length);
  const std::size_t shares = (static_cast<std::size_t>(max_threads()) + pairs - 1) / pairs;
  parallel_for(static_cast<std::int64_t>(pairs * shares), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto task = static_cast<std::size_t>(begin); task < static_cast<std::size_t>(end); ++task) {
      const std::size_t first = task / shares * 2 * length, share = task % shares;
      const Words pair = from.subspan(first, std::min(2 * length, n - first));
      const Words a = pair.first(std::min(length, pair.size())), b = pair.subspan(a.size());
      const std::size_t start = pair.size() * share / shares, stop = pair.size() * (share + 1) / shares;
      const std::size_t a_start = merged_from_first(a, b, start), a_stop = merged_from_first(a, b, stop);
      const Words left = a.subspan(a_start, a_stop - a_start),
                  right = b.subspan(start - a_start, stop - a_stop - (start - a_start));
      std::merge(left.begin(), left.end(), right.begin(), right.end(), to.subspan(first + start).begin());
    }
  });
}

void sort_words(const hwy::Sorter& sorter, Words words) {
  sorter(words.data(), words.size(), hwy::SortAscending());
}

/// Sorts on all threads: a run each, which are then merged.
void sort_words_in_parallel(Words words) {
  const std::size_t n = words.size(), runs = std::bit_floor(static_cast<std::size_t>(max_threads()));
  const std::size_t length = (n + runs - 1) / runs;
  parallel_for(static_cast<std::int64_t>(runs), 1, [&](std::int64_t begin, std::int64_t end) {
    const hwy::Sorter sorter;
    for (auto run = static_cast<std::size_t>(begin); run < static_cast<std::size_t>(end); ++run) {
      const std::size_t first = std::min(run * length, n);
      sort_words(sorter, words.subspan(first, std::min(length, n - first)));
    }
  });
  Storage buffer(Device::cpu(), runs > 1 ? n * sizeof(std::uint64_t) : 0);
  Words from = words, to(reinterpret_cast<std::uint64_t*>(buffer.data()), runs > 1 ? n : 0);
  for (std::size_t run = length; run < n; run *= 2) {
    merge_runs(from, run, to);
    std::swap(from, to);
  }
  if (from.data() != words.data()) std::copy(from.begin(), from.end(), words.begin());
}

/// The fewest elements of a row that are worth several threads.
constexpr std::int64_t kParallelSort = 1 << 16;

/// The entries are sorted where the indices will be.
template <class T>
void sort_long_row(const SortEntries<T>& entries, std::int64_t* indices, T* values) {
  const auto n = static_cast<std::int64_t>(entries.size());
  const Words words(reinterpret_cast<std::uint64_t*>(indices), entries.size());
  parallel_for(n, kCheapGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      words[i] = entries.entry(i);
  });
  sort_words_in_parallel(words);
  entries.sort_ties(words);
  parallel_for(n, kCheapGrain / 8, [&](std::int64_t begin, std::int64_t end) {
    entries.read(words.data() + begin, end - begin, indices + begin,
                 values != nullptr ? values + begin : nullptr);
  });
}

template <class T>
void sort_row(const hwy::Sorter& sorter, const SortEntries<T>& entries, std::int64_t* indices, T* values) {
  const Words words(reinterpret_cast<std::uint64_t*>(indices), entries.size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = entries.entry(i);
  sort_words(sorter, words);
  entries.sort_ties(words);
  entries.read(words.data(), static_cast<std::int64_t>(words.size()), indices, values);
}

void sort(const Tensor& x, const bool& descending, Tensor& values, Tensor& indices) {
  const std::int64_t n = x.shape().back(), rows = x.numel() / n;
  dispatch_bytes(x.dtype(), [&]<class T>() {
    const T* const input = static_cast<const T*>(x.raw_data());
    auto* const order = indices.data<std::int64_t>();
    T* const sorted = static_cast<T*>(values.raw_data());  // may be null
    const auto values_of = [&](std::int64_t row) { return sorted != nullptr ? sorted + row * n : nullptr; };
    const auto entries = [&](std::int64_t row) {
      return SortEntries<T>({input + row * n, static_cast<std::size_t>(n)}, descending);
    };
    if (rows < max_threads() && n >= kParallelSort) {
      for (std::int64_t row = 0; row < rows; ++row)
        sort_long_row(entries(row), order + row * n, values_of(row));
      return;
    }
    parallel_for(rows, kCostlyGrain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      const hwy::Sorter sorter;
      for (std::int64_t row = begin; row < end; ++row)
        sort_row(sorter, entries(row), order + row * n, values_of(row));
    });
  });
}

/// Selects the k first of a row's entries. A buffer of more than k collects the entries that come before the
/// k-th of those seen so far; when it is full, all but the k first are dropped. If k is small, the buffer has
/// only these, in order.
template <class T>
class Selection {
 public:
  Selection(const SortEntries<T>& entries, std::size_t k, Words buffer)
      : entries_(entries), k_(k), buffer_(buffer) {}

  /// Adds the entries [begin, end).
  void add(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!entries_.is_after(i, bound_element_)) add(entries_.entry(i));
    }
  }

  /// The k first of all that were added, in order.
  Words sorted() {
    if (size_ > k_) drop_all_but_first();
    std::sort(buffer_.data(), buffer_.data() + size_, comes_first());
    return buffer_.first(size_);
  }

 private:
  auto comes_first() const {
    return [this](std::uint64_t a, std::uint64_t b) { return entries_.comes_first(a, b); };
  }

  void add(std::uint64_t entry) {
    if (entry > bound_) return;
    if (k_ <= kInserted) return insert(entry);
    buffer_[size_++] = entry;
    if (size_ == buffer_.size()) drop_all_but_first();
  }

  void insert(std::uint64_t entry) {
    if (size_ == k_ && !entries_.comes_first(entry, buffer_[k_ - 1])) return;
    std::size_t at = size_ < k_ ? size_++ : k_ - 1;
    for (; at > 0 && entries_.comes_first(entry, buffer_[at - 1]); --at) buffer_[at] = buffer_[at - 1];
    buffer_[at] = entry;
    if (size_ == k_) set_bounds();
  }

  void drop_all_but_first() {
    const auto first = buffer_.begin(), last = first + static_cast<std::ptrdiff_t>(k_) - 1;
    std::nth_element(first, last, first + static_cast<std::ptrdiff_t>(size_), comes_first());
    size_ = k_;
    set_bounds();
  }

  void set_bounds() {
    bound_ = entries_.last_alike(buffer_[k_ - 1]);
    bound_element_ = entries_.element(buffer_[k_ - 1]);
  }

  static constexpr std::size_t kInserted = 16;

  const SortEntries<T>& entries_;
  std::size_t k_;
  Words buffer_;
  std::size_t size_ = 0;
  // Until k were kept, no element is after the bounds.
  std::uint64_t bound_ = std::numeric_limits<std::uint64_t>::max();
  T bound_element_ = entries_.last_element();
};

/// A buffer of so many entries for a Selection of k: the larger, the more seldom they are partitioned.
std::size_t selection_buffer_size(std::size_t k) { return std::max<std::size_t>(4 * k, 16); }

/// The k first entries of [begin, end), in order, in the buffer.
template <class T>
Words select_first(const SortEntries<T>& entries, std::size_t begin, std::size_t end, std::size_t k,
                   Words buffer) {
  Selection<T> selection(entries, k, buffer);
  selection.add(begin, end);
  return selection.sorted();
}

/// The k first entries of a row: each thread selects those of its share, and of these they are selected.
template <class T>
Words select_first_in_parallel(const SortEntries<T>& entries, std::size_t k, Words buffer) {
  const auto shares = static_cast<std::size_t>(max_threads());
  const std::size_t size = buffer.size() / shares, n = entries.size();
  std::vector<Words> selected(shares);
  parallel_for(static_cast<std::int64_t>(shares), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto share = static_cast<std::size_t>(begin); share < static_cast<std::size_t>(end); ++share) {
      selected[share] = select_first(entries, n * share / shares, n * (share + 1) / shares, k,
                                     buffer.subspan(share * size, size));
    }
  });
  std::size_t all = 0;
  for (const Words& share : selected) {
    std::copy(share.begin(), share.end(), buffer.begin() + static_cast<std::ptrdiff_t>(all));
    all += share.size();
  }
  std::sort(buffer.data(), buffer.data() + all,
            [&](std::uint64_t a, std::uint64_t b) { return entries.comes_first(a, b); });
  return buffer.first(k);
}

/// Selects in all rows of x.
template <class T>
void select_in_rows(const Tensor& x, bool largest, Tensor& values, Tensor& indices) {
  const std::int64_t n = x.shape().back(), rows = x.numel() / n, k = values.shape().back();
  const std::size_t size = selection_buffer_size(static_cast<std::size_t>(k));
  const T* const input = static_cast<const T*>(x.raw_data());
  T* const found = static_cast<T*>(values.raw_data());
  auto* const order = indices.data<std::int64_t>();
  const std::int64_t threads = max_threads();
  // A buffer for each thread takes no more than the row.
  const bool in_parallel =
      rows < threads && n >= kParallelSort && threads * static_cast<std::int64_t>(size) <= n;
  const std::int64_t tasks =
      in_parallel ? 1 : std::clamp<std::int64_t>(x.numel() / kMediumGrain, 1, std::min(rows, threads));
  const std::int64_t buffers = in_parallel ? threads : tasks;
  Storage storage(Device::cpu(), static_cast<std::size_t>(buffers) * size * sizeof(std::uint64_t));
  const Words all(reinterpret_cast<std::uint64_t*>(storage.data()), static_cast<std::size_t>(buffers) * size);
  const auto select = [&](std::int64_t row, Words buffer) {
    const SortEntries<T> entries({input + row * n, static_cast<std::size_t>(n)}, largest);
    const auto first = static_cast<std::size_t>(k);
    const Words selected = in_parallel ? select_first_in_parallel(entries, first, buffer)
                                       : select_first(entries, 0, entries.size(), first, buffer);
    entries.read(selected.data(), k, order + row * k, found + row * k);
  };
  parallel_for(tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const Words buffer = in_parallel ? all : all.subspan(static_cast<std::size_t>(task) * size, size);
      for (std::int64_t row = rows * task / tasks; row < rows * (task + 1) / tasks; ++row)
        select(row, buffer);
    }
  });
}

void topk(const Tensor& x, const bool& largest, Tensor& values, Tensor& indices) {
  dispatch_bytes(x.dtype(), [&]<class T>() { select_in_rows<T>(x, largest, values, indices); });
}

}  // namespace

void register_sort() {
  kernels::sort.set(DeviceType::cpu, sort);
  kernels::topk.set(DeviceType::cpu, topk);
}

}  // namespace tinytorch::cpu
