#include "examples/tinygpt/text.h"

#include <algorithm>
#include <sstream>
#include <string_view>
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

Tensor tokens_of(const nn::Tokenizer& tokenizer, std::string_view text) {
  const std::vector<std::int64_t> ids = tokenizer.encode(text);
  return from_values(ids, {static_cast<std::int64_t>(ids.size())});
}

}  // namespace

std::string load_corpus(const std::string& path) {
  if (!path.empty()) return nn::load_text(path);
  return without_references(examples::bible_text());
}

Corpus::Corpus(const std::string& text, std::int64_t vocabulary) : characters(characters_of(text)) {
  // At a space or the end of a line, so that no character is divided.
  const std::size_t split = std::min(text.find_first_of(" \n", text.size() / 10 * 9), text.size());
  const std::string_view first = std::string_view(text).substr(0, split),
                         rest = std::string_view(text).substr(split);
  if (vocabulary == 0) {
    tokenizer = std::make_unique<nn::CharTokenizer>(text);
  } else {
    tokenizer = std::make_unique<nn::BytePairTokenizer>(
        nn::BytePairTokenizer::train(first, {.vocabulary_size = vocabulary}));
  }
  training = tokens_of(*tokenizer, first);
  held_out = tokens_of(*tokenizer, rest);
  characters_per_token = static_cast<double>(characters_of(rest)) /
                         static_cast<double>(std::max<std::int64_t>(held_out.numel(), 1));
}
