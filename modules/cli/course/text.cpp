#include "modules/cli/course/text.h"

#include <cstddef>
#include <cstdint>

namespace tito {
namespace {

/// A character at the beginning of a text.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// Decodes UTF-8 as RFC 3629 defines it: no surrogates, nothing longer than needed.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {.code = lead, .bytes = 1, .valid = true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {.code = code, .bytes = bytes, .valid = true};
}

/// Control characters, those that are not seen or change the order in which others are, and code points that
/// are no characters, which XML cannot have.
bool is_invisible(std::uint32_t code) {
  const auto within = [&](std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; };
  return code < 0x20 || within(0x7F, 0x9F) || code == 0xAD || code == 0x61C || within(0x200B, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2060, 0x206F) || code == 0xFEFF || within(0xE0000, 0xE007F) ||
         (code & 0xFFFEU) == 0xFFFE;
}

/// Copies what can be seen, and what is in `also`.
std::string printable_and(std::string_view also, std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool kept =
        character.valid && (!is_invisible(character.code) || also.find(text[0]) != std::string_view::npos);
    result += kept ? text.substr(0, character.bytes) : "?";
    text.remove_prefix(character.bytes);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return printable_and("", text); }

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char character : printable_and("\n\t", text)) {
    switch (character) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += character;
    }
  }
  return result;
}

std::string csv_field(std::string_view text) {
  constexpr std::string_view kFormula = "=+-@\t\r\n";
  std::string field(text);
  if (!field.empty() && kFormula.find(field[0]) != std::string_view::npos) field.insert(0, 1, '\'');
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  for (std::size_t at = 0; (at = field.find('"', at)) != std::string::npos; at += 2) field.insert(at, 1, '"');
  return '"' + field + '"';
}

std::string shell_quoted(std::string_view text) {
  std::string word = "'";
  for (const char character : text) {
    if (character == '\'') word += "'\\'";
    word += character;
  }
  return word + '\'';
}

}  // namespace tito
