#include "nn/data/internal/unicode.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

namespace tinytorch::nn {
namespace {

/// Characters from first to last.
struct Range {
  char32_t first, last;
};

/// Characters from first to last, `stride` apart, each of which becomes the one at this difference.
struct FoldedRun {
  char32_t first, last, stride;
  std::int32_t difference;
};

#include "nn/data/internal/unicode_data.inc"

/// The last of the sorted ranges that begins at or before c; null if there is none.
template <class R>
const R* last_before(std::span<const R> ranges, char32_t c) {
  const auto next = std::ranges::upper_bound(ranges, c, {}, &R::first);
  return next == ranges.begin() ? nullptr : &*std::prev(next);
}

bool is_in(std::span<const Range> ranges, char32_t c) {
  const Range* const range = last_before(ranges, c);
  return range != nullptr && c <= range->last;
}

bool is_ascii_letter(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

}  // namespace

void append_utf8(std::string& text, char32_t c) {
  const auto append = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return append(c);
  if (c < 0x800) {
    append(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      append(0xe0 | c >> 12);
    } else {
      append(0xf0 | c >> 18);
      append(0x80 | (c >> 12 & 0x3f));
    }
    append(0x80 | (c >> 6 & 0x3f));
  }
  append(0x80 | (c & 0x3f));
}

bool is_letter(char32_t c) { return c < 0x80 ? is_ascii_letter(c) : is_in(kLetters, c); }
bool is_numeric(char32_t c) { return c < 0x80 ? c >= '0' && c <= '9' : is_in(kNumbers, c); }
bool is_punctuation(char32_t c) { return is_in(kPunctuation, c); }
bool is_control(char32_t c) { return is_in(kControls, c); }
bool is_mark(char32_t c) { return c >= 0x300 && is_in(kMarks, c); }

bool is_space(char32_t c) {
  constexpr char32_t kOthers[] = {0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x2000 && c <= 0x200a) ||
         std::ranges::find(kOthers, c) != std::end(kOthers);
}

bool is_ideograph(char32_t c) {
  constexpr Range kBlocks[] = {{0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xf900, 0xfaff},
                               {0x20000, 0x2a6df}, {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f},
                               {0x2b820, 0x2ceaf}, {0x2f800, 0x2fa1f}};
  return is_in(kBlocks, c);
}

char32_t folded(char32_t c) {
  const FoldedRun* const run = last_before<FoldedRun>(kFoldedRuns, c);
  const bool is_in_run = run != nullptr && c <= run->last && (c - run->first) % run->stride == 0;
  return is_in_run ? c + static_cast<char32_t>(run->difference) : c;
}

// A syllable is numbered by its leading consonant, vowel and trailing consonant (Unicode, 3.12).
void append_letters(std::string& text, char32_t c) {
  constexpr char32_t kFirst = 0xac00, kLast = 0xd7a3, kVowels = 21, kTrailing = 28;
  if (c < kFirst || c > kLast) return append_utf8(text, c);
  const char32_t number = c - kFirst;
  append_utf8(text, 0x1100 + number / (kVowels * kTrailing));
  append_utf8(text, 0x1161 + number / kTrailing % kVowels);
  if (number % kTrailing != 0) append_utf8(text, 0x11a7 + number % kTrailing);
}

}  // namespace tinytorch::nn
