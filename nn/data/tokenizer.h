#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tinytorch::nn {

/// Turns text into tokens, each with an id from 0 to size() - 1, and back.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// The ids of the tokens of a text in UTF-8.
  virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
  /// The text of these tokens.
  /// @throws ValueError  an id is out of range
  virtual std::string decode(const std::vector<std::int64_t>& ids) const = 0;
  /// The number of tokens in the vocabulary.
  virtual std::int64_t size() const = 0;

 protected:
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = default;
  Tokenizer& operator=(const Tokenizer&) = default;

  /// @return  id as an index of the vocabulary
  /// @throws ValueError  id is out of range
  std::size_t checked_id(const char* op, std::int64_t id) const;
};

}  // namespace tinytorch::nn
