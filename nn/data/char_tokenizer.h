#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nn/data/tokenizer.h"

namespace tinytorch::nn {

/// One token for each character (code point) that a text has, in the order of their code points.
/// ```cpp
/// const nn::CharTokenizer tokenizer("hello");
/// std::cout << tokenizer.size();                    // 4: e, h, l, o
/// std::cout << tokenizer.encode("hole")[0];         // 1
/// std::cout << tokenizer.decode({1, 3, 2, 0});      // hole
/// ```
class CharTokenizer : public Tokenizer {
 public:
  /// @param text  whose characters are the vocabulary
  /// @throws ValueError  the text is not UTF-8
  explicit CharTokenizer(std::string_view text);

  /// @throws ValueError  the text is not UTF-8, or has a character that is not in the vocabulary
  std::vector<std::int64_t> encode(std::string_view text) const override;
  std::string decode(const std::vector<std::int64_t>& ids) const override;
  std::int64_t size() const override { return static_cast<std::int64_t>(characters_.size()); }

  /// Writes the vocabulary: its characters in UTF-8, in the order of their ids. As save_npy(), it replaces
  /// the file at `path` by a whole one.
  /// @throws IoError  the file cannot be written
  void save(const std::string& path) const;
  /// Reads what save() wrote.
  /// @throws IoError  the file cannot be read, is not UTF-8, or its characters are not in ascending order
  static CharTokenizer load(const std::string& path);

 private:
  CharTokenizer() = default;
  void append(char32_t character);

  std::vector<char32_t> characters_;  // by their ids
  std::unordered_map<char32_t, std::int64_t> ids_;
};

}  // namespace tinytorch::nn
