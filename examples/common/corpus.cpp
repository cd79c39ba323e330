#include "examples/common/corpus.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "examples/common/bible.h"

using namespace tinytorch;

namespace examples {
namespace {

/// The verses without their numbers, which begin each line: "Ge1:1 In the beginning ...".
std::string without_references(const std::string& text) {
  std::istringstream lines(text);
  std::string verses;
  for (std::string line; std::getline(lines, line);) verses += line.substr(line.find(' ') + 1) + '\n';
  return verses;
}

Tensor tokens_of(const nn::Tokenizer& tokenizer, std::string_view text) {
  const std::vector<std::int64_t> ids = tokenizer.encode(text);
  return from_values(ids, {static_cast<std::int64_t>(ids.size())});
}

}  // namespace

std::string load_corpus(const std::string& path) {
  if (!path.empty()) return nn::load_text(path);
  return without_references(bible_text());
}

std::unique_ptr<nn::Tokenizer> make_tokenizer(const std::string& text, std::int64_t vocabulary) {
  if (vocabulary == 0) return std::make_unique<nn::CharTokenizer>(text);
  return std::make_unique<nn::BytePairTokenizer>(
      nn::BytePairTokenizer::train(parts_of(text).training, {.vocabulary_size = vocabulary}));
}

std::int64_t characters_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

TextParts parts_of(std::string_view text) {
  const std::size_t split = std::min(text.find_first_of(" \n", text.size() / 10 * 9), text.size());
  return {.training = text.substr(0, split), .held_out = text.substr(split)};
}

Corpus::Corpus(const std::string& text, const nn::Tokenizer& tokenizer) : characters(characters_of(text)) {
  const TextParts parts = parts_of(text);
  training = tokens_of(tokenizer, parts.training);
  held_out = tokens_of(tokenizer, parts.held_out);
  characters_per_token = static_cast<double>(characters_of(parts.held_out)) /
                         static_cast<double>(std::max<std::int64_t>(held_out.numel(), 1));
}

}  // namespace examples
