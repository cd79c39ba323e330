#include "core/internal/text.h"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace tinytorch {
namespace {

/// Which move a terminal's cursor and worse.
bool is_control_character(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
  constexpr CodePoint kInvalid{0xfffd, 1, false};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || size > text.size() - at) return kInvalid;
  char32_t value = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return kInvalid;
    value = value << 6 | (byte(at + i) & 0x3fU);
  }
  // Neither longer than it must be, nor half of a UTF-16 pair, nor beyond Unicode.
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[size] || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) return kInvalid;
  return {value, size, true};
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint character = code_point_at(text, at);
    if (!character.is_valid) return false;
    at += character.size;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint found = code_point_at(text, at);
    const std::string_view character = text.substr(at, found.size);
    if (result.size() + character.size() > longest) return result + "...";
    if (!found.is_valid || is_control_character(found.value)) {
      for (const char c : character)
        fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<std::uint8_t>(c));
    } else {
      result += character;
    }
    at += character.size();
  }
  return result;
}

}  // namespace tinytorch
