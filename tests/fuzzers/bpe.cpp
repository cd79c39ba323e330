// Reads any bytes as the files of a BytePairTokenizer: after a v as what save() writes; after an m as the
// merges of GPT-2, with a vocabulary of their results. Then they are a text, which must come back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "core/error.h"
#include "nn/data/byte_pair_tokenizer.h"
#include "nn/data/internal/byte_pairs.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

namespace {

std::string in_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// A vocab.json with the bytes and the result of each merge.
std::string vocabulary_of(const std::string& merges) {
  std::set<std::string> tokens;
  for (const unsigned char byte : nn::gpt2_bytes()) {
    tokens.insert(nn::gpt2_spelling(std::string(1, static_cast<char>(byte))));
  }
  std::istringstream lines(merges);
  for (std::string line; std::getline(lines, line);) {
    std::erase(line, ' ');
    tokens.insert(line);
  }
  std::string text;
  for (std::size_t id = 0; const std::string& token : tokens) {
    text += (id > 0 ? "," : "{") + in_quotes(token) + ":" + std::to_string(id);
    ++id;
  }
  return text + "}";
}

MemoryFile file_of(const std::string& content) {
  return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

nn::BytePairTokenizer load(char kind, const std::string& content) {
  const MemoryFile file = file_of(content);
  if (kind != 'm') return nn::BytePairTokenizer::load(file.path());
  const MemoryFile vocab = file_of(vocabulary_of(content));
  return nn::BytePairTokenizer::load_gpt2(vocab.path(), file.path());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const nn::BytePairTokenizer tokenizer = load(static_cast<char>(data[0]), text);
    const std::vector<std::int64_t> ids = tokenizer.encode(text);
    if (tokenizer.decode(ids) != text) std::abort();
    const std::string path = scratch_path();
    tokenizer.save(path);
    if (nn::BytePairTokenizer::load(path).encode(text) != ids) std::abort();
    std::filesystem::remove(path);
  } catch (const IoError&) {
  }
  return 0;
}
