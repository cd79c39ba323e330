#include "examples/tinygpt/text.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/common/bible.h"

using namespace tinytorch;

namespace {

/// The verses without their numbers, which begin each line: "Ge1:1 In the beginning ...".
std::string without_references(const std::string& text) {
  std::istringstream lines(text);
  std::string verses;
  for (std::string line; std::getline(lines, line);) verses += line.substr(line.find(' ') + 1) + '\n';
  return verses;
}

std::int64_t characters_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

/// The two parts of a corpus. They meet at a space or the end of a line, so that no character is divided.
std::pair<std::string_view, std::string_view> parts_of(std::string_view text) {
  const std::size_t split = std::min(text.find_first_of(" \n", text.size() / 10 * 9), text.size());
  return {text.substr(0, split), text.substr(split)};
}

std::string path_of_tokenizer(const std::string& directory, std::int64_t vocabulary) {
  return directory + (vocabulary == 0 ? "/characters.txt" : "/byte_pairs.json");
}

Tensor tokens_of(const nn::Tokenizer& tokenizer, std::string_view text) {
  const std::vector<std::int64_t> ids = tokenizer.encode(text);
  return from_values(ids, {static_cast<std::int64_t>(ids.size())});
}

}  // namespace

std::string load_corpus(const std::string& path) {
  if (!path.empty()) return nn::load_text(path);
  return without_references(examples::bible_text());
}

std::unique_ptr<nn::Tokenizer> make_tokenizer(const std::string& text, std::int64_t vocabulary) {
  if (vocabulary == 0) return std::make_unique<nn::CharTokenizer>(text);
  return std::make_unique<nn::BytePairTokenizer>(
      nn::BytePairTokenizer::train(parts_of(text).first, {.vocabulary_size = vocabulary}));
}

void save_tokenizer(const nn::Tokenizer& tokenizer, const std::string& directory) {
  std::filesystem::create_directories(directory);
  if (const auto* characters = dynamic_cast<const nn::CharTokenizer*>(&tokenizer))
    return characters->save(path_of_tokenizer(directory, 0));
  dynamic_cast<const nn::BytePairTokenizer&>(tokenizer).save(path_of_tokenizer(directory, tokenizer.size()));
}

std::unique_ptr<nn::Tokenizer> load_tokenizer(const std::string& directory, std::int64_t vocabulary) {
  const std::string path = path_of_tokenizer(directory, vocabulary);
  if (vocabulary == 0) return std::make_unique<nn::CharTokenizer>(nn::CharTokenizer::load(path));
  return std::make_unique<nn::BytePairTokenizer>(nn::BytePairTokenizer::load(path));
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, as std::hash may differ between programs.
std::string hash_of_tokenizer(const std::string& directory, std::int64_t vocabulary) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : nn::load_text(path_of_tokenizer(directory, vocabulary)))
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return std::to_string(hash);
}

Corpus::Corpus(const std::string& text, const nn::Tokenizer& tokenizer) : characters(characters_of(text)) {
  const auto [first, rest] = parts_of(text);
  training = tokens_of(tokenizer, first);
  held_out = tokens_of(tokenizer, rest);
  characters_per_token = static_cast<double>(characters_of(rest)) /
                         static_cast<double>(std::max<std::int64_t>(held_out.numel(), 1));
}
