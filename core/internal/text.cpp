#include "core/internal/text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace tinytorch {
namespace {

/// A row of the table of well-formed byte sequences in the Unicode standard (3.9, table 3-7): the first byte,
/// the second, and the length. The other bytes are 0x80 to 0xbf.
struct Utf8Form {
  std::uint8_t first, last;          // range of the first byte
  std::uint8_t second, last_second;  // range of the second byte
  std::size_t length;
};

constexpr std::array kUtf8Forms{Utf8Form{0x00, 0x7f, 0x00, 0x00, 1}, Utf8Form{0xc2, 0xdf, 0x80, 0xbf, 2},
                                Utf8Form{0xe0, 0xe0, 0xa0, 0xbf, 3}, Utf8Form{0xe1, 0xec, 0x80, 0xbf, 3},
                                Utf8Form{0xed, 0xed, 0x80, 0x9f, 3}, Utf8Form{0xee, 0xef, 0x80, 0xbf, 3},
                                Utf8Form{0xf0, 0xf0, 0x90, 0xbf, 4}, Utf8Form{0xf1, 0xf3, 0x80, 0xbf, 4},
                                Utf8Form{0xf4, 0xf4, 0x80, 0x8f, 4}};

std::uint8_t byte_at(std::string_view text, std::size_t i) { return static_cast<std::uint8_t>(text[i]); }

/// The length of the character that the text begins with; 0 if it is not UTF-8.
std::size_t character_length(std::string_view text) {
  for (const Utf8Form& form : kUtf8Forms) {
    if (byte_at(text, 0) < form.first || byte_at(text, 0) > form.last) continue;
    if (text.size() < form.length) return 0;
    if (form.length > 1 && (byte_at(text, 1) < form.second || byte_at(text, 1) > form.last_second)) return 0;
    for (std::size_t i = 2; i < form.length; ++i) {
      if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
    }
    return form.length;
  }
  return 0;
}

/// Whether the character is U+0000 to U+001F or U+007F to U+009F, which move a terminal's cursor and worse.
bool is_control(std::string_view character) {
  if (character.size() == 1) return byte_at(character, 0) < 0x20 || byte_at(character, 0) == 0x7f;
  return character.size() == 2 && byte_at(character, 0) == 0xc2 && byte_at(character, 1) < 0xa0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (result.size() + character.size() > longest) return result + "...";
    if (length == 0 || is_control(character)) {
      for (const char c : character)
        fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<std::uint8_t>(c));
    } else {
      result += character;
    }
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace tinytorch
