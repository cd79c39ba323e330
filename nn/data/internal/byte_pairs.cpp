#include "nn/data/internal/byte_pairs.h"

#include <algorithm>
#include <numeric>

#include "nn/data/internal/unicode.h"

namespace tinytorch::nn {
namespace {

enum class CharacterKind { space, letter, number, other };

struct KindAndSize {
  CharacterKind kind;
  std::size_t size;  // in bytes
};

KindAndSize kind_at(std::string_view text, std::size_t at) {
  const CodePoint c = code_point_at(text, at);
  if (!c.is_valid) return {CharacterKind::other, c.size};
  return {is_letter(c.value)    ? CharacterKind::letter
          : is_numeric(c.value) ? CharacterKind::number
          : is_space(c.value)   ? CharacterKind::space
                                : CharacterKind::other,
          c.size};
}

/// Characters of one kind.
struct Run {
  std::size_t last, end;  // where its last character begins, and where it ends
};

Run run_at(std::string_view text, std::size_t at, CharacterKind kind) {
  Run run{at, at};
  while (run.end < text.size()) {
    const KindAndSize next = kind_at(text, run.end);
    if (next.kind != kind) break;
    run.last = run.end;
    run.end += next.size;
  }
  return run;
}

bool is_printable(unsigned char byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

}  // namespace

std::size_t gpt2_word_end(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  for (const char* suffix : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (rest.starts_with(suffix)) return at + std::string_view(suffix).size();
  }
  const std::size_t begin = rest.size() > 1 && rest[0] == ' ' ? at + 1 : at;
  const CharacterKind kind = kind_at(text, begin).kind;
  if (kind != CharacterKind::space) return run_at(text, begin, kind).end;
  // The last space before something else belongs to that.
  const Run spaces = run_at(text, at, CharacterKind::space);
  return spaces.end == text.size() || spaces.last == at ? spaces.end : spaces.last;
}

std::array<unsigned char, 256> gpt2_bytes() {
  std::array<unsigned char, 256> bytes;
  std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
  std::stable_partition(bytes.begin(), bytes.end(), is_printable);
  return bytes;
}

std::string gpt2_spelling(std::string_view bytes) {
  static const auto characters = [] {
    std::array<char32_t, 256> of_byte{};
    char32_t next = 256;
    for (unsigned byte = 0; byte < 256; ++byte) {
      of_byte[byte] = is_printable(static_cast<unsigned char>(byte)) ? char32_t{byte} : next++;
    }
    return of_byte;
  }();
  std::string spelling;
  for (const char byte : bytes) append_utf8(spelling, characters[static_cast<unsigned char>(byte)]);
  return spelling;
}

std::vector<Segment> split_at_special(std::string_view text, std::span<const std::string> special) {
  // Where each occurs next; each is searched for once.
  std::vector<std::size_t> next;
  for (const std::string& each : special) next.push_back(text.find(each));
  std::vector<Segment> segments;
  for (std::size_t at = 0; at < text.size();) {
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (next[i] < at) next[i] = text.find(special[i], at);
    }
    const auto first = std::ranges::min_element(next);
    const std::size_t end = first == next.end() ? text.npos : std::min(*first, text.size());
    if (end > at) segments.push_back({text.substr(at, end - at), {}});
    if (end >= text.size()) break;
    const auto which = static_cast<std::size_t>(first - next.begin());
    segments.push_back({special[which], which});
    at = end + special[which].size();
  }
  return segments;
}

}  // namespace tinytorch::nn
