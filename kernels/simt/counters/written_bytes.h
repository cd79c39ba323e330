#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace simt {

/// Which bytes of a block's shared memory its threads have written.
class WrittenBytes {
 public:
  void clear() { written_.clear(); }

  void write(std::size_t begin, std::size_t bytes) {
    if (written_.size() < begin + bytes) written_.resize(begin + bytes);
    std::fill_n(written_.begin() + static_cast<std::ptrdiff_t>(begin), bytes, true);
  }

  /// Whether a word of 4 bytes that the range touches has no byte in the range that was written. A word that
  /// was written in part counts as written, as a struct with padding is.
  bool lacks_a_word(std::size_t begin, std::size_t bytes) const {
    constexpr std::size_t kWord = 4;
    for (std::size_t i = begin; i < begin + bytes;) {
      const std::size_t end = std::min((i / kWord + 1) * kWord, begin + bytes);
      bool any = false;
      for (; i < end; ++i) any = any || (i < written_.size() && written_[i]);
      if (!any) return true;
    }
    return false;
  }

 private:
  std::vector<bool> written_;
};

}  // namespace simt
