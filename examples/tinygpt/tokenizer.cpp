#include "examples/tinygpt/tokenizer.h"

#include <cstdint>
#include <filesystem>

using namespace tinytorch;

namespace {

std::string path_of_tokenizer(const std::string& directory, std::int64_t vocabulary) {
  return directory + (vocabulary == 0 ? "/characters.txt" : "/byte_pairs.json");
}

}  // namespace

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
