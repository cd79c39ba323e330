#include "nn/data/char_tokenizer.h"

#include <set>
#include <span>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "nn/data/internal/data_reader.h"
#include "nn/data/internal/unicode.h"

namespace tinytorch::nn {
namespace {

/// Calls f with each character of a text and its position.
template <class F>
void for_each_character(const char* op, std::string_view text, const F& f) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (!c.is_valid) fail<ValueError>(op, "the text is not UTF-8 at byte {}", at);
    f(c.value, at);
    at += c.size;
  }
}

}  // namespace

CharTokenizer::CharTokenizer(std::string_view text) {
  std::set<char32_t> distinct;
  for_each_character("CharTokenizer", text, [&](char32_t c, std::size_t) { distinct.insert(c); });
  for (const char32_t c : distinct) append(c);
}

void CharTokenizer::append(char32_t character) {
  ids_.emplace(character, size());
  characters_.push_back(character);
}

std::vector<std::int64_t> CharTokenizer::encode(std::string_view text) const {
  std::vector<std::int64_t> ids;
  for_each_character("CharTokenizer::encode", text, [&](char32_t c, std::size_t at) {
    const auto found = ids_.find(c);
    if (found == ids_.end()) {
      fail<ValueError>("CharTokenizer::encode", "U+{:04X} at byte {} is not in the vocabulary",
                       static_cast<std::uint32_t>(c), at);
    }
    ids.push_back(found->second);
  });
  return ids;
}

std::string CharTokenizer::decode(const std::vector<std::int64_t>& ids) const {
  std::string text;
  for (const std::int64_t id : ids) append_utf8(text, characters_[checked_id("CharTokenizer::decode", id)]);
  return text;
}

void CharTokenizer::save(const std::string& path) const {
  std::string text;
  for (const char32_t c : characters_) append_utf8(text, c);
  ReplacementFile file("CharTokenizer::save", path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

CharTokenizer CharTokenizer::load(const std::string& path) {
  DataReader reader("CharTokenizer::load", path);
  const std::string text = reader.read_rest();
  CharTokenizer tokenizer;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (!c.is_valid) reader.file().error("is not UTF-8 at byte {}", at);
    if (tokenizer.size() > 0 && c.value <= tokenizer.characters_.back()) {
      reader.file().error("has characters that are not in ascending order, at byte {}", at);
    }
    tokenizer.append(c.value);
    at += c.size;
  }
  return tokenizer;
}

}  // namespace tinytorch::nn
